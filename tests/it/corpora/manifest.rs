//! `manifest.csv`: a row per expectation.

use std::fs;
use std::path::Path;

/// Hard or soft is scored apart from whether it is a bounce at all: a kind of ours, made of the bounce labels.
pub const BOUNCE_CLASS: &str = "bounce_class";

/// One expectation of one file.
#[derive(Clone)]
pub struct Label {
    pub set: String,
    /// Path of the file below the corpora's folder.
    pub file: String,
    pub kind: String,
    /// The value itself; where the manifest names a file, what stands in it.
    pub value: String,
}

impl Label {
    /// The value, short enough for a list.
    pub fn short(&self) -> String {
        short(&self.value)
    }
}

/// A text on one line, cut.
pub fn short(text: &str) -> String {
    let line = format!("{text:?}");
    let cut: String = line.chars().take(160).collect();
    if cut.len() < line.len() { format!("{cut}…") } else { cut }
}

/// Reads the manifest of a folder.
pub fn read(folder: &Path) -> Vec<Label> {
    let text = fs::read_to_string(folder.join("manifest.csv")).expect("manifest");
    let mut labels: Vec<Label> = text.lines().skip(1).map(|line| label(folder, line)).collect();
    assert!(!labels.is_empty(), "the manifest is empty");
    let bounces = labels.iter().filter(|label| label.kind == "bounce");
    let classes: Vec<Label> = bounces.map(|label| Label { kind: BOUNCE_CLASS.into(), ..label.clone() }).collect();
    labels.extend(classes);
    labels
}

fn label(folder: &Path, line: &str) -> Label {
    let mut columns = columns(line).into_iter();
    let mut next = || columns.next().unwrap_or_else(|| panic!("a column is missing: {line}"));
    let (set, file, kind, value) = (next(), next(), next(), next());
    let value = match value.strip_prefix("path:") {
        Some(path) => fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}")),
        None => value,
    };
    Label { set, file, kind, value }
}

/// The columns of a line (RFC 4180); no value of the manifest holds a line end.
fn columns(line: &str) -> Vec<String> {
    let mut columns = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => columns.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => columns.push(String::new()),
            _ => columns.last_mut().unwrap().push(c),
        }
    }
    columns
}

#[test]
fn columns_may_be_quoted() {
    assert_eq!(columns(r#"a,"b, ""c""",,d"#), ["a", r#"b, "c""#, "", "d"]);
}
