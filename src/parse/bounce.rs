//! Bounces in free form: qmail, Exim, old Exchange, providers. No standard, so several signs must agree.

use super::report::Original;
use super::tables;
use crate::domain::{BounceClass, EmailAddress, Facts, Report, ReportKind, ReportedRecipient};

/// How far into the text the notice is looked for.
const REACH: usize = 8 * 1024;
/// Recipients that are taken out of a notice.
const MOST_RECIPIENTS: usize = 50;

/// Reads a bounce that is no RFC 3464 report.
pub(super) fn read(facts: &Facts) -> Option<Report> {
    let failed_header = facts.headers.iter().any(|(name, _)| name == "x-failed-recipients");
    let from_system = facts.author().is_some_and(|author| is_system(&author.address));
    let null_path = facts.return_path == Some(None);
    if !failed_header && !from_system && !null_path {
        return None;
    }
    let subject = facts.subject.text.to_lowercase();
    let bounce_subject = tables::BOUNCE_SUBJECTS.iter().any(|words| subject.contains(words));
    let notice = notice(&facts.body.text);
    let lower = notice.to_lowercase();
    let soft = tables::SOFT_PHRASES.iter().any(|phrase| lower.contains(phrase));
    let hard = tables::HARD_PHRASES.iter().any(|phrase| lower.contains(phrase));
    // A sign of the sender and one of the content must meet, so that a postmaster's own letter stays a letter.
    if !failed_header && !bounce_subject && !(from_system && (soft || hard)) {
        return None;
    }
    let status = status_code(notice).unwrap_or_default().to_owned();
    let class = match status.bytes().next() {
        Some(b'4') => BounceClass::Soft,
        Some(b'5') => BounceClass::Hard,
        _ if soft => BounceClass::Soft,
        _ => BounceClass::Hard,
    };
    let recipients = recipients(facts, class, &status);
    Some(Report {
        kind: ReportKind::Bounce,
        class,
        status,
        recipients,
        original_message_id: None,
        original_token: None,
    })
}

/// The failed recipients: X-Failed-Recipients (Exim, Gmail), else the addresses that the notice names.
pub(super) fn recipients(facts: &Facts, class: BounceClass, status: &str) -> Vec<ReportedRecipient> {
    let named: Vec<&str> = facts
        .headers
        .iter()
        .filter(|(name, _)| name == "x-failed-recipients")
        .map(|(_, value)| value.as_str())
        .collect();
    let mut addresses: Vec<EmailAddress> =
        named.iter().flat_map(|value| value.split(',')).filter_map(EmailAddress::parse).collect();
    if addresses.is_empty() {
        addresses.extend(addresses_in(notice(&facts.body.text)).take(MOST_RECIPIENTS));
        addresses.retain(|address| !is_system(address) && !facts.to.iter().any(|to| to.address == *address));
    }
    let mut known = std::collections::HashSet::new();
    addresses.retain(|address| known.insert(address.clone()));
    addresses.into_iter().map(|address| ReportedRecipient { address, class, status: status.to_owned() }).collect()
}

/// The header of the mail that the notice carries a copy of.
pub(super) fn copied_original(text: &str) -> Original {
    let lower = text.to_ascii_lowercase();
    let from = tables::COPY_LINES.iter().filter_map(|line| lower.find(line)).min().unwrap_or_default();
    Original::of_text(text.get(from..).unwrap_or_default())
}

/// The notice without the copy below it.
fn notice(text: &str) -> &str {
    let mut end = text.len().min(REACH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    let copy = tables::COPY_LINES.iter().filter_map(|line| lower.find(line)).min().unwrap_or(head.len());
    head.get(..copy).unwrap_or(head)
}

/// The first enhanced status code (RFC 3463, section 2) of a text. A longer row of numbers is an IP address.
fn status_code(text: &str) -> Option<&str> {
    let number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    text.split(|c: char| c != '.' && c != '_' && !c.is_alphanumeric()).map(|word| word.trim_matches('.')).find(|word| {
        let mut parts = word.split('.');
        parts.next().is_some_and(|class| matches!(class, "2" | "4" | "5"))
            && parts.next().is_some_and(number)
            && parts.next().is_some_and(number)
            && parts.next().is_none()
    })
}

/// The addresses that a text names, without the punctuation around them.
fn addresses_in(text: &str) -> impl Iterator<Item = EmailAddress> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"@._%+=/'-".contains(c)).filter_map(|word| {
        let address = word.trim_matches(['.', '\'', '=', '-', '/']);
        address.rsplit_once('@').filter(|(_, domain)| domain.contains('.')).and(EmailAddress::parse(address))
    })
}

fn is_system(address: &EmailAddress) -> bool {
    tables::SYSTEM_SENDERS.iter().any(|name| address.local().starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_code_is_three_numbers_and_no_part_of_an_ip_address() {
        for (text, code) in [
            ("550 5.1.1 User unknown", Some("5.1.1")),
            ("550-5.7.26 refused", Some("5.7.26")),
            ("said (#4.2.2): try later.", Some("4.2.2")),
            ("it failed with 5.2.1.", Some("5.2.1")),
            ("host 5.12.3.4 refused", None),
            ("version 3.1.1", None),
            ("5.1.", None),
            ("15.1.1", None),
        ] {
            assert_eq!(status_code(text), code, "{text}");
        }
    }

    #[test]
    fn addresses_are_found_without_what_stands_around_them() {
        let text =
            "<ann@example.org>: gone. Also 'bob.b+x@mail.example.com', carl@example.net. No: me@home, @example.org";
        let found: Vec<String> = addresses_in(text).map(|address| address.as_str().to_owned()).collect();
        assert_eq!(found, ["ann@example.org", "bob.b+x@mail.example.com", "carl@example.net"]);
    }
}
