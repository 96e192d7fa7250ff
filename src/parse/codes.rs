//! Status codes in reports and notices: enhanced (RFC 3463) and plain (RFC 5321 4.2), and the words that stand for them.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::Phrases;
use super::tables;
use super::words::one_line;
use crate::domain::BounceClass;

static DELAYS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::DELAYS));
static FULL: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::FULL_MAILBOXES));
static SOFT: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::SOFT_REASONS));
static HARD: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::HARD_REASONS));
/// Neither part of an IP address nor of a version.
static ENHANCED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[^\d.\w])([245]\.[0-7]\.\d{1,3})(?:[^\d.\w]|\.\D|\.?$)").ok());
/// A reply code where a server's answer begins: on a line of its own, or behind the words that introduce one.
static REPLY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?im)(?:^[ \t>*|<\-]*|said: *|replied:? *|returned:? *|response(?: was)?:? *|error(?: was| code)?:? *|code:? *|",
        r#"reply:? *|reason:? *|status:? *|smtp;? *|<<< *|[#(\["':] *)([45][0-5]\d)(?:[ \-:\])#"',.]|$)"#
    ))
    .ok()
});

/// What a text says about how delivery ended, and its enhanced status code where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub class: BounceClass,
    pub status: String,
}

/// Reads a server's answer or a notice: by enhanced status, else by reply code, else by wording. `None` where none of
/// them stands there. A server that goes on trying outranks its codes.
pub(super) fn verdict(text: &str) -> Option<Verdict> {
    let folded = folded(text);
    let status = enhanced(text).unwrap_or_default();
    if DELAYS.is_in(&folded) {
        return Some(Verdict {
            class: BounceClass::Soft,
            status: if status.starts_with('4') { status } else { String::new() },
        });
    }
    let class = class_of_code(&status)
        .filter(|_| !is_vague(&status))
        .or_else(|| class_of_reply(&reply_code(text)?, &folded))
        .or_else(|| wording(&folded))
        .or_else(|| class_of_code(&status))?;
    Some(Verdict { class, status })
}

/// A reply code of failure says less than that a mailbox is full; 552 says just that, or that the mail is too large for
/// any (RFC 5321 4.2.3): there all words decide.
fn class_of_reply(code: &str, folded: &str) -> Option<BounceClass> {
    let full = FULL.is_in(folded) && !HARD.is_in(folded);
    let passes = full || (code == "552" && wording(folded) == Some(BounceClass::Soft));
    if passes { Some(BounceClass::Soft) } else { class_of_code(code) }
}

/// Statuses that do not say what failed (x.0.0, RFC 3463 3.1) or what is the matter with the mailbox (x.2.0, 3.3): what
/// stands beside them says more.
pub(super) fn is_vague(status: &str) -> bool {
    matches!(status, "5.0.0" | "5.2.0")
}

/// Whether the server says that it goes on trying.
pub(super) fn is_delay(folded: &str) -> bool {
    DELAYS.is_in(folded)
}

/// Soft or hard by words alone: that nobody is there outranks that a mailbox is full.
pub(super) fn wording(folded: &str) -> Option<BounceClass> {
    if HARD.is_in(folded) {
        Some(BounceClass::Hard)
    } else {
        (FULL.is_in(folded) || SOFT.is_in(folded)).then_some(BounceClass::Soft)
    }
}

/// The first enhanced status code of failure in a text.
pub(super) fn enhanced(text: &str) -> Option<String> {
    let codes = ENHANCED.as_ref()?.captures_iter(text).filter_map(|found| found.get(1));
    codes.map(|code| code.as_str()).find(|code| !code.starts_with('2')).map(str::to_owned)
}

/// The first reply code of failure in a text.
pub(super) fn reply_code(text: &str) -> Option<String> {
    Some(REPLY.as_ref()?.captures(text)?.get(1)?.as_str().to_owned())
}

/// What the first digit of a code says (RFC 3463 3.1, RFC 5321 4.2.1). A full mailbox (x.2.2) is emptied one day, whatever
/// the server has given up: its owner is not gone.
pub(super) fn class_of_code(code: &str) -> Option<BounceClass> {
    match code.bytes().next()? {
        b'5' if code == "5.2.2" => Some(BounceClass::Soft),
        b'5' => Some(BounceClass::Hard),
        b'4' => Some(BounceClass::Soft),
        b'2' => Some(BounceClass::None),
        _ => None,
    }
}

/// How bad a class is, for finding the worst recipient.
pub(super) fn severity(class: BounceClass) -> u8 {
    match class {
        BounceClass::None => 0,
        BounceClass::Soft => 1,
        BounceClass::Hard => 2,
    }
}

/// A text as the tables have their phrases: lower-cased, straight apostrophes, and white space of any sort one space, for
/// notices break their lines anywhere.
pub(super) fn folded(text: &str) -> String {
    let mut line = one_line(text);
    if line.is_ascii() {
        line.make_ascii_lowercase();
        return line;
    }
    line.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, '’' | '‘' | '´') { '\'' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_outrank_words_and_trying_on_outranks_codes() {
        for (text, class, status) in [
            ("550 5.1.1 <a@example.org>: mailbox is full", BounceClass::Hard, "5.1.1"),
            ("Sorry, no mailbox here by that name. (#5.1.1)", BounceClass::Hard, "5.1.1"),
            ("host said: 452 mailbox full", BounceClass::Soft, ""),
            ("host said: 552 mailbox full", BounceClass::Soft, ""),
            ("host said: 552 message too large", BounceClass::Hard, ""),
            ("552 5.2.2 <ann@example.org>: over quota", BounceClass::Soft, "5.2.2"),
            ("550 <ann@example.org>: mailbox is full", BounceClass::Soft, ""),
            ("550 no mailbox here, over quota or not: user unknown", BounceClass::Hard, ""),
            ("550 service unavailable", BounceClass::Hard, ""),
            ("554 5.2.0 STOREDRV.Deliver.Exception:QuotaExceededException", BounceClass::Soft, "5.2.0"),
            ("550 5.0.0 <ann@example.org>: refused", BounceClass::Hard, "5.0.0"),
            ("The mailbox is\nfull", BounceClass::Soft, ""),
            ("Postfach ist voll", BounceClass::Soft, ""),
            ("user unknown", BounceClass::Hard, ""),
            ("450 4.2.0 Greylisted, try later", BounceClass::Soft, "4.2.0"),
            ("551 5.7.1 no. This is a warning message only.", BounceClass::Soft, ""),
            ("[Error 550]", BounceClass::Hard, ""),
        ] {
            assert_eq!(verdict(text), Some(Verdict { class, status: status.into() }), "{text}");
        }
    }

    #[test]
    fn versions_and_ip_addresses_are_no_codes() {
        for text in ["Exim 4.94.2", "mx1 [4.2.7.1]", "Mailman v5.1.13", "in 450 seconds", "5.1.2.3", "sent 2.0.0 ok"] {
            assert_eq!((enhanced(text), reply_code(text)), (None, None), "{text}");
        }
    }
}
