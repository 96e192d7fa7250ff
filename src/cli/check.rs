//! `ticketd check`: every problem of a configuration file at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Code;
use super::config_file::{DEFAULT_PATH, counted, parse, read, render};
use crate::config::{Config, Problem, Severity};

/// Find every mistake in a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd check                         check ./ticketd.toml
  ticketd check desk.toml
  ticketd check --json                  {file, ok, mailboxes, users, pipelines, problems[]} for programs

A problem is `file:line:column: message`, the line itself and a hint. Warnings do not count as mistakes.
Exit codes: 0 nothing is wrong, 66 there is no such file, 78 something is wrong.")]
pub(super) struct Args {
    /// The file to check; without it, ./ticketd.toml
    #[arg(value_name = "FILE", conflicts_with = "config")]
    file: Option<PathBuf>,
    /// The same, as other commands name it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong, or what is there.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let path = args.file.or(args.config).unwrap_or_else(|| DEFAULT_PATH.into());
    let text = read(&path)?;
    let result = parse(&text);
    let output = if args.json { as_json(&path, &result) } else { as_text(&path, &text, &result) };
    std::io::stdout().lock().write_all(output.as_bytes())?;
    Ok(if result.is_ok() { Code::Success } else { Code::Config })
}

fn problems(result: &Result<Config, Vec<Problem>>) -> &[Problem] {
    match result {
        Ok(config) => &config.warnings,
        Err(problems) => problems,
    }
}

fn as_text(path: &Path, text: &str, result: &Result<Config, Vec<Problem>>) -> String {
    let problems = problems(result);
    let warnings = problems.iter().filter(|problem| problem.severity == Severity::Warning).count();
    let mut summary = match result {
        Ok(Config { setup, .. }) => format!(
            "ok: {}, {}, {}",
            counted(setup.mailboxes.len(), "mailbox", "mailboxes"),
            counted(setup.users.len(), "user", "users"),
            counted(setup.pipelines.len(), "pipeline", "pipelines"),
        ),
        Err(problems) => counted(problems.len() - warnings, "mistake", "mistakes"),
    };
    if warnings > 0 {
        summary = format!("{summary}; {}", counted(warnings, "warning", "warnings"));
    }
    format!("{}{}: {summary}\n", render(path, text, problems), path.display())
}

fn as_json(path: &Path, result: &Result<Config, Vec<Problem>>) -> String {
    let setup = result.as_ref().ok().map(|config| &config.setup);
    let problems: Vec<_> = problems(result).iter().map(problem_as_json).collect();
    let object = json!({
        "file": path.display().to_string(),
        "ok": result.is_ok(),
        "mailboxes": setup.map(|setup| setup.mailboxes.len()),
        "users": setup.map(|setup| setup.users.len()),
        "pipelines": setup.map(|setup| setup.pipelines.len()),
        "problems": problems,
    });
    format!("{object}\n")
}

/// A problem for programs.
pub(super) fn problem_as_json(problem: &Problem) -> serde_json::Value {
    json!({
        "severity": problem.severity.to_string(),
        "line": problem.line,
        "column": problem.column,
        "width": problem.width,
        "message": problem.message,
        "hint": problem.hint,
    })
}
