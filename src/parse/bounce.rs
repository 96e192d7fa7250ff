//! Bounces in free form: qmail, Exim, old Exchange, providers. No standard, so several signs must agree.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::Phrases;
use super::report::Original;
use super::tables;
use crate::domain::{BounceClass, EmailAddress, Facts, Report, ReportKind, ReportedRecipient};

/// How far into the text the notice is looked for.
const REACH: usize = 8 * 1024;
/// Recipients that are taken out of a notice.
const MOST_RECIPIENTS: usize = 50;

static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::BOUNCE_SUBJECTS));
static SOFT: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::SOFT_PHRASES));
static HARD: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::HARD_PHRASES));
static COPIES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::COPY_LINES));
static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[245]\.\d{1,3}\.\d{1,3}\b").ok());
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._%+=/'\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+").ok());

/// Reads a bounce that is no RFC 3464 report.
pub(super) fn read(facts: &Facts) -> Option<Report> {
    let failed_header = facts.headers.of("x-failed-recipients").next().is_some();
    let from_system = facts.author().is_some_and(|author| is_system(&author.address));
    let null_path = facts.return_path == Some(None);
    if !failed_header && !from_system && !null_path {
        return None;
    }
    let bounce_subject = SUBJECTS.is_in(&facts.subject.text.to_lowercase());
    let notice = notice(&facts.body.text);
    let lower = notice.to_lowercase();
    let soft = SOFT.is_in(&lower);
    let hard = HARD.is_in(&lower);
    // A sign of the sender and one of the content must meet, so that a postmaster's own letter stays a letter.
    if !failed_header && !bounce_subject && !(from_system && (soft || hard)) {
        return None;
    }
    let status =
        STATUS.as_ref().and_then(|code| code.find(notice)).map_or(String::new(), |code| code.as_str().to_owned());
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
    let named: Vec<_> = facts.headers.of("x-failed-recipients").collect();
    let mut addresses: Vec<EmailAddress> =
        named.iter().flat_map(|value| value.split(',')).filter_map(EmailAddress::parse).collect();
    if addresses.is_empty() {
        let found = ADDRESS.iter().flat_map(|address| address.find_iter(notice(&facts.body.text)));
        addresses.extend(found.filter_map(|found| EmailAddress::parse(found.as_str())).take(MOST_RECIPIENTS));
        addresses.retain(|address| !is_system(address) && !facts.to.iter().any(|to| to.address == *address));
    }
    let mut known = std::collections::HashSet::new();
    addresses.retain(|address| known.insert(address.clone()));
    addresses.into_iter().map(|address| ReportedRecipient { address, class, status: status.to_owned() }).collect()
}

/// The header of the mail that the notice carries a copy of.
pub(super) fn copied_original(text: &str) -> Original {
    let lower = text.to_ascii_lowercase();
    let from = COPIES.first_in(&lower).unwrap_or_default();
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
    let copy = COPIES.first_in(&lower).unwrap_or(head.len());
    head.get(..copy).unwrap_or(head)
}

fn is_system(address: &EmailAddress) -> bool {
    tables::SYSTEM_SENDERS.iter().any(|name| address.as_str().starts_with(name))
}
