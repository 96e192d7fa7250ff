//! A workflow as a picture: a tree of text, and a Mermaid flowchart.

use std::fmt::Write;

use super::words::{action_words, filter_words, hours_words, trigger_words};
use crate::domain::{Action, Definition, Source, Step, TICKET};

/// As text: what makes records enrol, then the steps, each with its number, the ways of a branch below it.
pub fn as_text(definition: &Definition, object: &str) -> String {
    let mut out = format!("when {}\n", trigger_words(&definition.trigger));
    for only in filters(definition, object) {
        // Writing into a String cannot fail.
        let _ = writeln!(out, "only if {only}");
    }
    for (word, said) in settings(definition) {
        let _ = writeln!(out, "{word} {said}");
    }
    let width = Step::all(&definition.steps).iter().map(|step| step.id.to_string().len()).max().unwrap_or(1);
    write_steps(&mut out, &definition.steps, "", width);
    out
}

/// What keeps records out, each alone enough. That of chat and messenger is one like others.
fn filters(definition: &Definition, object: &str) -> Vec<String> {
    let chat: Vec<&str> = Source::ALL.iter().filter(|source| source.is_chat()).map(|source| source.as_str()).collect();
    let of_chat = (object == TICKET && !definition.chat).then(|| format!("source is not {}", chat.join(" or ")));
    of_chat.into_iter().chain(definition.filter.as_ref().map(filter_words)).collect()
}

fn settings(definition: &Definition) -> Vec<(&'static str, String)> {
    let enrols = if definition.reenrol { "each time, never while still enrolled" } else { "once per record" };
    let mut found = vec![("enrols", enrols.to_owned())];
    found.extend(definition.goal.as_ref().map(|goal| ("until", filter_words(goal))));
    let zone = &definition.time_zone;
    match &definition.hours {
        Some(hours) => found.push(("acts", format!("{} ({zone})", hours_words(hours)))),
        None => found.push(("times of", zone.clone())),
    }
    found
}

fn write_steps(out: &mut String, steps: &[Step], indent: &str, width: usize) {
    if steps.is_empty() {
        let _ = writeln!(out, "{indent}{:width$}  (nothing)", "");
    }
    for step in steps {
        let _ = writeln!(out, "{indent}{:>width$}  {}", step.id, action_words(&step.action));
        let Action::Branch { ways, otherwise } = &step.action else { continue };
        let indent = format!("{indent}{:width$}  ", "");
        for way in ways {
            let _ = writeln!(out, "{indent}├─ {}: {}", way.label, filter_words(&way.when));
            write_steps(out, &way.steps, &format!("{indent}│  "), width);
        }
        let _ = writeln!(out, "{indent}└─ otherwise");
        write_steps(out, otherwise, &format!("{indent}   "), width);
    }
}

/// As a flowchart for Mermaid (mermaid.js.org). A step is called `sN`.
pub fn as_mermaid(definition: &Definition, object: &str) -> String {
    let mut out = "flowchart TD\n".to_owned();
    let _ = writeln!(out, "    start([\"{}\"])", escaped(&trigger_words(&definition.trigger)));
    let mut above = "start".to_owned();
    for (n, only) in filters(definition, object).iter().enumerate() {
        let _ = writeln!(out, "    only{n}{{{{\"only if {}\"}}}}\n    {above} --> only{n}", escaped(only));
        above = format!("only{n}");
    }
    chart_steps(&mut out, &definition.steps, &above, None);
    out
}

/// The steps with the arrow that leads to them from `above`.
fn chart_steps(out: &mut String, steps: &[Step], above: &str, label: Option<&str>) {
    let mut above = above.to_owned();
    let mut label = label.map(|label| format!("|\"{}\"|", escaped(label))).unwrap_or_default();
    if steps.is_empty() && !label.is_empty() {
        let _ = writeln!(out, "    {above} -->{label} {above}_end(((\" \")))");
    }
    for step in steps {
        let (name, words) = (format!("s{}", step.id), escaped(&action_words(&step.action)));
        let shape = match &step.action {
            Action::Branch { .. } => format!("{{\"{words}\"}}"),
            Action::Delay { .. } => format!("[/\"{words}\"/]"),
            _ => format!("[\"{words}\"]"),
        };
        let _ = writeln!(out, "    {name}{shape}\n    {above} -->{label} {name}");
        (above, label) = (name, String::new());
        let Action::Branch { ways, otherwise } = &step.action else { continue };
        for way in ways {
            chart_steps(out, &way.steps, &above, Some(&format!("{}: {}", way.label, filter_words(&way.when))));
        }
        chart_steps(out, otherwise, &above, Some("otherwise"));
    }
}

/// As text of a node: Mermaid takes quotes, markup and line breaks for its own.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '|' | ';' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
