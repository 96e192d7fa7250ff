//! Templates: mail texts with placeholders, checked when they are set and filled when they are sent.
//!
//! Values are data and never templates: `{{` in a stranger's subject stays text. Unknown names are errors, not blanks.

use std::cell::RefCell;
use std::ops::Range;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;

use super::header::one_line;
use super::values::{Readers, known_variables, sample};
use crate::domain::{DIGEST_TEMPLATE, Language, SEND_NOT_DELIVERED, Template, TemplateText};

/// Steps that one template may take: thousands of times what a mail needs, milliseconds all the same.
const FUEL: u64 = 100_000;

/// Texts of templates that stay compiled in a thread: more than a desk has.
const MOST_KEPT: usize = 256;
/// What divides the part's word from the text in the name of a compiled one.
const AFTER_PART: char = ':';

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
    /// The bytes that are meant.
    pub at: Range<usize>,
    pub message: String,
}

/// Why a template could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    #[error("the template has no text in any language")]
    NoText,
    #[error("line {line} of the template's {part} cannot be filled: {message}")]
    Part { part: TemplatePart, line: usize, message: String },
}

/// Every problem of a template that is used for `readers`, in the order of its texts.
pub fn check(template: &Template, readers: Readers) -> Vec<TemplateProblem> {
    let mut problems = Vec::new();
    for text in &template.texts {
        for (part, source) in parts(text) {
            for (at, message) in part_problems(readers, part, source) {
                let (line, column) = position(source, at.start);
                problems.push(TemplateProblem { language: text.language, part, line, column, at, message });
            }
        }
    }
    problems
}

/// Fills the template in `language`, or in its first language where it has no text in that one. `values`: those of its
/// [`Readers`].
pub fn render(template: &Template, language: Language, values: &impl Serialize) -> Result<Rendered, RenderError> {
    let text = template.text(language).ok_or(RenderError::NoText)?;
    let values = Value::from(Serde(values));
    let fill = |part, source| {
        fill(part, source, &values).map_err(|error| RenderError::Part {
            part,
            line: error.line().unwrap_or(1),
            // The sort of error alone: its details may quote what a stranger wrote.
            message: error.kind().to_string(),
        })
    };
    Ok(Rendered {
        subject: one_line(&fill(TemplatePart::Subject, &text.subject)?),
        text: fill(TemplatePart::Text, &text.text)?,
        html: text.html.as_ref().map(|html| fill(TemplatePart::Html, html)).transpose()?,
    })
}

thread_local! {
    static COMPILED: RefCell<Compiled> = RefCell::new(Compiled { environment: environment(), kept: 0 });
}

/// Templates stay compiled: making an environment and compiling is more work than filling.
struct Compiled {
    environment: Environment<'static>,
    kept: usize,
}

impl Compiled {
    /// The template, compiled at most once.
    fn template(&mut self, part: TemplatePart, source: &str) -> Result<minijinja::Template<'_, '_>, Error> {
        let name = format!("{part}{AFTER_PART}{source}");
        if self.environment.get_template(&name).is_err() {
            if self.kept == MOST_KEPT {
                self.environment.clear_templates();
                self.kept = 0;
            }
            self.environment.add_template_owned(name.clone(), source.to_owned())?;
            self.kept += 1;
        }
        self.environment.get_template(&name)
    }
}

/// HTML is escaped, plain text is not.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.set_auto_escape_callback(|name| {
        match name.split(AFTER_PART).next() == Some(TemplatePart::Html.as_str()) {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        }
    });
    environment
}

fn parts(text: &TemplateText) -> impl Iterator<Item = (TemplatePart, &str)> {
    let html = text.html.as_deref().map(|html| (TemplatePart::Html, html));
    [(TemplatePart::Subject, text.subject.as_str()), (TemplatePart::Text, text.text.as_str())].into_iter().chain(html)
}

fn fill(part: TemplatePart, source: &str, values: &Value) -> Result<String, Error> {
    COMPILED.with_borrow_mut(|compiled| compiled.template(part, source)?.render(values))
}

/// The problems of one text: which bytes, and what is wrong there.
fn part_problems(readers: Readers, part: TemplatePart, source: &str) -> Vec<(Range<usize>, String)> {
    let variables = COMPILED.with_borrow_mut(|compiled| {
        compiled.template(part, source).map(|template| template.undeclared_variables(true))
    });
    let variables = match variables {
        Ok(variables) => variables,
        Err(error) => return vec![(range_of(&error), message(&error))],
    };
    let mut unknown: Vec<(Range<usize>, String)> = variables
        .into_iter()
        .filter_map(|name| Some((place_of(source, &name), unknown_name(&name, readers)?)))
        .collect();
    unknown.sort_by_key(|(at, _)| at.start);
    if !unknown.is_empty() {
        return unknown;
    }
    // Unknown filters and the like show only when it is filled.
    match fill(part, source, &sample(readers)) {
        Err(error) => vec![(range_of(&error), message(&error))],
        Ok(filled) if filled.trim().is_empty() => vec![(0..source.len(), format!("the {part} is empty"))],
        Ok(_) => Vec::new(),
    }
}

/// What is wrong with naming that, if anything is.
fn unknown_name(name: &str, readers: Readers) -> Option<String> {
    let known = known_variables(readers);
    if known.contains(&name) {
        return None;
    }
    let known = known.join(", ");
    let elsewhere = Readers::ALL.iter().find(|other| known_variables(**other).contains(&name));
    Some(match (elsewhere, readers) {
        (Some(Readers::Users), Readers::Contacts) => format!(
            "`{name}` is known in notifications only, and this goes to contacts (send_email); known are {known}"
        ),
        (Some(Readers::Author), _) => {
            format!("`{name}` is known in the template `{SEND_NOT_DELIVERED}` only; known are {known}")
        }
        (Some(Readers::Digest), _) => {
            format!("`{name}` is known in the template `{DIGEST_TEMPLATE}` only; known are {known}")
        }
        (Some(_), Readers::Digest) => format!(
            "`{name}` is none of a digest, which is about many tickets: `digest.entries` has them; known are {known}"
        ),
        _ => format!("unknown variable `{name}`; known are {known}"),
    })
}

fn message(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

fn range_of(error: &Error) -> Range<usize> {
    error.range().unwrap_or_default()
}

/// Where `source` first names a variable inside a tag. The engine says which names stand there and not where.
fn place_of(source: &str, name: &str) -> Range<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let found = source.match_indices(name).map(|(at, _)| at).find(|&at| {
        let (before, after) = (source.get(..at).unwrap_or_default(), source.get(at + name.len()..).unwrap_or_default());
        let opened = before.rfind("{{").max(before.rfind("{%"));
        let closed = before.rfind("}}").max(before.rfind("%}"));
        opened > closed && !before.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word)
    });
    found.map_or(0..0, |at| at..at + name.len())
}

/// Line and column of a byte offset, both from 1, the column in characters.
fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::super::values::{Values, ticket_values};
    use super::*;

    fn template(subject: &str, text: &str, html: Option<&str>) -> Template {
        let text = TemplateText {
            language: Language::English,
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.map(str::to_owned),
        };
        Template { name: "test".to_owned(), transactional: true, texts: vec![text] }
    }

    fn problems(template: &Template) -> Vec<String> {
        let shown = |p: TemplateProblem| format!("{} {} {}:{} {}", p.language, p.part, p.line, p.column, p.message);
        check(template, Readers::Users).into_iter().map(shown).collect()
    }

    #[test]
    fn a_template_may_name_every_known_variable() {
        for name in known_variables(Readers::Users) {
            let text = format!("{{{{ {name} }}}}");
            assert_eq!(problems(&template("s", &text, Some(&text))), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn a_template_for_contacts_may_not_name_a_user() {
        for text in ["{{ user.name }}", "{{ user.name or 'x' }}", "{% if user %}x{% endif %}y", "{{ user }}"] {
            let found = check(&template("s", text, None), Readers::Contacts);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].message.contains("is known in notifications only"), "{found:?}");
            assert!(!found[0].message.contains("mailbox.address, user"), "{found:?}");
        }
    }

    #[test]
    fn only_the_template_of_mail_that_did_not_arrive_may_name_the_failure() {
        for name in ["failure", "failure.address", "failure.reason"] {
            let one = template("s", &format!("{{{{ {name} }}}}"), None);
            assert_eq!(check(&one, Readers::Author), [], "{name}");
            for readers in [Readers::Contacts, Readers::Users] {
                let found = check(&one, readers);
                assert!(found[0].message.contains("is known in the template `send_not_delivered` only"), "{found:?}");
            }
        }
    }

    #[test]
    fn an_unknown_variable_is_refused_with_line_and_column() {
        let found = problems(&template("Re", "ticket.nope is text\nDear {{ contact.name }}, {{ ticket.nope }}", None));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("en text 2:29 unknown variable `ticket.nope`;"), "{found:?}");
        let found = problems(&template("{% if x %}é{{ ticket }}{% endif %}", "t", Some("{{ user.name }}{{ secret }}")));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("en subject 1:7 unknown variable `x`;"), "{found:?}");
        assert!(found[1].starts_with("en subject 1:15 unknown variable `ticket`;"), "{found:?}");
        assert!(found[2].starts_with("en html 1:19 unknown variable `secret`;"), "{found:?}");
    }

    #[test]
    fn syntax_errors_and_unknown_filters_are_refused_with_line_and_column() {
        let found = problems(&template("s", "Hello\n  {% if user %}", None));
        assert!(found.len() == 1 && found[0].starts_with("en text 2:"), "{found:?}");
        let found = problems(&template("s", "Hello\n{{ ticket.tag | sparkle }}", None));
        assert!(found.len() == 1 && found[0].starts_with("en text 2:17 unknown filter"), "{found:?}");
    }

    #[test]
    fn an_empty_subject_or_text_is_refused() {
        let expected = ["en subject 1:1 the subject is empty", "en text 1:1 the text is empty"];
        assert_eq!(problems(&template(" ", "{# later #}\n", None)), expected);
    }

    #[test]
    fn html_is_escaped_and_plain_text_is_not() {
        let mut values = ticket_values(Readers::Users);
        values.ticket.subject = "a <b> & {{ ticket.number }}".to_owned();
        let said = "{{ ticket.subject }}";
        let rendered = render(&template(said, said, Some(said)), Language::English, &values).unwrap();
        assert_eq!(rendered.text, "a <b> & {{ ticket.number }}");
        assert_eq!(rendered.html.as_deref(), Some("a &lt;b&gt; &amp; {{ ticket.number }}"));
    }

    #[test]
    fn a_subject_stays_on_one_line_whatever_its_values_hold() {
        let mut values = ticket_values(Readers::Users);
        values.ticket.subject = "Help\r\nBcc: x@example.com\r\n\r\nbody\0".to_owned();
        let template = template("{{ ticket.tag }}\n {{ ticket.subject }}", "t", None);
        let rendered = render(&template, Language::English, &values).unwrap();
        assert_eq!(rendered.subject, "[TD-1] Help Bcc: x@example.com body");
    }

    #[test]
    fn a_language_without_text_is_served_by_the_first() {
        let rendered = render(&template("Hello", "t", None), Language::Dutch, &ticket_values(Readers::Users)).unwrap();
        assert_eq!(rendered.subject, "Hello");
        let none = Template { texts: Vec::new(), ..template("", "", None) };
        assert_eq!(render(&none, Language::Dutch, &ticket_values(Readers::Users)), Err(RenderError::NoText));
    }

    #[test]
    fn a_template_can_ask_whether_a_user_wrote_and_a_missing_name_is_no_blank() {
        let nobody = Values { user: None, ..ticket_values(Readers::Users) };
        let asking = template("s", "{% if user %}{{ user.name }}{% else %}us{% endif %}", None);
        assert_eq!(render(&asking, Language::English, &nobody).unwrap().text, "us");
        let error = render(&template("s", "{{ user.name }}", None), Language::English, &nobody).unwrap_err();
        assert!(matches!(error, RenderError::Part { part: TemplatePart::Text, .. }), "{error}");
    }

    #[test]
    fn a_template_that_does_not_end_is_stopped() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let error =
            render(&template("s", endless, None), Language::English, &ticket_values(Readers::Users)).unwrap_err();
        assert!(error.to_string().ends_with("engine ran out of fuel"), "{error}");
    }
}
