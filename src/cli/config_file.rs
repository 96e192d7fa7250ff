//! The configuration file as every command reads it, and how its problems are shown.

use std::fmt::Write;
use std::path::Path;

use super::{Code, Failure, times};
use crate::compose::{self, TemplateProblem};
use crate::config::{self, Config, Problem, Severity};
use crate::domain::Template;

/// Where `init` writes and `check` looks unless told otherwise.
pub(super) const DEFAULT_PATH: &str = "ticketd.toml";

/// The configuration in the file at `path`; what is built in without one. Its warnings are about its setup: for whoever
/// uses that.
pub fn load_config(path: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(config::builtin()) };
    Ok(load(path)?.0)
}

/// The configuration in that file, and what has to be said of it.
pub(super) fn load(path: &Path) -> Result<(Config, String), Failure> {
    let text = read(path)?;
    let config = parse(&text).map_err(|problems| wrong(path, &text, &problems))?;
    let warnings = render(path, &text, &config.warnings);
    Ok((config, warnings))
}

/// The failure of a command whose configuration is wrong: every problem of it.
pub(super) fn wrong(path: &Path, text: &str, problems: &[Problem]) -> Failure {
    let message = format!("the configuration is wrong\n\n{}", render(path, text, problems).trim_end());
    Failure { code: Code::Config, message, way_out: None }
}

/// Reads a configuration with all that can be said about it without using it: the text itself, its templates, its zone.
pub(super) fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let config = config::parse(text)?;
    let mut problems = zone_problem(text, &config);
    problems.extend(config.setup.templates.iter().flat_map(|template| template_problems(text, template)));
    if problems.is_empty() {
        return Ok(config);
    }
    problems.extend(config.warnings);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Err(problems)
}

fn zone_problem(text: &str, config: &Config) -> Vec<Problem> {
    let Some(failure) = times::zone(config.time_zone.as_deref()).err() else { return Vec::new() };
    let line = line_with(text, |_, line| line.starts_with("time_zone"));
    vec![problem(line, failure.message, failure.way_out)]
}

fn template_problems(text: &str, template: &Template) -> Vec<Problem> {
    let name = format!("\"{}\"", template.name);
    let is_its_name = |header: &str, line: &str| {
        header.starts_with("[[template]]") && line.starts_with("name") && line.contains(&name)
    };
    let line = line_with(text, is_its_name);
    let hint = "placeholders are written {{ ticket.subject }}; the starter file of `ticketd init` lists them";
    let words = |found: TemplateProblem| {
        let TemplateProblem { language, part, line: row, column, message } = found;
        let name = &template.name;
        problem(line, format!("template `{name}`, {language} {part}, {row}:{column}: {message}"), Some(hint.to_owned()))
    };
    compose::check(template).into_iter().map(words).collect()
}

/// The first line (counted from 1) that `is_it` knows, by the table header above it and its own text; else the first.
fn line_with(text: &str, is_it: impl Fn(&str, &str) -> bool) -> usize {
    let mut header = "";
    for (number, line) in text.lines().map(str::trim_start).enumerate() {
        if line.starts_with('[') {
            header = line;
        } else if is_it(header, line) {
            return number + 1;
        }
    }
    1
}

fn problem(line: usize, message: String, hint: Option<String>) -> Problem {
    Problem { severity: Severity::Error, line, column: 1, width: 1, message, hint }
}

/// The text of the file.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let way_out = match path.is_dir() {
            true => format!("name a file in it, as {}", path.join(DEFAULT_PATH).display()),
            false => format!("`ticketd init {}` writes a file to begin with", path.display()),
        };
        Failure::new(Code::NoInput, format!("cannot read {}: {error}", path.display()), way_out)
    })?;
    decode(path, bytes)
}

/// The text that the bytes are.
pub(super) fn decode(path: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
        let message = format!("{}:{line}: this line is not UTF-8", path.display());
        Failure::new(Code::Config, message, "save the file as UTF-8, the encoding of TOML")
    })
}

/// The problems as people read them: place and message as compilers write them, the line with a mark, the hint.
pub(super) fn render(path: &Path, text: &str, problems: &[Problem]) -> String {
    let lines: Vec<_> = text.lines().collect();
    let mut out = String::new();
    for problem in problems {
        let Problem { line, column, message, .. } = problem;
        let sort = if problem.severity == Severity::Warning { "warning: " } else { "" };
        let _ = writeln!(out, "{}:{line}:{column}: {sort}{message}", path.display());
        let source = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        if !source.trim().is_empty() {
            let source: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let mark = format!("{}{}", " ".repeat(column.saturating_sub(1)), "^".repeat(problem.width));
            let _ = writeln!(out, "    {source}\n    {mark}");
        }
        if let Some(hint) = &problem.hint {
            let _ = writeln!(out, "    hint: {hint}");
        }
        out.push('\n');
    }
    out
}

/// `1 mailbox`, `2 mailboxes`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
