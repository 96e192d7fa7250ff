//! The texts below the options, laid out for the terminal that they are read on.

use clap::{Command, CommandFactory};

use super::Cli;
use super::screen::{columns, wrap_to};

/// Lines longer than this are hard to read however wide the terminal is.
const WIDEST: usize = 100;
/// Below this a column of explanations is no use.
const NARROWEST: usize = 24;

/// The command line with its help for this terminal.
pub(super) fn command() -> Command {
    let width = columns().min(WIDEST);
    laid_out(Cli::command().term_width(width), width)
}

/// The command line as it is written in the source, without the commands that are not for people.
pub(super) fn visible() -> Command {
    let whole = Cli::command();
    let shown: Vec<Command> = whole.get_subcommands().filter(|inside| !inside.is_hide_set()).cloned().collect();
    let mut command = Command::new("ticketd").version(env!("CARGO_PKG_VERSION")).disable_help_subcommand(true);
    if let Some(about) = whole.get_about() {
        command = command.about(about.clone());
    }
    if let Some(text) = whole.get_after_help() {
        command = command.after_help(text.clone());
    }
    command.subcommand_required(true).subcommands(shown)
}

fn laid_out(command: Command, width: usize) -> Command {
    let command = command.mut_subcommands(|inside| laid_out(inside, width));
    match command.get_after_help().map(ToString::to_string) {
        Some(text) => command.after_help(lines(&text, width).join("\n")),
        None => command,
    }
}

/// Sentences become paragraphs, whose lines were broken for the source; examples keep their columns.
fn lines(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    for line in text.lines() {
        let sentence = !line.is_empty() && !line.starts_with(' ');
        if !sentence || line.starts_with("Exit codes:") {
            out.extend(paragraph_lines(&mut paragraph, width));
        }
        if sentence {
            let gap = if paragraph.is_empty() { "" } else { " " };
            paragraph.push_str(&format!("{gap}{line}"));
        } else {
            out.extend(example(line, width));
        }
    }
    out.extend(paragraph_lines(&mut paragraph, width));
    out
}

fn paragraph_lines(paragraph: &mut String, width: usize) -> Vec<String> {
    let text = std::mem::take(paragraph);
    if text.is_empty() { Vec::new() } else { wrap_to(&text, width) }
}

/// A command and what it does: the explanation is broken in its own column, or goes below where there is no room.
fn example(line: &str, width: usize) -> Vec<String> {
    if line.chars().count() <= width {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start().len();
    let (command, said) = match line.trim_start().split_once("  ") {
        // A line of explanation alone.
        _ if indent > NARROWEST => ("", line.trim_start()),
        Some((command, said)) => (command, said.trim_start()),
        None => return vec![line.to_owned()],
    };
    let column = line.len() - said.len();
    if column + NARROWEST > width {
        let below = wrap_to(said, width - 6).into_iter().map(|line| format!("      {line}"));
        let command = Some(format!("  {command}")).filter(|line| !line.trim().is_empty());
        return command.into_iter().chain(below).collect();
    }
    let mut lines: Vec<String> =
        wrap_to(said, width - column).into_iter().map(|line| format!("{}{line}", " ".repeat(column))).collect();
    if let Some(first) = lines.first_mut().filter(|_| !command.is_empty()) {
        *first = format!("{:column$}{}", format!("  {command}"), first.trim_start());
    }
    lines
}
