//! `ticketd check`: every problem of a configuration file at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Code;
use super::check_connect::{self, Tried};
use super::config_file::{DEFAULT_PATH, counted, parse, read, render};
use super::database::location;
use crate::config::{Config, Problem, Severity};
use crate::store::Location;

/// Find every mistake in a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd check                         check ./ticketd.toml
  ticketd check desk.toml
  ticketd check --connect               also log in to every mailbox: encryption, folders, what is to be read
  ticketd check --json                  {file, ok, mailboxes, users, pipelines, problems[]} for programs
  ticketd check --connect --json        and connections[] (docs/json.md)

A problem is `file:line:column: message`, the line itself and a hint. Warnings do not count as mistakes.
With --connect every mailbox is tried, and nothing is fetched, kept or changed. A certificate that ends within
21 days is warned about.
Exit codes: 0 nothing is wrong; 66 there is no such file; 78 something is wrong; with --connect also: 75 a mailbox
could not be reached for now; 77 a login was refused. Of several the highest.")]
pub(super) struct Args {
    /// The file to check; without it, ./ticketd.toml
    #[arg(value_name = "FILE", conflicts_with = "config")]
    file: Option<PathBuf>,
    /// The same, as other commands name it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log in to every mailbox that has an [mailbox.imap], and look how far it was read
    #[arg(long)]
    connect: bool,
    /// With --connect: the database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location(), requires = "connect")]
    db: Option<Location>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Prints what is wrong, or what is there.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let path = args.file.or(args.config).unwrap_or_else(|| DEFAULT_PATH.into());
    let text = read(&path)?;
    let result = parse(&text);
    // What is wrong is said before anything is tried.
    let mut out = std::io::stdout();
    if !args.json {
        out.write_all(as_text(&path, &text, &result).as_bytes())?;
        out.flush()?;
    }
    let tried = match &result {
        Ok(config) if args.connect => Some(check_connect::try_all(&path, config, args.db)?),
        _ => None,
    };
    if args.json {
        out.write_all(as_json(&path, &result, tried.as_deref()).as_bytes())?;
    }
    Ok(match (&result, &tried) {
        (Ok(config), Some(tried)) => {
            if !args.json {
                out.write_all(check_connect::as_text(config, tried)?.as_bytes())?;
            }
            check_connect::code(tried)
        }
        (Ok(_), None) => Code::Success,
        (Err(_), _) => Code::Config,
    })
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

fn as_json(path: &Path, result: &Result<Config, Vec<Problem>>, tried: Option<&[Tried]>) -> String {
    let setup = result.as_ref().ok().map(|config| &config.setup);
    let problems: Vec<_> = problems(result).iter().map(problem_as_json).collect();
    let object = json!({
        "file": path.display().to_string(),
        "ok": result.is_ok(),
        "mailboxes": setup.map(|setup| setup.mailboxes.len()),
        "users": setup.map(|setup| setup.users.len()),
        "pipelines": setup.map(|setup| setup.pipelines.len()),
        "problems": problems,
        "connections": tried.map(check_connect::as_json),
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
