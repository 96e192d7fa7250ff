//! Bounces in free form: qmail, Exim, old Exchange, gateways, providers. No standard, so several signs must agree: one of
//! who sent it and one of what it says, so that a postmaster's own letter, a customer's question about a bounce and a
//! parcel that "could not be delivered" stay what they are.

use std::sync::LazyLock;

use super::codes;
use super::notice;
use super::phrases::Phrases;
use super::tables;
use super::words::one_line;
use crate::domain::{BounceClass, Facts, Report, ReportKind, ReportedRecipient, SubjectPrefix};

/// So much of the first paragraph is its opening.
const OPENING: usize = 400;

static SUBJECTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::BOUNCE_SUBJECTS));
static OPENINGS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::OPENINGS));
static BANNERS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::BANNERS));
static FAILURES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::FAILURES));
static NAMES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::SYSTEM_NAMES));

/// Who sent a mail, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// An address that no person writes from.
    Daemon,
    /// A postmaster, or a system by its name: perhaps a person.
    Postmaster,
    /// The null return path (RFC 5321 4.5.5): a report, or an automatic answer.
    NullPath,
    Someone,
}

/// What can be said of a mail's outside at little cost.
pub(super) struct Outside {
    pub sender: Sender,
    /// X-Failed-Recipients: Exim, Gmail.
    failed_header: bool,
    subject: bool,
    /// The subject of the returned mail, `Re:` and all, with ": non remis" behind it: some gateways.
    tail: bool,
    /// Written in answer to a mail, or passed on: by its subject.
    passed_on: bool,
}

impl Outside {
    pub fn of(facts: &Facts) -> Self {
        let prefix = facts.subject.outermost();
        let passed_on = prefix.is_some_and(|prefix| prefix != SubjectPrefix::Automatic);
        let is_bounces = |text: &str| SUBJECTS.may_be_in(text) && SUBJECTS.is_in(&codes::folded(text));
        let tail = || facts.subject.base.rsplit_once(':').is_some_and(|(_, tail)| is_bounces(tail));
        Outside {
            sender: sender(facts),
            failed_header: facts.headers.of("x-failed-recipients").next().is_some(),
            subject: !passed_on && is_bounces(&facts.subject.text),
            tail: prefix == Some(SubjectPrefix::Reply) && tail(),
            passed_on,
        }
    }

    /// Whether anything at all hints at a report; ordinary mail is turned away here.
    pub fn hints(&self) -> bool {
        self.failed_header || self.subject || self.tail || self.sender != Sender::Someone
    }

    /// Whether the subject is a bounce's.
    pub fn has_subject(&self) -> bool {
        self.subject
    }

    /// Whether a report that is attached is the mail's own, and not one that a person passes on.
    pub fn owns_report(&self) -> bool {
        self.failed_header || !self.passed_on || matches!(self.sender, Sender::Daemon | Sender::NullPath)
    }
}

fn sender(facts: &Facts) -> Sender {
    let path = facts.return_path.as_ref().and_then(|path| path.as_ref());
    match facts.author() {
        Some(author) if notice::is_daemon(&author.address) => return Sender::Daemon,
        Some(author) if notice::is_system(&author.address) || is_system_name(&author.name) => {
            return Sender::Postmaster;
        }
        Some(_) => {}
        None => {
            let from = facts.headers.of("from").next().unwrap_or_default();
            if from.contains("MAILER-DAEMON") {
                return Sender::Daemon;
            }
            if from.contains("<>") || is_system_name(&one_line(&from)) {
                return Sender::Postmaster;
            }
        }
    }
    if facts.return_path == Some(None) || path.is_some_and(notice::is_daemon) {
        return Sender::NullPath;
    }
    Sender::Someone
}

fn is_system_name(name: &str) -> bool {
    NAMES.may_be_in(name) && NAMES.is_in(&codes::folded(name))
}

/// Reads a bounce that is no RFC 3464 report. `has_original`: a mail or its header is attached. `is_report`: the mail calls
/// itself a delivery report, without one that can be read.
pub(super) fn read(facts: &Facts, outside: &Outside, has_original: bool, is_report: bool) -> Option<Report> {
    let text = notice::of(&facts.body.text);
    let folded = codes::folded(text);
    if !is_bounce(facts, outside, text, &folded, has_original, is_report) {
        return None;
    }
    let (class, status) = ending(text);
    let recipients = recipients(facts, class, &status);
    let class = recipients.iter().map(|r| r.class).max_by_key(|class| codes::severity(*class)).unwrap_or(class);
    Some(Report {
        kind: ReportKind::Bounce,
        class,
        status,
        recipients,
        original_message_id: None,
        original_token: None,
    })
}

fn is_bounce(facts: &Facts, outside: &Outside, text: &str, folded: &str, has_original: bool, is_report: bool) -> bool {
    if outside.failed_header {
        return true;
    }
    let banner = || BANNERS.is_in(folded);
    let failed = || FAILURES.is_in(folded) || codes::is_delay(folded);
    let reason = || codes::wording(folded).is_some();
    let code = || codes::enhanced(text).is_some() || codes::reply_code(text).is_some();
    let original = || has_original || notice::has_copy(&facts.body.text);
    let named = || notice::names_recipient(facts, text);
    let quotes = facts.body.quoted_spans.first().is_some_and(|&(from, _)| from < text.len());
    let vacation = facts.subject.outermost() == Some(SubjectPrefix::Automatic);
    match outside.sender {
        Sender::Daemon => outside.subject || banner() || failed() || reason() || (named() && (code() || original())),
        _ if vacation => false,
        // A postmaster's letter answers someone, and quotes. James answers too, but as a machine.
        Sender::Postmaster if outside.passed_on && (quotes || !facts.in_reply_to.is_empty()) => {
            opens_as_notice(text) && named()
        }
        Sender::Postmaster => {
            (outside.subject && (failed() || reason() || banner() || original() || is_report))
                || (failed() && (named() || code() || original()))
                || (named() && (banner() || is_report || (!returns_to_person(facts) && reason() && code())))
        }
        Sender::NullPath if outside.passed_on => banner() && named(),
        Sender::NullPath => {
            (outside.subject && (failed() || reason() || banner()) && (named() || code() || original() || is_report))
                || (failed() && (code() || is_report || (original() && named())))
                || (banner() && named())
        }
        Sender::Someone if is_report => outside.subject || failed() || code(),
        Sender::Someone => {
            let answers = !facts.in_reply_to.is_empty() || !facts.references.is_empty();
            (outside.subject || outside.tail) && !answers && !quotes && opens_as_notice(text) && named()
        }
    }
}

/// Whether what cannot be delivered of the mail goes back to a person (RFC 5321 4.4): no report's does.
fn returns_to_person(facts: &Facts) -> bool {
    let path = facts.return_path.as_ref().and_then(|path| path.as_ref());
    path.is_some_and(|path| !notice::is_daemon(path) && !notice::is_system(path))
}

/// Whether the first paragraph is a machine's: what a person writes above a notice says something else first.
fn opens_as_notice(text: &str) -> bool {
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    let paragraph = paragraph.get(..paragraph.floor_char_boundary(OPENING)).unwrap_or(paragraph);
    let folded = codes::folded(paragraph);
    let opening = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    match BANNERS.first_in(opening) {
        Some(0) => true,
        Some(_) => OPENINGS.first_in(opening) == Some(0),
        None => false,
    }
}

/// How it ended as far as the notice says, with the enhanced status: for good, where it says no more than that it failed.
fn ending(text: &str) -> (BounceClass, String) {
    codes::verdict(text).map_or((BounceClass::Hard, String::new()), |verdict| (verdict.class, verdict.status))
}

/// How it ended for a report whose machine part does not say.
pub(super) fn ending_of(facts: &Facts) -> (BounceClass, String) {
    ending(notice::of(&facts.body.text))
}

/// The failed recipients: X-Failed-Recipients (Exim, Gmail), else the addresses that the notice names.
pub(super) fn recipients(facts: &Facts, class: BounceClass, status: &str) -> Vec<ReportedRecipient> {
    let named = facts.headers.of("x-failed-recipients");
    let mut addresses: Vec<_> = named.flat_map(|value| super::fields::addresses(&value)).collect();
    addresses.dedup();
    if addresses.is_empty() {
        return notice::recipients(facts, notice::of(&facts.body.text), class, status);
    }
    addresses.into_iter().map(|address| ReportedRecipient { address, class, status: status.to_owned() }).collect()
}
