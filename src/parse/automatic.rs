//! Signs that a machine wrote the mail (RFC 3834 5 and what vacation programs write instead).

use std::sync::LazyLock;

use super::codes;
use super::phrases::Phrases;
use super::tables;
use super::words::Words;
use crate::domain::{AutomaticSign, Facts, Subject, SubjectPrefix};

/// An out-of-office message says so within its first lines; in bytes, of which some scripts need three a letter.
const WORDING_REACH: usize = 1_000;

/// Values with which a field takes itself back.
const NO: &[&str] = &["no", "none", "false", "0"];

static ABSENCE: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::ABSENCE_WORDINGS));

/// What a field's name says about who wrote the mail.
#[derive(Clone, Copy)]
enum Role {
    /// Auto-Submitted.
    Submitted,
    /// X-Auto-Response-Suppress.
    Suppress,
    Vacation,
    /// A vacation field if its value begins with one of these.
    Valued(&'static [&'static str]),
    Program,
    /// Feedback-ID.
    Feedback,
}

static ROLES: LazyLock<Words<Role>> = LazyLock::new(|| {
    let vacation = tables::VACATION_HEADERS.iter().map(|&name| (name, Role::Vacation));
    let valued = tables::VACATION_VALUES.iter().map(|&(name, values)| (name, Role::Valued(values)));
    let programs = tables::PROGRAM_HEADERS.iter().map(|&name| (name, Role::Program));
    let own = [
        ("auto-submitted", Role::Submitted),
        ("x-auto-response-suppress", Role::Suppress),
        ("feedback-id", Role::Feedback),
    ];
    Words::of(vacation.chain(valued).chain(programs).chain(own))
});

/// The names of all such fields begin so; others are not looked up.
fn may_have_role(name: &[u8]) -> bool {
    matches!(name, [b'x', b'-', ..] | [b'a', b'u', ..] | [b'f' | b'd', b'e', ..] | [b'p', b'r', ..])
}

/// What the header says.
#[derive(Default)]
struct Header {
    submitted: Option<AutomaticSign>,
    suppress: bool,
    vacation: bool,
    program: bool,
}

impl Header {
    fn of(facts: &Facts) -> Self {
        let mut header = Header::default();
        for (name, value) in facts.headers.whose(may_have_role) {
            match ROLES.written_so(name) {
                Some(Role::Submitted) => {
                    // Of several fields the strongest counts.
                    header.submitted = [header.submitted, keyword(&value)].into_iter().flatten().max_by_key(strength);
                }
                Some(Role::Suppress) => header.suppress |= !value.eq_ignore_ascii_case("none"),
                Some(Role::Vacation) => header.vacation |= !NO.iter().any(|no| value.eq_ignore_ascii_case(no)),
                Some(Role::Valued(values)) => {
                    let value = value.trim_start().to_lowercase();
                    header.vacation |= values.iter().any(|word| value.starts_with(word));
                }
                Some(Role::Program) => header.program = true,
                Some(Role::Feedback) => header.program |= !is_of_people(&value),
                None => {}
            }
        }
        header
    }
}

/// The signs, each once, strongest first.
pub(super) fn signs(facts: &Facts) -> Vec<AutomaticSign> {
    let header = Header::of(facts);
    let subject = facts.subject.outermost() == Some(SubjectPrefix::Automatic);
    let null_path = facts.return_path == Some(None);
    // The wording never counts alone, so it is looked for only beside another sign.
    let beside = header.submitted.is_some() || header.vacation || header.suppress || subject || null_path;
    let wording = beside && absence_wording(&facts.body.reply());
    // Programs set X-Auto-Response-Suppress on ordinary mail too, and notices of all sorts go out with the null return path
    // (RFC 3834 4 asks for it): each is a vacation header beside another sign only.
    let answer = subject || wording;
    let suppress = header.suppress && (header.submitted.is_some() || answer);
    let vacation = header.vacation || suppress || (null_path && answer);
    let found = [
        header.submitted,
        vacation.then_some(AutomaticSign::VacationHeader),
        subject.then_some(AutomaticSign::Subject),
        wording.then_some(AutomaticSign::Wording),
        (header.program || is_aggregate_report(&facts.subject)).then_some(AutomaticSign::Programmatic),
    ];
    found.into_iter().flatten().collect()
}

/// A DMARC or TLS report (RFC 7489 7.2.1.1, RFC 8460 5.3): its subject has a form of its own, its header often no mark.
/// With a prefix before it, somebody asks about one.
fn is_aggregate_report(subject: &Subject) -> bool {
    let [first, rest @ ..] = tables::AGGREGATE_REPORT;
    let start = subject.text.get(..first.len()).unwrap_or_default();
    start.eq_ignore_ascii_case(first) && {
        let text = subject.text.to_lowercase();
        rest.iter().all(|label| text.contains(label))
    }
}

/// Feedback-ID is for bulk senders; its last part names who relays. Some who carry people's mail set it on all of that.
fn is_of_people(feedback_id: &str) -> bool {
    let relay = feedback_id.rsplit(':').next().unwrap_or_default().trim();
    tables::FEEDBACK_OF_PEOPLE.iter().any(|name| relay.eq_ignore_ascii_case(name))
}

fn strength(sign: &AutomaticSign) -> u8 {
    match sign {
        AutomaticSign::AutoReplied => 2,
        AutomaticSign::AutoGenerated => 1,
        _ => 0,
    }
}

/// RFC 3834 5: a keyword, perhaps with parameters and comments, here also before it; `no` is no sign.
fn keyword(value: &str) -> Option<AutomaticSign> {
    let value = match value.trim_start().strip_prefix('(') {
        Some(comment) => comment.split_once(')')?.1,
        None => value,
    };
    let word = value.split([';', '(', ' ', ',', '\t']).find(|word| !word.is_empty())?;
    let word = word.trim_matches(['"', '\'']).to_lowercase().replace('_', "-");
    match word.as_str() {
        "no" => None,
        "auto-replied" | "auto-reply" | "autoreply" | "vacation" => Some(AutomaticSign::AutoReplied),
        "auto-generated" => Some(AutomaticSign::AutoGenerated),
        _ => Some(AutomaticSign::AutoOther),
    }
}

fn absence_wording(reply: &str) -> bool {
    let head = reply.get(..reply.floor_char_boundary(WORDING_REACH)).unwrap_or(reply);
    ABSENCE.is_in(&codes::folded(head))
}
