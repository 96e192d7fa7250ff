//! The configuration file as every command reads it, and how its problems are shown.

use std::fmt::Write;
use std::path::Path;

use super::{Code, Failure, times};
use crate::compose::{self, Readers, TemplateProblem};
use crate::config::{self, Config, Problem, Severity, Spot, Used};
use crate::domain::{DIGEST_TEMPLATE, SEND_NOT_DELIVERED, Setup, Template};

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
    parse_numbering(text, &Used::new())
}

/// The same, and actions without a number get none that is used.
pub(super) fn parse_numbering(text: &str, used: &Used) -> Result<Config, Vec<Problem>> {
    let (mut config, found) = config::read_numbering(text, used);
    // What seems wrong in a line that is no TOML, or where a value is wrong anyway, only follows from that.
    let known: Vec<usize> = found.iter().filter(|one| one.severity == Severity::Error).map(|one| one.line).collect();
    let mut problems = found;
    let templates = config.setup.templates.iter();
    let further = zone_problem(text, &config)
        .into_iter()
        .chain(templates.flat_map(|template| template_problems(text, &config.setup, template)));
    problems.extend(further.filter(|problem| !known.contains(&problem.line)));
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    config.warnings = problems;
    Ok(config)
}

fn zone_problem(text: &str, config: &Config) -> Option<Problem> {
    let failure = times::zone(config.time_zone.as_deref()).err()?;
    config::problem_at(text, &Spot::TimeZone, failure.message, failure.way_out.unwrap_or_default())
}

/// Who reads what that template says.
pub(super) fn readers_of(setup: &Setup, template: &str) -> Readers {
    match template {
        DIGEST_TEMPLATE => Readers::Digest,
        SEND_NOT_DELIVERED => Readers::Author,
        other if setup.mails_contacts(other) => Readers::Contacts,
        _ => Readers::Users,
    }
}

fn template_problems(text: &str, setup: &Setup, template: &Template) -> Vec<Problem> {
    let hint = "placeholders are written {{ ticket.subject }}; the starter file of `ticketd init` lists them";
    let readers = readers_of(setup, &template.name);
    let name = template.name.as_str();
    let words = |found: TemplateProblem| {
        let TemplateProblem { language, part, line, column, at, message } = found;
        let inside = Spot::Template { name, language, key: part.as_str(), at };
        let said = format!("template `{name}`, {language} {part}: {message}");
        config::problem_at(text, &inside, said, hint.to_owned()).or_else(|| {
            // It is built in: the action that sends it to contacts is what is wrong.
            let said = format!("template `{name}`, {language} {part}, {line}:{column}: {message}");
            config::problem_at(text, &Spot::SendEmail { template: name }, said, hint.to_owned())
        })
    };
    compose::check(template, readers).into_iter().filter_map(words).collect()
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
        if let Some(key) = secret_key(source) {
            let indent = " ".repeat(source.len() - source.trim_start().len());
            let _ = writeln!(out, "    {indent}{key} = …\n    {indent}{}", "^".repeat(key.len()));
        } else if !source.trim().is_empty() {
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

/// The key of a line that has a secret behind it, which must not be shown, where it does not belong: in this file.
fn secret_key(source: &str) -> Option<&str> {
    let key = source.split_once('=')?.0.trim();
    let is_secret = matches!(key, "password" | "token" | "secret" | "client_secret") || has_login(source);
    is_secret.then_some(key)
}

/// Whether a URL in it has a user, and perhaps a password (RFC 3986 3.2.1).
fn has_login(source: &str) -> bool {
    let authorities = source.split("://").skip(1).map(|rest| rest.split(['/', '?', '#', '"', '\'']).next());
    authorities.flatten().any(|authority| authority.contains('@'))
}

/// `1 mailbox`, `2 mailboxes`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
