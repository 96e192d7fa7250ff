//! The text that a mail system writes about a mail it could not deliver, and whom it names in it.
//!
//! A notice names more addresses than failed: ours, the postmaster's, those of the mail that it returns. So each address
//! has a rank by how it stands there, and those of the best rank are taken.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::codes::{self, Verdict, folded};
use super::phrases::Phrases;
use super::tables;
use crate::domain::{BounceClass, EmailAddress, Facts, ReportedRecipient};

/// How far into the text the notice is looked for.
const REACH: usize = 16 * 1024;
/// Addresses that are taken out of a notice.
const MOST_RECIPIENTS: usize = 200;
/// Code and reason of a recipient stand this close behind it.
const REASON_REACH: usize = 600;

static COPIES: LazyLock<Phrases> = LazyLock::new(|| Phrases::at_line_start(tables::COPY_LINES));
static CONTACTS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::CONTACT_WORDS));
/// Header fields of a returned mail at the beginning of a line; a notice indents those that it quotes.
static RETURNED_HEADER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)^(?:received: |return-path: ?<|dkim-signature: )").ok());
/// Its bounds are counted afterwards: a pattern that counts repeats the letters of all scripts for each, megabytes of them.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:"[^"@\s]+"|[\w.!#$%&*+/=?^`{|}~'\-]+)@[\w\-]+(?:\.[\w\-]+)+"#).ok());
/// RFC 5321 4.5.3.1: 64 octets before the `@`, 255 behind it.
const LONGEST_ADDRESS: usize = 64 + 1 + 255;

/// How an address stands in a notice, the best last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Ours, the system's, or in a sentence that says whom to ask.
    Bystander,
    Named,
    /// At the end of a sentence that says for whom, or in a server's answer.
    Told,
    /// At the beginning of a line, or behind a label.
    Listed,
}

/// The notice without the copy of the returned mail below it.
pub(super) fn of(text: &str) -> &str {
    let head = text.get(..text.floor_char_boundary(REACH)).unwrap_or(text);
    let lower = head.to_ascii_lowercase();
    // A notice that begins with such a line is all copy; then the line is its heading.
    let start = lower.len() - lower.trim_start().len();
    let copy = COPIES.first_in(&lower).filter(|&at| at > start);
    let header =
        RETURNED_HEADER.as_ref().and_then(|field| field.find(head)).map(|found| found.start()).filter(|&at| at > start);
    let end = copy.into_iter().chain(header).min().unwrap_or(head.len());
    head.get(..end).unwrap_or(head)
}

/// What stands behind the line under which the returned mail is copied, the whole text where there is none.
pub(super) fn copy_below(text: &str) -> &str {
    let head = text.get(..text.floor_char_boundary(REACH)).unwrap_or(text);
    let from = COPIES.first_in(&head.to_ascii_lowercase()).unwrap_or(0);
    text.get(from..).unwrap_or_default()
}

/// Whether a copy of the returned mail is announced below the notice.
pub(super) fn has_copy(text: &str) -> bool {
    of(text).len() < text.len().min(REACH)
}

/// The recipients that the notice says failed, each with what is said about it; `class` and `status` where nothing is.
pub(super) fn recipients(facts: &Facts, notice: &str, class: BounceClass, status: &str) -> Vec<ReportedRecipient> {
    let found = addresses(facts, notice);
    let best = found.iter().map(|found| found.rank).max().unwrap_or(Rank::Bystander);
    if best == Rank::Bystander {
        let local = local_name(facts, notice).into_iter();
        return local.map(|address| ReportedRecipient { address, class, status: status.to_owned() }).collect();
    }
    let taken: Vec<Found> = found.into_iter().filter(|found| found.rank == best).collect();
    let several = taken.iter().any(|found| taken.first().is_some_and(|first| first.address != found.address));
    let mut out: Vec<ReportedRecipient> = Vec::new();
    let mut end = notice.len();
    let mut last: Option<Verdict> = None;
    // From below, for a reason stands behind the address, or behind all addresses that it is about.
    for found in taken.iter().rev() {
        let reach = notice.floor_char_boundary(end.min(found.at + REASON_REACH));
        let own = codes::verdict(notice.get(found.at..reach).unwrap_or_default()).filter(|_| several);
        end = found.at;
        last = own.or(last);
        let (class, status) = last.clone().map_or((class, status.to_owned()), |own| (own.class, own.status));
        out.push(ReportedRecipient { address: found.address.clone(), class, status });
    }
    out.reverse();
    let mut known = HashSet::new();
    out.retain(|recipient| known.insert(recipient.address.clone()));
    out
}

/// Whether the notice names an address in a place where recipients stand.
pub(super) fn names_recipient(facts: &Facts, notice: &str) -> bool {
    addresses(facts, notice).iter().any(|found| found.rank >= Rank::Told)
}

/// A mailbox of the system's own domain, named without it in a list of recipients (AOL's screen names).
fn local_name(facts: &Facts, notice: &str) -> Option<EmailAddress> {
    let domain = facts.author()?.address.domain();
    let (mut lead, mut above) = (false, String::new());
    for line in notice.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let name = line.trim_matches(['<', '>', ',', '.']);
        if lead && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
            return EmailAddress::parse(&format!("{name}@{domain}"));
        }
        let below = folded(line);
        let sentence = format!("{above} {below}");
        lead = line.ends_with(':') && ["recipient", "address", "user"].iter().any(|word| sentence.contains(word));
        above = below;
    }
    None
}

struct Found {
    address: EmailAddress,
    at: usize,
    rank: Rank,
}

fn addresses(facts: &Facts, notice: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let Some(pattern) = ADDRESS.as_ref() else { return found };
    let ours = own_addresses(facts);
    let mut above = "";
    let mut start = 0;
    for line in notice.split_inclusive('\n') {
        // What a copied header without trace fields begins with; some notices quote such a field before they come to it.
        let header = ["message-id:", "mime-version:"]
            .iter()
            .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        if header && found.iter().any(|found: &Found| found.rank >= Rank::Told) {
            break;
        }
        for (from, text) in hits(pattern, line) {
            let Some(address) = cleaned(text) else { continue };
            let before = line.get(..from).unwrap_or_default();
            let rank = if ours.contains(&address) {
                Rank::Bystander
            } else if is_smtp_attribute(text) {
                // Exchange 5.5: c=US;a= ;p=ORG;dda:SMTP=ann@example.org;
                Rank::Listed
            } else {
                rank(&address, above, before)
            };
            found.push(Found { address, at: start + from, rank });
            if found.len() >= MOST_RECIPIENTS {
                return found;
            }
        }
        start += line.len();
        above = line.trim();
    }
    found
}

/// Where a pattern for addresses matches in a line. None goes over white space: most words are turned away without it.
fn hits<'l>(pattern: &'l Regex, line: &'l str) -> impl Iterator<Item = (usize, &'l str)> {
    let words = line.split_ascii_whitespace().filter(|word| word.contains('@'));
    words.flat_map(move |word| {
        let start = word.as_ptr().addr() - line.as_ptr().addr();
        pattern.find_iter(word).map(move |hit| (start + hit.start(), hit.as_str()))
    })
}

/// The address without what clings to it in a text.
fn cleaned(text: &str) -> Option<EmailAddress> {
    if text.contains("//") {
        return None;
    }
    let bare = text.trim_start_matches(['\'', '=', '/', '-', '.', '*', '~', '#', '&', '|', '`', '!']);
    let lower = bare.to_lowercase();
    let address = EmailAddress::parse(lower.strip_prefix("smtp=").unwrap_or(&lower))?;
    (address.as_str().len() <= LONGEST_ADDRESS).then_some(address)
}

fn is_smtp_attribute(text: &str) -> bool {
    text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("smtp="))
}

fn own_addresses(facts: &Facts) -> HashSet<EmailAddress> {
    let people = facts.participants().chain(&facts.reply_to).chain(&facts.sender).map(|person| person.address.clone());
    people.chain(facts.delivered_to.iter().cloned()).collect()
}

/// How an address stands: `above` is the line before, `before` what stands on its own line.
fn rank(address: &EmailAddress, above: &str, before: &str) -> Rank {
    if is_system(address) || tables::CONTACT_LOCAL_PARTS.contains(&address.local()) {
        return Rank::Bystander;
    }
    let lead = folded(before);
    let label = words(&lead);
    let above = folded(above);
    if label.is_empty() {
        // A line of prose may break before an address.
        let contact = CONTACTS.is_in(&above) && !above.ends_with(':');
        return if contact { Rank::Bystander } else { Rank::Listed };
    }
    if is_bystander_field(&lead) || CONTACTS.is_in(&format!("{above} {lead}")) {
        return Rank::Bystander;
    }
    let last = words(label.trim_end_matches("rfc822"));
    if tables::RECIPIENT_LABELS.contains(&last) {
        return Rank::Listed;
    }
    let answer = codes::reply_code(before).is_some() || codes::enhanced(before).is_some();
    // `To: ` alone is a field of the mail that came back, which may have had other recipients too.
    let told = last != "to" && tables::RECIPIENT_LEADS.iter().any(|word| format!(" {last}").ends_with(word));
    if answer || told { Rank::Told } else { Rank::Named }
}

/// A text without the strokes, brackets and colons around it.
fn words(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != ')')
}

/// Whether the line begins as a header field does that names other people.
fn is_bystander_field(lead: &str) -> bool {
    let name = words(lead.split(':').next().unwrap_or_default());
    let is = |known: &str| name == known || (known.ends_with('-') && name.starts_with(known));
    lead.contains(':') && tables::BYSTANDER_FIELDS.iter().any(|known| is(known))
}

/// Whether a mail system's own address.
pub(super) fn is_system(address: &EmailAddress) -> bool {
    may_be_systems(address) && (is_one_of(address, tables::DAEMONS) || is_one_of(address, tables::POSTMASTERS))
}

/// Whether an address that no person writes from.
pub(super) fn is_daemon(address: &EmailAddress) -> bool {
    may_be_systems(address) && is_one_of(address, tables::DAEMONS)
}

/// The first bytes of the names of systems, and of what may stand around them: most addresses are turned away by theirs.
static FIRST_BYTES: LazyLock<[bool; 256]> = LazyLock::new(|| {
    let mut known = [false; 256];
    let names = tables::DAEMONS.iter().chain(tables::POSTMASTERS).chain(&["\"", "\\", "<", ">"]);
    for first in names.filter_map(|name| name.bytes().next()) {
        known.get_mut(usize::from(first)).into_iter().for_each(|known| *known = true);
    }
    known
});

fn may_be_systems(address: &EmailAddress) -> bool {
    address.as_str().bytes().next().and_then(|first| FIRST_BYTES.get(usize::from(first))) == Some(&true)
}

/// `postmaster`, and with something behind it: `postmaster-noreply`, `microsoftexchange329e71…`.
fn is_one_of(address: &EmailAddress, names: &[&str]) -> bool {
    let local = address.local().trim_matches(['"', '\\', '<', '>']);
    let first = local.as_bytes().first();
    names.iter().filter(|name| name.as_bytes().first() == first).any(|name| {
        local.strip_prefix(name).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(['-', '+', '.', '=', '_', '\\', '@']) || *name == "microsoftexchange"
        })
    })
}
