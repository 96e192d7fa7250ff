//! The configuration file as every command reads it, and how its problems are shown.

use std::fmt::Write;
use std::path::Path;

use super::{Code, Failure};
use crate::config::{self, Config, Problem, Severity};

/// Where `init` writes and `check` looks unless told otherwise.
pub(super) const DEFAULT_PATH: &str = "ticketd.toml";

/// The configuration in the file at `path`; what is built in without one. Warnings are logged.
pub fn load_config(path: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = path else { return Ok(config::builtin()) };
    let text = read(path)?;
    let config = config::parse(&text).map_err(|problems| {
        let shown = render(path, &text, &problems);
        let message = format!("the configuration is wrong\n\n{}", shown.trim_end());
        Failure { code: Code::Config, message, way_out: None }
    })?;
    for warning in &config.warnings {
        tracing::warn!("{}:{}:{}: {}", path.display(), warning.line, warning.column, warning.message);
    }
    Ok(config)
}

/// The text of the file.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let way_out = format!("`ticketd init {}` writes a file to begin with", path.display());
        Failure::new(Code::NoInput, format!("cannot read {}: {error}", path.display()), way_out)
    })?;
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
