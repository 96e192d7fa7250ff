//! `[[template]]`: texts of automatic mail. One replaces the built-in template of its name or adds to them.

use std::ops::Range;

use super::builtin;
use super::mailbox::read_language;
use super::names::Names;
use super::problem::Report;
use super::table::Table;
use crate::domain::{Setup, Template, TemplateText};

/// What the file says of templates.
pub(super) struct Templates {
    /// With the built-in ones that it does not replace.
    pub all: Vec<Template>,
    pub names: Names,
    /// Those that stand in the file, and where.
    stated: Vec<(String, Range<usize>)>,
    /// Those that are not transactional, and where the file says so.
    marketing: Vec<(String, Range<usize>)>,
}

impl Templates {
    /// Marketing mail needs a way out (RFC 8058), and that a place.
    pub fn require_unsubscribing(&self, setup: &Setup, report: &mut Report) {
        let hint = "set `public_url` at the top of the file, where contacts unsubscribe: \"https://desk.example.org\"";
        for (name, place) in self.marketing.iter().filter(|(name, _)| setup.mails_contacts(name)) {
            let message = format!("`{name}` goes to contacts (send_email), who could not unsubscribe from it");
            report.error(place.clone(), message, hint);
        }
    }
}

/// Reads a text that is to hold one template and nothing else: the one of that name. Says what is wrong with it.
pub(super) fn read_only(mut root: Table, name: &str, report: &mut Report) {
    let Templates { stated, .. } = read_templates(&mut root, report);
    root.close(report);
    match stated.as_slice() {
        [] if report.has_broken_lines() => {}
        [] => report.error(0..0, "there is no [[template]] here", "leave its header line in place"),
        [(found, place)] if found != name && !found.is_empty() => {
            let hint = format!("leave its name; `ticketd template edit {found}` makes or changes that one");
            report.error(place.clone(), format!("this is template `{found}`, and `{name}` is edited"), hint);
        }
        [_] => {}
        [_, (_, second), ..] => report.error(second.clone(), "a second template", "edit one at a time"),
    }
}

/// Reads every `[[template]]`.
pub(super) fn read_templates(root: &mut Table, report: &mut Report) -> Templates {
    let (mut stated, mut marketing) = (Vec::new(), Vec::new());
    let mut templates = builtin::templates();
    let mut names = Names::of("template", "ticket_closed");
    for template in &templates {
        names.add_builtin(&template.name);
    }
    for mut table in root.tables("template", report) {
        let name = names.claim(&mut table, report);
        let place = table.place_of("name").map_or_else(|| table.place(), |(_, place)| place);
        stated.push((name.clone(), place));
        let transactional = table.flag("transactional", report).unwrap_or(true);
        let place = table.place_of("transactional").filter(|_| !transactional);
        marketing.extend(place.map(|(_, place)| (name.clone(), place)));
        let texts = read_texts(&mut table, report);
        table.close(report);
        let template = Template { name, transactional, texts };
        match templates.iter_mut().find(|other| other.name == template.name) {
            Some(replaced) => *replaced = template,
            None => templates.push(template),
        }
    }
    Templates { all: templates, names, stated, marketing }
}

fn read_texts(template: &mut Table, report: &mut Report) -> Vec<TemplateText> {
    let mut texts: Vec<TemplateText> = Vec::new();
    let example = "[[template.text]] with language, subject and text";
    for mut table in template.needed_tables("text", example, report) {
        table.require("language", "language = \"en\"", report);
        let language = read_language(&mut table, report);
        let subject = table.needed_text("subject", "subject = \"{{ ticket.tag }} {{ ticket.subject }}\"", report);
        if let Some(subject) = subject.as_ref().filter(|subject| subject.get_ref().contains(['\r', '\n'])) {
            report.error(subject.span(), "`subject` has more than one line", "write it as one line");
        }
        let text = table.needed_text("text", "text = \"Hello, …\"", report);
        let html = table.text("html", report);
        if texts.iter().any(|other| Some(other.language) == language) {
            let hint = "leave one of them out";
            report.error(table.place(), "a second text of this template in the same language", hint);
        }
        table.close(report);
        if let (Some(language), Some(subject), Some(text)) = (language, subject, text) {
            let html = html.map(|html| html.get_ref().to_string());
            texts.push(TemplateText { language, subject: subject.to_string(), text: text.to_string(), html });
        }
    }
    texts
}
