//! Floor 1: raw mail bytes to [`Facts`]. Everything that a mail says by itself, read once.
//!
//! The room is pure: no clock, files, network or logging, and no knowledge of tickets, users or keys. It is total: any
//! bytes give facts, with [`Defect`]s where they were broken. mail-parser does MIME and header decoding and stays in
//! here; what stands above that (ids, prefixes, quotes, forwards, reports, claims) is ours. The words of the clients
//! and languages are data in `tables`.
//!
//! Every rule is linear in the size of the mail, and nothing recurses.
//!
//! What nearly all mail looks like has a short path: well-formed MIME (`mime`, `mime_fields`, `transfer`), address lists of
//! plain mailboxes (`plain_addresses`), dates (`plain_date`), lines of prose (`quote`), texts in which no phrase of a table begins (`phrases`). A
//! short path gives what the long one would, or gives up; its tests compare the two.

mod addresses;
mod attribution;
mod authentication;
mod authors;
mod automatic;
mod blocks;
mod bounce;
mod bounds;
mod charset;
mod codes;
mod delivery_status;
mod digest;
mod display_name;
mod encoded;
mod encoded_words;
mod entities;
mod fields;
mod forward;
mod headers;
mod html;
mod html_attributes;
mod ids;
mod inline_blocks;
mod lines;
mod mime;
mod mime_fields;
mod notice;
mod params;
mod part_text;
mod parts;
mod phrases;
mod plain_addresses;
mod plain_date;
mod quote;
mod raw_fields;
mod report;
mod returned;
mod signature;
mod subject;
mod tables;
mod text;
mod tnef;
mod tokens;
mod transfer;
mod utf7;
mod words;

use std::sync::LazyLock;

use mail_parser::{HeaderName, Message, MessageParser};

use crate::domain::{Body, ContentDigest, Defect, Facts, SubjectPrefix, Timestamp, TokenPlace};

/// How far into a mail [`arrival_of`] looks.
const HEAD: usize = 64 * 1024;
/// Tokens of ours that a mail may claim; a References field of a hundred ids holds no more.
const MOST_TOKENS: usize = 200;

/// Only what is asked of it: the MIME fields, and the subject of an attached mail. The grammars of other fields may read
/// beyond the field where it breaks them: a Date without an end takes the next line with it.
static PARSER: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().with_mime_headers().header_text(HeaderName::Subject).default_header_raw());

/// Reads a raw mail. Never fails: what is broken is left out or replaced, and named in `defects`.
pub fn read(raw: &[u8]) -> Facts {
    let mut facts = Facts { size: raw.len() as u64, ..Facts::default() };
    open(&mut facts, raw, |facts, raw, message| match message {
        Some(message) => fill(facts, &message),
        None => {
            facts.body.text = charset::guess(raw, None).text.replace("\r\n", "\n").replace(['\r', '\0'], "\u{FFFD}");
            facts.body.new_spans = vec![(0, facts.body.text.len())];
            facts.digest = digest::of_whole(facts, raw);
        }
    });
    facts
}

/// The content digest alone, as [`read`] gives it: for mail of which we know what it says.
pub fn content_digest(raw: &[u8]) -> ContentDigest {
    let mut facts = Facts::default();
    open(&mut facts, raw, |facts, raw, message| match message {
        Some(message) => digest::of(facts, &message, None),
        None => digest::of_whole(facts, raw),
    })
}

/// Reads the header into `facts`, and hands over the mail within its bounds and, where it can be taken apart, its parts.
fn open<R>(facts: &mut Facts, raw: &[u8], work: impl FnOnce(&mut Facts, &[u8], Option<Message<'_>>) -> R) -> R {
    // A byte order mark before the header is an editor's, and no part of the first field's name.
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let in_utf8 = charset::from_utf16(raw);
    let (bounded, cut) = bounds::within(in_utf8.as_deref().unwrap_or(raw));
    if cut {
        headers::defect(facts, Defect::Truncated);
    }
    let raw = &*bounded;
    if memchr::memchr(0, raw).is_some() {
        headers::defect(facts, Defect::Nul);
    }
    let message = headers::read(facts, raw).and_then(message_of);
    work(facts, raw, message)
}

/// When a mail arrived, from its first bytes alone: the date of the topmost Received, else the Date. For putting files in
/// order; the body is not looked at.
pub fn arrival_of(head: &[u8]) -> Option<Timestamp> {
    let head = head.get(..HEAD).unwrap_or(head);
    let mut date = None;
    let mut field = String::new();
    for line in head.split(|&b| b == b'\n').chain([&b""[..]]) {
        let folded = line.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
        if folded {
            field.push_str(&String::from_utf8_lossy(line));
            continue;
        }
        match field.split_once(':') {
            Some((name, value)) if name.trim_end().eq_ignore_ascii_case("received") => {
                if let Some(received) = headers::received_date(value) {
                    return Some(received);
                }
            }
            Some((name, value)) if name.trim_end().eq_ignore_ascii_case("date") => date = date.or(headers::date(value)),
            _ => {}
        }
        if line.trim_ascii().is_empty() && !field.is_empty() {
            break;
        }
        field.clear();
        field.push_str(&String::from_utf8_lossy(line));
    }
    date
}

/// mail-parser has panicked on crafted mail before; a panic there is a mail that cannot be taken apart.
fn message_of(raw: &[u8]) -> Option<Message<'_>> {
    let parsed = || mime::read(raw, &PARSER).or_else(|| PARSER.parse(raw));
    std::panic::catch_unwind(parsed).ok().flatten()
}

fn fill(facts: &mut Facts, message: &Message<'_>) {
    let stream = parts::read(facts, message);
    let text_part = body(facts, message, stream);
    facts.report = report::read(facts, message);
    // What a report carries is the returned mail, no forward.
    facts.forwarded = match (&facts.report, facts.forwarded.take()) {
        (Some(_), _) => None,
        (None, Some(forwarded)) => Some(forwarded),
        (None, None) => forward::attached(message, &facts.body),
    };
    facts.automatic = automatic::signs(facts);
    claims(facts);
    facts.digest = digest::of(facts, message, text_part);
}

/// The text, what of it is new, and the forwarded mail in it. Gives the part of which it is the whole text, if it is one's.
fn body(facts: &mut Facts, message: &Message<'_>, stream: Option<tnef::Contents>) -> Option<u32> {
    let mut found = text::of(message);
    if let Some(stream) = stream.filter(|_| found.text.trim().is_empty()) {
        found = text::of_stream(&stream);
    }
    let text::Text { mut text, from_html, marks, nul, mut part } = found;
    if nul {
        headers::defect(facts, Defect::Nul);
    }
    if !from_html && let Some((without, mut files)) = encoded::take_out(&text) {
        text = without;
        part = None;
        facts.attachments.append(&mut files);
    }
    let lines = lines::Lines::of(&text);
    if lines.truncated {
        headers::defect(facts, Defect::Truncated);
    }
    let forwards = facts.subject.outermost() == Some(SubjectPrefix::Forward);
    let mut split = quote::split(&lines, &marks, forwards);
    let forward = split.forward.take();
    let author = facts.author().map_or("", |author| author.name.as_str());
    let spans = split.into_spans(&lines, &text, author);
    facts.forwarded = forward.map(|at| forward::read(&lines, at));
    facts.body = Body { new_spans: spans.new, quoted_spans: spans.quoted, signature: spans.signature, from_html, text };
    let comment = facts.forwarded.is_some().then(|| facts.body.reply());
    if let (Some(forwarded), Some(comment)) = (&mut facts.forwarded, comment) {
        forwarded.comment = comment;
        // Where the client names none below its line, it is the forward's own without prefixes.
        if forwarded.subject.is_empty() {
            forwarded.subject.clone_from(&facts.subject.base);
        }
    }
    part
}

/// Every token claim, in the order in which they count: own id, header, In-Reply-To, newest reference first, addresses,
/// text.
fn claims(facts: &mut Facts) {
    let mut found = Vec::new();
    let id = |id: &String, place| tokens::in_id(id, place);
    found.extend(facts.message_id.iter().filter_map(|i| id(i, TokenPlace::MessageId)));
    let header = facts.headers.of("x-ticketd-token").filter_map(|value| tokens::whole(value.trim()));
    found.extend(header.map(|token| tokens::claim(TokenPlace::Header, token)));
    found.extend(facts.in_reply_to.iter().filter_map(|i| id(i, TokenPlace::InReplyTo)));
    found.extend(facts.references.iter().rev().filter_map(|i| id(i, TokenPlace::References)));
    let addressed = facts.to.iter().chain(&facts.cc).map(|person| &person.address).chain(&facts.delivered_to);
    found.extend(addressed.filter_map(tokens::in_address));
    found.extend(tokens::in_text(&facts.body.text));
    found.truncate(MOST_TOKENS);
    // Few enough to compare each with those before it.
    for claim in found {
        if !facts.tokens.contains(&claim) {
            facts.tokens.push(claim);
        }
    }
}
