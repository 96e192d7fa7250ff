//! A draft: what a user wrote, before it becomes a send.
//!
//! Kept as a small readable mail (RFC 5322 header block in UTF-8 as RFC 6532 allows, a blank line, the text as it is),
//! because the journal names inputs by their content and addresses live in raw bytes only.

use super::header::{one_line, quoted};
use crate::domain::{AttachedFile, ContentDigest, Draft, EmailAddress, Participant};

/// Why bytes are no draft. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    #[error("the draft is not UTF-8")]
    NotUtf8,
    #[error("no blank line ends the draft's header")]
    NoBlankLine,
    #[error("line {line} of the draft is no header field")]
    NoField { line: usize },
    #[error("line {line} of the draft: a draft has no field of that name, or has it already")]
    Field { line: usize },
    #[error("line {line} of the draft has something that is no address")]
    Address { line: usize },
    #[error("line {line} of the draft names no attachment: \"NAME\" TYPE SIZE DIGEST")]
    Attachment { line: usize },
    #[error("line {line} of the draft says nothing of a quote that ends the text: its bytes")]
    Quote { line: usize },
}

impl Draft {
    /// The draft as bytes. Names and the subject are put on one line; all else reads back as it was.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        let lists = [("From", self.from.as_slice()), ("To", &self.to), ("Cc", &self.cc)];
        for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            let shown: Vec<String> = list.iter().map(mailbox).collect();
            out.push_str(&format!("{name}: {}\r\n", shown.join(",\r\n ")));
        }
        if let Some(subject) = &self.subject {
            out.push_str(&format!("Subject: {}\r\n", one_line(subject)));
        }
        for file in &self.attachments {
            let AttachedFile { name, media_type, size, digest } = file;
            let name = quoted(&one_line(name));
            out.push_str(&format!("Attachment: {name} {} {size} {digest}\r\n", one_line(media_type)));
        }
        if !self.quote.is_empty() {
            out.push_str(&format!("Quote: {}\r\n", self.quote.len()));
        }
        out.push_str("\r\n");
        out.push_str(&self.text);
        out.push_str(&self.quote);
        out.into_bytes()
    }

    /// Reads what `to_bytes` wrote; LF line ends, folded fields and names without quotes are read as well.
    pub fn from_bytes(bytes: &[u8]) -> Result<Draft, DraftError> {
        let text = std::str::from_utf8(bytes).map_err(|_| DraftError::NotUtf8)?;
        let (fields, body) = header_fields(text)?;
        let mut draft = Draft { text: body.to_owned(), ..Draft::default() };
        let mut seen: Vec<String> = Vec::new();
        for Field { line, name, value } in fields {
            let name = name.to_ascii_lowercase();
            if seen.contains(&name) && name != "attachment" {
                return Err(DraftError::Field { line });
            }
            let list = || mailbox_list(&value).ok_or(DraftError::Address { line });
            match name.as_str() {
                "from" => draft.from = Some(single(list()?).ok_or(DraftError::Address { line })?),
                "to" => draft.to = list()?,
                "cc" => draft.cc = list()?,
                "subject" => draft.subject = Some(one_line(&value)),
                "attachment" => draft.attachments.push(attached_file(&value).ok_or(DraftError::Attachment { line })?),
                "quote" => {
                    let (text, quote) = with_quote(body, &value).ok_or(DraftError::Quote { line })?;
                    (draft.text, draft.quote) = (text.to_owned(), quote.to_owned());
                }
                _ => return Err(DraftError::Field { line }),
            }
            seen.push(name);
        }
        Ok(draft)
    }
}

/// A header field, unfolded, and the line on which it begins.
struct Field<'a> {
    line: usize,
    name: &'a str,
    value: String,
}

/// The fields up to the blank line, and what follows it.
fn header_fields(text: &str) -> Result<(Vec<Field<'_>>, &str), DraftError> {
    let mut fields: Vec<Field> = Vec::new();
    let mut rest = text;
    for line in 1.. {
        let (content, after) = rest.split_once('\n').ok_or(DraftError::NoBlankLine)?;
        rest = after;
        let content = content.strip_suffix('\r').unwrap_or(content);
        if content.is_empty() {
            break;
        }
        match (content.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some(field)) => field.value.push_str(content),
            (true, None) => return Err(DraftError::NoField { line }),
            (false, _) => {
                let (name, value) = content.split_once(':').ok_or(DraftError::NoField { line })?;
                fields.push(Field { line, name, value: value.to_owned() });
            }
        }
    }
    Ok((fields, rest))
}

/// `"name" type size digest`.
fn attached_file(value: &str) -> Option<AttachedFile> {
    let (name, rest) = quoted_name(value.trim())?;
    let mut words = rest.split_ascii_whitespace();
    let (media_type, size, digest) = (words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?);
    let digest = ContentDigest::from_hex(digest)?;
    words.next().is_none().then_some(AttachedFile { name, media_type, size, digest })
}

/// The body without the quote of so many bytes at its end, and the quote.
fn with_quote<'b>(body: &'b str, bytes: &str) -> Option<(&'b str, &'b str)> {
    body.split_at_checked(body.len().checked_sub(bytes.trim().parse().ok()?)?)
}

fn single(mut list: Vec<Participant>) -> Option<Participant> {
    if list.len() == 1 { list.pop() } else { None }
}

/// `"name" <address>`; the name always in quotes, so that nothing in it needs a second thought.
fn mailbox(participant: &Participant) -> String {
    match one_line(&participant.name) {
        name if name.is_empty() => format!("<{}>", participant.address),
        name => {
            format!("{} <{}>", quoted(&name), participant.address)
        }
    }
}

/// Mailboxes apart by commas. `None` when one of them is no address.
fn mailbox_list(value: &str) -> Option<Vec<Participant>> {
    let mut list = Vec::new();
    let mut rest = value.trim_start();
    while !rest.is_empty() {
        let (quoted, after) = quoted_name(rest)?;
        let (item, after) = match after.trim_start().strip_prefix('<') {
            Some(inner) => {
                let (address, after) = inner.split_once('>')?;
                (Participant { name: quoted, address: EmailAddress::parse(address)? }, after)
            }
            None if quoted.is_empty() => unquoted_mailbox(rest)?,
            None => return None,
        };
        list.push(item);
        rest = match after.trim_start().strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.trim().is_empty() => "",
            None => return None,
        };
    }
    Some(list)
}

/// The quoted name at the start, if one is there, and what follows it. `None` when its quote is not closed.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let Some(inner) = text.strip_prefix('"') else {
        return Some((String::new(), text));
    };
    let mut name = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name, inner.get(at + 1..)?)),
            '\\' => name.push(chars.next()?.1),
            _ => name.push(c),
        }
    }
    None
}

/// `Ann Lee <ann@example.org>` or `ann@example.org`, as people type it, and what follows it.
fn unquoted_mailbox(text: &str) -> Option<(Participant, &str)> {
    let end = text.find(',').unwrap_or(text.len());
    let (item, after) = text.split_at_checked(end)?;
    let (name, address) = match item.split_once('<') {
        Some((name, address)) => (one_line(name), address.trim_end().strip_suffix('>')?),
        None => (String::new(), item),
    };
    Some((Participant { name, address: EmailAddress::parse(address)? }, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person(name: &str, address: &str) -> Participant {
        Participant { name: name.to_owned(), address: EmailAddress::parse(address).unwrap() }
    }

    #[test]
    fn a_draft_is_a_small_readable_mail() {
        let draft = Draft {
            from: None,
            to: vec![person("Zoë \"Z\" Ødegård", "zoe@example.org"), person("", "bo@example.net")],
            cc: vec![],
            subject: Some("Printer".to_owned()),
            text: "Try again.\n".to_owned(),
            ..Draft::default()
        };
        let expected = "To: \"Zoë \\\"Z\\\" Ødegård\" <zoe@example.org>,\r\n <bo@example.net>\r\n\
                        Subject: Printer\r\n\r\nTry again.\n";
        assert_eq!(String::from_utf8(draft.to_bytes()).unwrap(), expected);
        assert_eq!(Draft::from_bytes(expected.as_bytes()), Ok(draft));
    }

    #[test]
    fn a_draft_names_its_attachments_and_says_where_its_quote_begins() {
        let digest = ContentDigest::of(b"%PDF");
        let pdf = "application/pdf".to_owned();
        let draft = Draft {
            text: "See.\n".to_owned(),
            quote: "Ann wrote:\n> Hi\n".to_owned(),
            attachments: vec![AttachedFile { name: "a \"b\" ü.pdf".to_owned(), media_type: pdf, size: 4, digest }],
            ..Draft::default()
        };
        let expected = format!(
            "Attachment: \"a \\\"b\\\" ü.pdf\" application/pdf 4 {digest}\r\nQuote: 16\r\n\r\nSee.\nAnn wrote:\n> Hi\n"
        );
        assert_eq!(String::from_utf8(draft.to_bytes()).unwrap(), expected);
        assert_eq!(Draft::from_bytes(expected.as_bytes()), Ok(draft));
    }

    #[test]
    fn a_draft_written_by_hand_is_read() {
        let draft = Draft::from_bytes(b"to: Ann Lee <ann@example.org>, bo@example.net\ncc:\n\nHello").unwrap();
        assert_eq!(draft.to, [person("Ann Lee", "ann@example.org"), person("", "bo@example.net")]);
        assert_eq!((draft.cc.len(), draft.subject, draft.text.as_str()), (0, None, "Hello"));
    }

    #[test]
    fn what_is_no_draft_is_refused_with_its_line() {
        let refused = |text: &str| Draft::from_bytes(text.as_bytes()).unwrap_err();
        assert_eq!(Draft::from_bytes(b"\xff\n\n"), Err(DraftError::NotUtf8));
        assert_eq!(refused("To: a@example.org\n"), DraftError::NoBlankLine);
        assert_eq!(refused("To: a@example.org\nhello\n\n"), DraftError::NoField { line: 2 });
        assert_eq!(refused("To: a@example.org\nBcc: b@example.org\n\n"), DraftError::Field { line: 2 });
        assert_eq!(refused("Subject: a\nSubject: b\n\n"), DraftError::Field { line: 2 });
        for list in ["a", "\"a", "\"a\" b@example.org", "<a@example.org", "<a@example.org> x", "a@example.org,, b"] {
            assert_eq!(refused(&format!("Subject: s\nTo: {list}\n\n")), DraftError::Address { line: 2 }, "{list}");
        }
        for file in ["", "\"a\"", "\"a\" text/plain 4 beef", "\"a text/plain 4 x", "\"a\" text/plain -1 x"] {
            assert_eq!(refused(&format!("Attachment: {file}\n\n")), DraftError::Attachment { line: 1 }, "{file}");
        }
        for quote in ["x", "5", "1"] {
            assert_eq!(refused(&format!("Quote: {quote}\n\né")), DraftError::Quote { line: 1 }, "{quote}");
        }
    }

    #[test]
    fn a_name_cannot_add_a_recipient() {
        let hostile = person("x\" <y@example.com>, \"z\r\nCc: w@example.com\r\n\r\n", "ann@example.org");
        let draft = Draft { to: vec![hostile], ..Draft::default() };
        let read = Draft::from_bytes(&draft.to_bytes()).unwrap();
        assert_eq!((read.to.len(), read.cc.len(), read.text.as_str()), (1, 0, ""));
        assert_eq!(read.to[0].address.as_str(), "ann@example.org");
    }

    fn participant() -> impl Strategy<Value = Participant> {
        let local = prop_oneof!["[a-z0-9.+é]{1,12}", Just("\"ann, lee\\\"\"".to_owned())];
        ("(?s).{0,60}", local, "[a-zü]{1,8}\\.(org|example)").prop_map(|(name, local, domain)| Participant {
            name: one_line(&name),
            address: EmailAddress::parse(&format!("{local}@{domain}")).unwrap(),
        })
    }

    proptest! {
        #[test]
        fn every_draft_reads_back_as_it_was(
            from in proptest::option::of(participant()),
            to in proptest::collection::vec(participant(), 0..4),
            cc in proptest::collection::vec(participant(), 0..4),
            subject in proptest::option::of("(?s).{0,60}"),
            text in "(?s).{0,200}",
            quote in prop_oneof![Just(String::new()), "(?s).{0,99}"],
            names in proptest::collection::vec("(?s).{0,60}", 0..3),
        ) {
            let attachments = names.iter().map(|name| AttachedFile {
                name: one_line(name),
                media_type: "text/plain".to_owned(),
                size: name.len() as u64,
                digest: ContentDigest::of(name.as_bytes()),
            });
            let attachments = attachments.collect();
            let draft = Draft { from, to, cc, subject: subject.map(|s| one_line(&s)), text, quote, attachments };
            prop_assert_eq!(Draft::from_bytes(&draft.to_bytes()), Ok(draft));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes: Vec<u8>, text in "(To|Cc|From): [<>\"\\\\,@a\r\n ]{0,30}\n\n") {
            let _ = Draft::from_bytes(&bytes);
            let _ = Draft::from_bytes(text.as_bytes());
        }
    }
}
