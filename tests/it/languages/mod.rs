//! Replies and forwards of the common clients in many languages: every language times every client's format, built from the
//! words that the clients write, and read back. Nothing is printed when all are read right.
//!
//! A language is a row in one of the files beside; a client's format is a function in `replies` or `forwards`.

mod asian;
mod forwards;
mod germanic;
mod negatives;
mod others;
mod replies;
mod romance;
mod slavic;

use ticketd::domain::Facts;
use ticketd::parse;

/// What a client writes in one language, and what people write in it.
pub struct Language {
    pub code: &'static str,
    /// Who wrote the original.
    pub author: &'static str,
    /// Two lines; neither is a client's.
    pub reply: &'static str,
    /// Two paragraphs.
    pub original: &'static str,
    pub subject: &'static str,
    /// Attribution lines, with `{n}` and `{a}` for name and address.
    pub attributions: &'static [&'static str],
    /// Outlook's labels: author, date, To, Cc, subject.
    pub labels: [&'static str; 5],
    /// Apple Mail's line above a forward, and its labels: author, date, To, subject.
    pub apple: (&'static str, [&'static str; 4]),
    /// Between dashes, above replies and forwards.
    pub original_lines: &'static [&'static str],
    /// Between dashes, above forwards.
    pub forward_lines: &'static [&'static str],
    pub date: &'static str,
    /// Lines that phones write below a mail.
    pub phones: &'static [&'static str],
    /// Subject prefixes of replies and of forwards.
    pub prefixes: (&'static str, &'static str),
}

pub const ADDRESS: &str = "desk.author@example.org";
pub const TO: &str = "Cleo Customer <cleo@example.com>";

/// Every language of the files beside.
fn languages() -> impl Iterator<Item = &'static Language> {
    [germanic::LANGUAGES, romance::LANGUAGES, slavic::LANGUAGES, asian::LANGUAGES, others::LANGUAGES]
        .into_iter()
        .flatten()
}

impl Language {
    fn attribution(&self, format: &str) -> String {
        format.replace("{n}", self.author).replace("{a}", ADDRESS)
    }
}

/// Whether a mail is read as it should be; what is wrong goes into `wrong`.
struct Case<'c> {
    name: String,
    raw: String,
    reply: &'c str,
}

impl Case<'_> {
    /// Reads the mail with both line ends, and holds the reply against the expected one.
    fn read(&self, wrong: &mut Vec<String>) -> Facts {
        let facts = parse::read(self.raw.as_bytes());
        let with_crlf = parse::read(self.raw.replace('\n', "\r\n").as_bytes());
        if facts.body != with_crlf.body || facts.forwarded != with_crlf.forwarded {
            wrong.push(format!("{}: line ends make a difference", self.name));
        }
        self.expect("reply", self.reply, &facts.body.reply(), wrong);
        facts
    }

    fn expect(&self, what: &str, expected: &str, found: &str, wrong: &mut Vec<String>) {
        // HTML keeps no blank lines where plain text has them.
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if words(expected) != words(found) {
            wrong.push(format!("{}: {what}\n  expected {expected:?}\n  found    {found:?}\n{}", self.name, self.raw));
        }
    }
}

fn mail(subject: &str, kind: &str, more: &str, body: &str) -> String {
    format!(
        "From: Cleo Customer <cleo@example.com>\nTo: Desk <desk@example.net>\nSubject: {subject}\n\
         Date: Wed, 5 Mar 2025 09:00:00 +0100\nMessage-ID: <m1@example.com>\n{more}MIME-Version: 1.0\n\
         Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
}

/// The text with a mark in front of every line.
fn quoted(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { ">\n".to_owned() } else { format!("> {line}\n") }).collect()
}

/// The text as HTML, a `div` a line.
fn html(text: &str) -> String {
    let escaped = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.lines()
        .map(
            |line| {
                if line.is_empty() { "<div><br></div>\n".to_owned() } else { format!("<div>{}</div>\n", escaped(line)) }
            },
        )
        .collect()
}

fn hold(wrong: &[String], cases: usize) {
    assert!(cases > 0, "no case was built");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n\n{}", wrong.len(), wrong.join("\n\n"));
}
