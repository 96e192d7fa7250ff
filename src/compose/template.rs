//! Templates: mail texts with placeholders, checked when they are set and filled when they are sent.
//!
//! Values are data and never templates: `{{` in a stranger's subject stays text. Unknown names are errors, not blanks.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;

use super::header::one_line;
use crate::domain::{EmailAddress, Language, Template, TemplateText};

/// Steps that one template may take: thousands of times what a mail needs, milliseconds all the same.
const FUEL: u64 = 100_000;

/// What a template may name. `user` alone is for asking whether there is one.
const KNOWN: &[&str] = &[
    "ticket.number",
    "ticket.tag",
    "ticket.subject",
    "ticket.status",
    "contact.name",
    "contact.address",
    "mailbox.name",
    "mailbox.address",
    "user",
    "user.name",
];

/// What fills a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Values {
    pub ticket: TicketValues,
    pub contact: ContactValues,
    pub mailbox: MailboxValues,
    /// Whoever wrote or caused the mail, if it was a user.
    pub user: Option<UserValues>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TicketValues {
    pub number: i64,
    /// `[PREFIX-123]`.
    pub tag: String,
    pub subject: String,
    /// The status's label.
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactValues {
    pub name: String,
    pub address: EmailAddress,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MailboxValues {
    /// The display name.
    pub name: String,
    pub address: EmailAddress,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UserValues {
    /// The display name.
    pub name: String,
}

/// A filled template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// On one line.
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

/// Which text of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplatePart {
    Subject,
    Text,
    Html,
}

impl TemplatePart {
    /// The word for this part.
    pub const fn as_str(self) -> &'static str {
        match self {
            TemplatePart::Subject => "subject",
            TemplatePart::Text => "text",
            TemplatePart::Html => "html",
        }
    }
}

impl std::fmt::Display for TemplatePart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something in a template that the operator has to mend. Line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    pub language: Language,
    pub part: TemplatePart,
    pub line: usize,
    pub column: usize,
    pub message: String,
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error("the template has no text in any language")]
    NoText,
    #[error("the template's {part} cannot be filled: {message}")]
    Part { part: TemplatePart, message: String },
}

/// Every problem of a template, in the order of its texts.
pub fn check(template: &Template) -> Vec<TemplateProblem> {
    let environment = environment();
    let mut problems = Vec::new();
    for text in &template.texts {
        for (part, source) in parts(text) {
            for (offset, message) in part_problems(&environment, part, source) {
                let (line, column) = position(source, offset);
                problems.push(TemplateProblem { language: text.language, part, line, column, message });
            }
        }
    }
    problems
}

/// Fills the template in `language`, or in its first language where it has no text in that one.
pub fn render(template: &Template, language: Language, values: &Values) -> Result<Rendered, RenderError> {
    let text = template.text(language).ok_or(RenderError::NoText)?;
    let environment = environment();
    let values = Value::from(Serde(values));
    let fill = |part, source| {
        fill(&environment, part, source, &values).map_err(|error| RenderError::Part { part, message: message(&error) })
    };
    Ok(Rendered {
        subject: one_line(&fill(TemplatePart::Subject, &text.subject)?),
        text: fill(TemplatePart::Text, &text.text)?,
        html: text.html.as_ref().map(|html| fill(TemplatePart::Html, html)).transpose()?,
    })
}

/// HTML is escaped, plain text is not; the part's word is the template's name.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.set_auto_escape_callback(|name| match name == TemplatePart::Html.as_str() {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment
}

fn parts(text: &TemplateText) -> impl Iterator<Item = (TemplatePart, &str)> {
    let html = text.html.as_deref().map(|html| (TemplatePart::Html, html));
    [(TemplatePart::Subject, text.subject.as_str()), (TemplatePart::Text, text.text.as_str())].into_iter().chain(html)
}

fn fill(environment: &Environment<'_>, part: TemplatePart, source: &str, values: &Value) -> Result<String, Error> {
    environment.render_named_str(part.as_str(), source, values)
}

/// The problems of one text: byte offset and what is wrong there.
fn part_problems(environment: &Environment<'_>, part: TemplatePart, source: &str) -> Vec<(usize, String)> {
    let template = match environment.template_from_named_str(part.as_str(), source) {
        Ok(template) => template,
        Err(error) => return vec![(offset_of(&error), message(&error))],
    };
    let mut unknown: Vec<(usize, String)> = template
        .undeclared_variables(true)
        .into_iter()
        .filter(|name| !KNOWN.contains(&name.as_str()))
        .map(|name| (place_of(source, &name), format!("unknown variable `{name}`; known are {}", KNOWN.join(", "))))
        .collect();
    unknown.sort();
    if !unknown.is_empty() {
        return unknown;
    }
    // Unknown filters and the like show only when it is filled.
    match fill(environment, part, source, &Value::from(Serde(sample()))) {
        Err(error) => vec![(offset_of(&error), message(&error))],
        Ok(filled) if filled.trim().is_empty() => vec![(0, format!("the {part} is empty"))],
        Ok(_) => Vec::new(),
    }
}

fn sample() -> Values {
    let address = || EmailAddress::parse("name@example.org").unwrap_or_default();
    Values {
        ticket: TicketValues {
            number: 1,
            tag: "[TD-1]".to_owned(),
            subject: "Subject".to_owned(),
            status: "New".to_owned(),
        },
        contact: ContactValues { name: "Name".to_owned(), address: address() },
        mailbox: MailboxValues { name: "Mailbox".to_owned(), address: address() },
        user: Some(UserValues { name: "User".to_owned() }),
    }
}

fn message(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

fn offset_of(error: &Error) -> usize {
    error.range().map_or(0, |range| range.start)
}

/// Where `source` first names a variable inside a tag. The engine says which names stand there and not where.
fn place_of(source: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let found = source.match_indices(name).map(|(at, _)| at).find(|&at| {
        let (before, after) = (source.get(..at).unwrap_or_default(), source.get(at + name.len()..).unwrap_or_default());
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let closed = before.rfind("}}").max(before.rfind("%}"));
        opened > closed && !before.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word)
    });
    found.unwrap_or_default()
}

/// Line and column of a byte offset, both from 1, the column in characters.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}
