//! What is wrong with a configuration, and where.

use std::collections::BTreeSet;
use std::ops::Range;

/// One thing to put right (or to look at), with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// How many characters of that line are meant, at least 1.
    pub width: usize,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Whether a problem stops the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    /// The configuration can be used; it probably does not do what was meant.
    Warning,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// Collects problems while a text is read, and turns byte offsets into lines and columns.
pub(super) struct Report<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    /// Lines (counted from 0) that are no TOML: what else seems wrong there only follows from that.
    broken: BTreeSet<usize>,
    problems: Vec<Problem>,
}

impl<'t> Report<'t> {
    /// An empty report about `text`.
    pub(super) fn new(text: &'t str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Report { text, line_starts, broken: BTreeSet::new(), problems: Vec::new() }
    }

    /// Something is no TOML. Said once a line.
    pub(super) fn syntax(&mut self, at: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        let line = self.line_index(at.start);
        self.push(Severity::Error, at, message.into(), hint.map(str::to_owned));
        self.broken.insert(line);
    }

    /// Something is wrong.
    pub(super) fn error(&mut self, at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Severity::Error, at, message.into(), Some(hint.into()));
    }

    /// Something looks wrong.
    pub(super) fn warning(&mut self, at: Range<usize>, message: impl Into<String>, hint: impl Into<String>) {
        self.push(Severity::Warning, at, message.into(), Some(hint.into()));
    }

    /// Whether a line that is no TOML seems to set `key`: then the key is broken, not missing.
    pub(super) fn is_on_broken_line(&self, key: &str) -> bool {
        self.broken.iter().any(|line| self.line_text(*line).trim_start().starts_with(key))
    }

    /// Whether a header above this byte offset is no TOML.
    pub(super) fn is_below_broken_header(&self, offset: usize) -> bool {
        let above = self.broken.range(..self.line_index(offset));
        above.into_iter().any(|line| self.line_text(*line).trim_start().starts_with('['))
    }

    /// Whether anything is no TOML.
    pub(super) fn has_broken_lines(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The line (counted from 1) of a byte offset.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.line_index(offset) + 1
    }

    /// Everything that was found, by place.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems
    }

    fn push(&mut self, severity: Severity, at: Range<usize>, message: String, hint: Option<String>) {
        let index = self.line_index(at.start);
        if self.broken.contains(&index) {
            return;
        }
        let start = self.line_starts.get(index).copied().unwrap_or_default();
        let line_end = start + self.line_text(index).len();
        let chars = |from, to| self.text.get(from..to).map_or(0, |part| part.chars().count());
        let (column, width) = (chars(start, at.start) + 1, chars(at.start, at.end.min(line_end)).max(1));
        self.problems.push(Problem { severity, line: index + 1, column, width, message, hint });
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    fn line_text(&self, index: usize) -> &'t str {
        let start = self.line_starts.get(index).copied().unwrap_or(self.text.len());
        self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }
}
