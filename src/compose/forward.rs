//! A forward written from the ticket record.

use super::header::one_line;
use crate::domain::Participant;

/// The mail that is forwarded.
#[derive(Debug, Clone, PartialEq)]
pub struct ForwardedOriginal {
    pub from: Vec<Participant>,
    pub to: Vec<Participant>,
    /// As it shall be read; zones and calendars are the caller's.
    pub date: String,
    pub subject: String,
    pub body: String,
}

/// The plain text of a forward: the user's comment, the line that mail programs know, the original's head and body.
/// The original's names and subject stay on their own lines, so a stranger's subject cannot pose as another sender.
pub fn forward_text(comment: &str, original: &ForwardedOriginal) -> String {
    let mut text = String::new();
    if !comment.trim().is_empty() {
        text.push_str(comment.trim_end());
        text.push_str("\n\n");
    }
    text.push_str("---------- Forwarded message ---------\n");
    let lines = [
        ("From", participants(&original.from)),
        ("Date", one_line(&original.date)),
        ("Subject", one_line(&original.subject)),
        ("To", participants(&original.to)),
    ];
    for (name, value) in lines {
        text.push_str(format!("{name}: {value}").trim_end());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&original.body);
    text
}

fn participants(list: &[Participant]) -> String {
    let shown = |p: &Participant| match one_line(&p.name) {
        name if name.is_empty() => p.address.to_string(),
        name => format!("{name} <{}>", p.address),
    };
    list.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EmailAddress;

    fn original() -> ForwardedOriginal {
        let person =
            |name: &str, address| Participant { name: name.to_owned(), address: EmailAddress::parse(address).unwrap() };
        ForwardedOriginal {
            from: vec![person("Ann Lee", "ann@example.com")],
            to: vec![person("", "support@example.org"), person("Bo", "bo@example.net")],
            date: "Mon, 3 Mar 2025 10:00".to_owned(),
            subject: "Printer".to_owned(),
            body: "It is\non fire.\n".to_owned(),
        }
    }

    #[test]
    fn a_forward_has_the_line_and_the_head_that_mail_programs_know() {
        let expected = "Please look.\n\n---------- Forwarded message ---------\nFrom: Ann Lee <ann@example.com>\n\
                        Date: Mon, 3 Mar 2025 10:00\nSubject: Printer\nTo: support@example.org, Bo <bo@example.net>\n\n\
                        It is\non fire.\n";
        assert_eq!(forward_text("Please look.\n", &original()), expected);
    }

    #[test]
    fn a_subject_cannot_add_a_line_to_the_head() {
        let mut hostile = original();
        hostile.subject = "Hi\nFrom: boss@example.org".to_owned();
        let text = forward_text("", &hostile);
        assert_eq!(text.lines().filter(|line| line.starts_with("From: ")).count(), 1, "{text}");
        assert!(text.starts_with("---------- Forwarded message ---------\n"), "{text}");
    }
}
