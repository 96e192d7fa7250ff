//! How two setups differ, as reviewers read it and as programs do.

use serde_json::{Value as Json, json};

use super::screen::{Paint, columns, text};
use crate::config::{Change, Difference, Line, Place, Value, line_differences};

/// Grouped by thing, a line for each difference: `+` new, `-` gone, `~` changed. Texts of several lines by line.
pub(super) fn as_text(differences: &[Difference], paint: Paint) -> String {
    let mut out = String::new();
    let mut group: Option<&Place> = None;
    for Difference { place, change } in differences {
        let is_the_thing = place.len() == 1 && matches!(change, Change::Added { .. } | Change::Removed);
        if place.first() != group {
            if !out.is_empty() {
                out.push('\n');
            }
            if let Some(thing) = place.first().filter(|_| !is_the_thing) {
                out.push_str(&format!("{}\n", paint.bold(&titled(thing))));
            }
            group = place.first();
        }
        let inside = if is_the_thing { place } else { place.get(1..).unwrap_or_default() };
        let indent = if place.is_empty() || is_the_thing { "" } else { "  " };
        let what: Vec<String> = inside.iter().map(titled).collect();
        for line in change_lines(&what.join(" "), change, paint) {
            out.push_str(format!("{indent}{line}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// `pipeline "support"`, `on_reply`.
fn titled(place: &Place) -> String {
    match &place.name {
        Some(name) => format!("{} \"{name}\"", place.sort),
        None => place.sort.to_owned(),
    }
}

fn change_lines(what: &str, change: &Change, paint: Paint) -> Vec<String> {
    match change {
        Change::Added { keys, after } => {
            let place = after.as_ref().map(|after| format!(" after \"{after}\"")).unwrap_or_default();
            let mut lines = vec![paint.green(&format!("+ {what}{place}"))];
            for (key, value) in keys {
                lines.extend(format!("{key} = {value}").lines().map(|line| paint.green(&format!("    {line}"))));
            }
            lines
        }
        Change::Removed => vec![paint.red(&format!("- {what}"))],
        Change::Key { key, before, after } => {
            let what = if what.is_empty() { (*key).to_owned() } else { format!("{what} {key}") };
            match (before, after) {
                (Some(before), Some(after)) => value_lines(&what, before, after, paint),
                (None, Some(after)) => marked('+', &what, after, paint),
                (Some(before), None) => marked('-', &what, before, paint),
                (None, None) => Vec::new(),
            }
        }
        Change::Order { sort, before, after } => {
            let plural = match *sort {
                "mailbox" => "mailboxes".to_owned(),
                "ignore" => "ignore rules".to_owned(),
                sort => format!("{sort}s"),
            };
            vec![paint.yellow(&format!("~ order of {plural}: {} → {}", before.join(", "), after.join(", ")))]
        }
    }
}

/// A key that only one side has.
fn marked(sign: char, what: &str, value: &Value, paint: Paint) -> Vec<String> {
    let shown = match value.lines() {
        text if text.contains('\n') => {
            let lines: String = text.lines().map(|line| format!("\n    {sign} {line}")).collect();
            format!("{sign} {what}:{lines}")
        }
        text => format!("{sign} {what}: {text}"),
    };
    shown.lines().map(|line| coloured(sign, line, paint)).collect()
}

/// A key whose value changed: in one line where there is room.
fn value_lines(what: &str, before: &Value, after: &Value, paint: Paint) -> Vec<String> {
    let line = format!("~ {what}: {before} → {after}");
    if !line.contains('\n') && line.chars().count() <= columns() {
        return vec![coloured('~', &line, paint)];
    }
    let (before, after) = (before.lines(), after.lines());
    // The last line of a text may differ in nothing but the newline behind it.
    let end = if before.ends_with('\n') == after.ends_with('\n') { "" } else { "  (no newline at the end)" };
    let shown = |line: &str| format!("{}{}", line.trim_end_matches('\n'), if line.ends_with('\n') { "" } else { end });
    let mut lines = vec![coloured('~', &format!("~ {what}:"), paint)];
    lines.extend(line_differences(&before, &after).into_iter().map(|line| match line {
        Line::Same(same) => format!("      {}", text(&shown(same))),
        Line::Removed(gone) => coloured('-', &format!("    - {}", shown(gone)), paint),
        Line::Added(new) => coloured('+', &format!("    + {}", shown(new)), paint),
        Line::Gap => paint.dim("      …"),
    }));
    lines
}

fn coloured(sign: char, line: &str, paint: Paint) -> String {
    let line = text(line.trim_end());
    match sign {
        '+' => paint.green(&line),
        '-' => paint.red(&line),
        _ => paint.yellow(&line),
    }
}

/// For programs: docs/json.md.
pub(super) fn as_json(difference: &Difference) -> Json {
    let Difference { place, change } = difference;
    let (thing, part) = (place.first(), place.get(1));
    let (word, key, before, after) = match change {
        Change::Added { keys, .. } => {
            let keys = keys.iter().map(|(key, value)| ((*key).to_owned(), json!(value)));
            ("added", None, Json::Null, Json::Object(keys.collect()))
        }
        Change::Removed => ("removed", None, Json::Null, Json::Null),
        Change::Key { key, before, after } => ("changed", Some(*key), json!(before), json!(after)),
        Change::Order { sort, before, after } => ("reordered", Some(*sort), json!(before), json!(after)),
    };
    json!({
        "change": word,
        "thing": thing.map(|place| place.sort),
        "name": thing.map(|place| &place.name),
        "part": part.map(|place| place.sort),
        "part_name": part.map(|place| &place.name),
        "key": key,
        "before": before,
        "after": after,
    })
}
