//! What must hold for any bytes at all: nothing panics, spans cut the text between characters and do not overlap, line
//! ends make no difference. A few seconds in all; long under `tests/run --full`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use ticketd::compose::{
    self, ContactValues, Keyring, MailboxValues, RecordValues, SigningKey, TicketValues, UserValues, Values,
};
use ticketd::domain::*;
use ticketd::parse;

use crate::support::{full, root, shared, with_crlf, with_lf};

/// Every mail among the fixtures, in order of their paths.
static MAILS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let paths = files(&root().join("fixtures")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "eml"));
    let mails: Vec<Vec<u8>> = paths.map(|path| fs::read(path).expect("mail")).collect();
    assert!(mails.len() > 100, "{} fixture mails", mails.len());
    mails
});

/// The files under a folder, at any depth.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn cases(few: u32) -> ProptestConfig {
    // The short form is the same each time, so that it says something about the change at hand; the long one searches.
    let (cases, rng_seed) = if full() { (few * 100, RngSeed::Random) } else { (few, RngSeed::Fixed(1)) };
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads a mail and checks what must hold for every one.
fn read(raw: &[u8]) -> Facts {
    let facts = parse::read(raw);
    let body = &facts.body;
    let mut spans: Vec<(usize, usize)> = body.new_spans.iter().chain(&body.quoted_spans).copied().collect();
    for list in [&body.new_spans, &body.quoted_spans] {
        assert!(list.is_sorted(), "{list:?}");
    }
    spans.sort_unstable();
    assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "spans overlap: {spans:?}");
    for (from, to) in spans.iter().chain(&body.signature) {
        assert!(from <= to && body.text.get(*from..*to).is_some(), "{from}..{to} of {}", body.text.len());
    }
    assert!(!body.text.contains(['\r', '\0']), "{:?}", body.text);
    assert!(!facts.subject.text.contains(['\r', '\n', '\0']), "{:?}", facts.subject.text);
    let people = facts.participants().chain(&facts.reply_to).chain(&facts.bcc);
    for person in people {
        assert!(!person.name.contains(char::is_control), "{person:?}");
        assert_eq!(EmailAddress::parse(person.address.as_str()).as_ref(), Some(&person.address));
    }
    for attachment in &facts.attachments {
        assert!(!attachment.name.contains(['/', '\\', '\0', '\n', '\u{202e}']), "{attachment:?}");
    }
    assert!(facts.references.len() <= 100 && facts.tokens.len() <= 200 && facts.to.len() <= 1000);
    let stated: std::collections::HashSet<_> = facts.defects.iter().map(|defect| defect.as_str()).collect();
    assert_eq!(stated.len(), facts.defects.len(), "{:?}", facts.defects);
    facts
}

/// One change of a mail's bytes.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Cut(Index, usize),
    Double(Index, usize),
    Insert(Index, &'static str),
    End(Index),
    /// The rest of another mail from there on.
    Splice(Index, Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>();
    let pieces = prop::sample::select(vec![
        "\n\n",
        "\r\n",
        "=?",
        "?=",
        "<",
        ">",
        "\"",
        "(",
        "--",
        ";",
        "> ",
        "\u{feff}",
        "=\n",
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n",
        "Content-Type: message/rfc822\n\n",
        "Content-Transfer-Encoding: base64\n",
        "charset=utf-16",
        "charset=x-unknown",
        "\0",
        "é",
        "From: ",
        "begin 644 a\n#0V%T\n",
        "-- \n",
        "On Mon Ann wrote:\n",
        "-----Original Message-----\n",
        "Final-Recipient: rfc822; a@b\n",
        "ref:td1-",
    ]);
    prop_oneof![
        3 => (at.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        2 => (at.clone(), 0usize..200).prop_map(|(at, length)| Change::Cut(at, length)),
        2 => (at.clone(), 0usize..200).prop_map(|(at, length)| Change::Double(at, length)),
        3 => (at.clone(), pieces).prop_map(|(at, piece)| Change::Insert(at, piece)),
        1 => at.clone().prop_map(Change::End),
        2 => (at.clone(), at.clone(), at).prop_map(|(at, other, from)| Change::Splice(at, other, from)),
    ]
}

fn changed(which: &Index, changes: &[Change]) -> Vec<u8> {
    let mut raw = which.get(MAILS.as_slice()).clone();
    for change in changes {
        let place = |at: &Index| if raw.is_empty() { 0 } else { at.index(raw.len()) };
        match change {
            Change::Flip(at, byte) => {
                let at = place(at);
                raw.iter_mut().skip(at).take(1).for_each(|old| *old = *byte);
            }
            Change::Cut(at, length) => {
                let at = place(at);
                raw.drain(at..(at + length).min(raw.len()));
            }
            Change::Double(at, length) => {
                let at = place(at);
                let piece = raw[at..(at + length).min(raw.len())].to_vec();
                raw.splice(at..at, piece);
            }
            Change::Insert(at, piece) => {
                let at = place(at);
                raw.splice(at..at, piece.bytes());
            }
            Change::End(at) => raw.truncate(place(at)),
            Change::Splice(at, other, from) => {
                let other = other.get(MAILS.as_slice());
                raw.truncate(place(at));
                raw.extend(other.get(from.index(other.len().max(1))..).unwrap_or_default());
            }
        }
    }
    raw
}

fn texts() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec![
        "Hello,",
        "",
        "> quoted",
        ">> deeper",
        "> ",
        "-- ",
        "Ann",
        "On Mon, 3 Mar 2025 at 10:00, Ann <ann@example.org> wrote:",
        "Le lun. 3 mars 2025 à 10:00, Ann <ann@example.org> a écrit :",
        "Am 03.03.2025 um 10:00 schrieb Ann:",
        "From: Ann <ann@example.org>",
        "Sent: Monday",
        "Date: Monday",
        "To: bo@example.org",
        "Subject: x",
        "Von: Ann",
        "Gesendet: Montag",
        "An: Bo",
        "Betreff: x",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "________________________________",
        "Sent from my iPhone",
        "转发邮件",
        "发件人: 安",
        "差出人: 安",
        "＞ 引用",
        "*From:* Ann",
        "ann@example.org wrote:",
        ">From here",
        "\u{a0}",
        "é\u{301}",
    ]);
    prop::collection::vec(lines, 0..40).prop_map(|lines| lines.join("\n"))
}

fn reports() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec![
        "Reporting-MTA: dns; mx.example.org",
        "Final-Recipient: rfc822; ann@example.org",
        "Action: failed",
        "Action: delayed",
        "Status: 5.1.1",
        "Status: 4.",
        "Diagnostic-Code: smtp; 550 5.1.1 unknown",
        "",
        "Original-Recipient: rfc822;",
        "<ann@example.org>: host mx said: 550",
        "This message was created automatically by mail delivery software.",
        "Hi. This is the qmail-send program",
        "--- Below this line is a copy",
        "Your message to ann@example.org could not be delivered",
        "Message-ID: <a@example.org>",
        "--a",
        "--a--",
        "Content-Type: message/rfc822",
        "Content-Type: message/delivery-status",
        "Content-Type: text/rfc822-headers",
        "   ----- Transcript of session follows -----",
        "550",
        "ann@",
    ]);
    prop::collection::vec(lines, 0..30).prop_map(|lines| {
        let head = "From: MAILER-DAEMON@example.org\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\n\
                    Content-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n\n";
        format!("{head}{}\n", lines.join("\n"))
    })
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn changed_mails_are_read_without_panic(
        which in any::<Index>(),
        changes in prop::collection::vec(change(), 1..8),
    ) {
        read(&changed(&which, &changes));
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn any_bytes_are_read_without_panic(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read(&raw);
        parse::arrival_of(&raw);
    }

    #[test]
    fn any_field_is_read_without_panic(
        name in prop::sample::select(vec!["From", "To", "Subject", "References", "Message-ID", "Date", "Authentication-Results", "Received",
            "Return-Path", "Content-Type", "Content-Disposition", "Thread-Index", "Delivered-To", "Auto-Submitted", "List-Id"]),
        value in "[a-z0-9@<>\"(),;:=?*%\\\\/\\[\\]. \t_'+é\u{1b}$-]{0,120}",
    ) {
        let facts = read(format!("{name}: {value}\nX-Other: {value}\n\n{value}\n").as_bytes());
        prop_assert!(facts.authentication.iter().all(|field| field.results.len() <= 50));
    }

    #[test]
    fn any_mix_of_quotes_and_forwards_is_split_into_spans(text in texts(), html in any::<bool>()) {
        let page = format!("<html><body><div>{}</div></body></html>", text.replace('\n', "<br>"));
        let (kind, text) = if html { ("text/html", page) } else { ("text/plain", text) };
        read(format!("From: ann@example.org\nContent-Type: {kind}; charset=utf-8\n\n{text}").as_bytes());
    }

    #[test]
    fn any_mix_of_report_lines_is_read_without_panic(text in reports()) {
        let facts = read(text.as_bytes());
        prop_assert!(facts.report.is_none_or(|report| report.recipients.len() <= 1000));
    }

    /// Bare CR aside, which is content, and escapes: after one, a line end may be half of a character.
    #[test]
    fn line_ends_make_no_difference(which in any::<Index>(), changes in prop::collection::vec(change(), 0..4)) {
        let raw = changed(&which, &changes);
        let raw: Vec<u8> = raw.into_iter().filter(|b| !matches!(b, b'\r' | 0 | 0x1b)).collect();
        let (mut lf, mut crlf) = (read(&with_lf(&raw)), read(&with_crlf(&raw)));
        // Sizes count line ends, and the digest covers what was encoded.
        for facts in [&mut lf, &mut crlf] {
            facts.size = 0;
            facts.attachments.iter_mut().for_each(|attachment| attachment.size = 0);
            facts.digest = ContentDigest::default();
        }
        prop_assert_eq!(lf, crlf);
    }

    #[test]
    fn no_text_is_taken_for_a_token_of_ours(text in "(ref:)?td[0-9a-z]{0,5}-?[a-z2-7A-Z]{0,40}[ \n>x]{0,3}") {
        let keys = Keyring::new(SigningKey::new("1", [9; 32]).unwrap(), Vec::new());
        prop_assert_ne!(keys.verify(&text).0, TokenVerdict::Verified);
        let raw = format!("From: a@example.org\nTo: <support+{text}@example.org>\nReferences: <{text}@example.org>\n\nref:{text}\n");
        for claim in read(raw.as_bytes()).tokens {
            prop_assert_ne!(keys.verify(&claim.token).0, TokenVerdict::Verified);
        }
    }

    #[test]
    fn any_template_is_filled_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec!["{{", "}}", "{%", "%}", "{#", "#}", " ticket.tag ", " contact.name ", "if ",
            " endif ", "for x in ", " endfor ", "ticket", "|upper", "|safe", "range(", "999999999", ")", "(", "'", "\"", "-", ".", "\n", "é", "user.name",
            "block a", "macro a()", "include 'x'", "x", " + ", " * ", "~", "[", "]", "set a = "]), 0..25),
        hostile in "(?s).{0,40}",
    ) {
        let source = pieces.concat();
        let text = TemplateText { language: Language::English, subject: source.clone(), text: source.clone(), html: Some(source) };
        let template = Template { name: "t".into(), transactional: true, texts: vec![text] };
        let address = EmailAddress::parse("ann@example.org").unwrap();
        let values = Values {
            failure: None,
            ticket: TicketValues { number: 1, tag: "[T-1]".into(), subject: hostile.clone(), status: hostile.clone() },
            record: RecordValues::default(),
            contact: ContactValues { name: hostile.clone(), address: address.clone() },
            mailbox: MailboxValues { name: hostile.clone(), address },
            user: Some(UserValues { name: hostile }),
        };
        compose::check(&template, compose::Readers::Contacts);
        compose::check(&template, compose::Readers::Users);
        if let Ok(rendered) = compose::render(&template, Language::English, &values) {
            prop_assert!(!rendered.subject.contains(['\r', '\n']), "{:?}", rendered.subject);
        }
    }
}

/// Numbers that are the same every time (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (end.max(1) as u64)).unwrap()
    }
}

/// Reads a mail cut off at seeded places.
fn cut_off(raw: &[u8], places: usize) {
    let mut numbers = Numbers(raw.len() as u64);
    for _ in 0..places {
        read(&raw[..numbers.below(raw.len() + 1)]);
    }
}

#[test]
fn fixtures_cut_off_anywhere_are_read() {
    for mail in MAILS.iter() {
        cut_off(mail, 50);
    }
}

#[test]
fn the_corpora_cut_off_at_seeded_places_are_read() {
    let Some(folder) = shared("the corpora cut off at seeded places") else { return };
    // Fewer places of each in short: the whole takes minutes where nothing is optimised.
    let places = if full() { 50 } else { 4 };
    for path in files(&folder.join("corpora")) {
        let raw = fs::read(&path).expect("file");
        cut_off(&raw, places);
    }
}
