//! What each kind of label means for us.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use regex::RegexBuilder;
use serde_json::Value;
use ticketd::domain::{BounceClass, EmailAddress, Facts, FolderRole, Kind, Report, ReportKind};
use ticketd::parse;

use super::manifest::{self, Label, short};
use crate::desk::Desk;

/// How a label came out.
pub enum Verdict {
    Pass,
    /// What was found instead.
    Miss(String),
    /// Upstream has no opinion on the file.
    Unlabelled,
}

/// Holds one label against what we read.
pub fn judge(folder: &Path, label: &Label, all: &[Label]) -> Verdict {
    let raw = mail(folder, label);
    let started = Instant::now();
    let facts = parse::read(&raw);
    let took = started.elapsed();
    let value = label.value.as_str();
    let text = facts.body.text.as_str();
    match label.kind.as_str() {
        "reply_text" => same(value, &facts.body.reply()),
        "first_fragment" | "reply_starts_with" => {
            let reply = facts.body.reply();
            found(normal(&reply).starts_with(&normal(value)), || short(&reply))
        }
        "first_fragment_regex" => {
            let reply = facts.body.reply();
            let pattern = RegexBuilder::new(value).multi_line(true).build().expect("pattern");
            found(pattern.is_match(&reply), || short(&reply))
        }
        "reply_contains" => found(facts.body.reply().contains(value), || short(&facts.body.reply())),
        "reply_excludes" => found(!facts.body.reply().contains(value), || short(&facts.body.reply())),
        "elided_text" => same_words(value, &cut_off(&facts)),
        "quoted_text" => found(words(&facts.body.quoted()).contains(&words(value)), || short(&facts.body.quoted())),
        "embedded_message" => found(words(&cut_off(&facts)).contains(&words(value)), || short(&cut_off(&facts))),
        "text_before_embedded" => same_words(value, &facts.body.reply()),
        "has_quote_or_signature" => {
            let has = facts.body.has_quote() || facts.body.signature.is_some();
            found(has == (value == "true"), || short(&cut_off(&facts)))
        }
        "forward" => {
            let kind = kind(&facts);
            found((kind == Kind::Forward) == (value == "true"), || kind.to_string())
        }
        "auto" => {
            let kind = kind(&facts);
            found((kind == Kind::AutoReply) == (value == "true"), || kind.to_string())
        }
        "mailing_list" => found(facts.list == (value == "true"), || format!("list {}", facts.list)),
        "mdn" => found(reports(&facts, &[ReportKind::Mdn]).is_some(), || describe(&facts)),
        "bounce" => bounce(value, &facts),
        manifest::BOUNCE_CLASS => bounce_class(value, &facts),
        "failed_recipient" | "failed_recipients_permanent" | "failed_recipients_temporary" => {
            recipients(label, all, &facts)
        }
        "dsn_status" => same(value, &facts.report.map_or_else(String::new, |report| report.status)),
        "dsn_action" => {
            let class = match value {
                "failed" => BounceClass::Hard,
                "delayed" => BounceClass::Soft,
                _ => BounceClass::None,
            };
            found(facts.report.as_ref().is_some_and(|report| report.class == class), || describe(&facts))
        }
        "original_message_id" => {
            let id = facts.report.as_ref().and_then(|report| report.original_message_id.as_deref());
            found(id == Some(value), || describe(&facts))
        }
        "subject" => same(value, &facts.subject.text),
        "from_name" => same(value, facts.author().map_or("", |author| author.name.as_str())),
        "body" => found([text.trim(), facts.body.reply().trim()].contains(&value), || short(text)),
        "attachment" => attachment(value, &facts),
        "mime_json" => structure(value, &facts),
        "max_seconds" => {
            let most: u64 = value.parse().expect("seconds");
            found(took.as_secs() < most, || format!("{took:?}"))
        }
        "thread" => {
            let cites = !facts.in_reply_to.is_empty() || !facts.references.is_empty();
            found(cites == (value != "new"), || format!("cites another mail: {cites}"))
        }
        // Which address is the program's own is upstream's setting: redmine@example.net.
        "own_mail_loop" => {
            let author = facts.author().map(|author| author.address.clone());
            found(author == EmailAddress::parse("redmine@example.net"), || format!("{author:?}"))
        }
        other => panic!("{}: a label of a kind that is not scored: {other}", label.file),
    }
}

/// The bytes of a file. The texts of quote splitters are bodies without a header.
fn mail(folder: &Path, label: &Label) -> Vec<u8> {
    let raw = fs::read(folder.join(&label.file)).unwrap_or_else(|error| panic!("{}: {error}", label.file));
    if !label.file.ends_with(".txt") {
        return raw;
    }
    let mut mail = b"From: Cleo <cleo@example.com>\nTo: support@example.org\nMIME-Version: 1.0\n\
        Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        .to_vec();
    mail.extend(raw);
    mail
}

/// The kind at a desk that has seen nothing yet, in its team mailbox.
fn kind(facts: &Facts) -> Kind {
    Desk::new().classify("support", FolderRole::Inbox, facts).kind
}

fn found(passes: bool, what: impl FnOnce() -> String) -> Verdict {
    if passes { Verdict::Pass } else { Verdict::Miss(what()) }
}

fn same(expected: &str, read: &str) -> Verdict {
    found(normal(expected) == normal(read), || short(read))
}

fn same_words(expected: &str, read: &str) -> Verdict {
    found(words(expected) == words(read), || short(read))
}

/// A text without the white space at its ends and its lines' ends.
fn normal(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The text without its white space: what is cut off keeps other blank lines with others than with us.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All that is not newly written.
fn cut_off(facts: &Facts) -> String {
    let text = &facts.body.text;
    let mut out = String::new();
    let mut at = 0;
    for &(from, to) in &facts.body.new_spans {
        out.push_str(text.get(at..from).unwrap_or_default());
        at = to;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn reports<'f>(facts: &'f Facts, kinds: &[ReportKind]) -> Option<&'f Report> {
    facts.report.as_ref().filter(|report| kinds.contains(&report.kind))
}

fn describe(facts: &Facts) -> String {
    let Some(report) = &facts.report else { return "no report".into() };
    let addresses: Vec<String> = report.recipients.iter().map(|r| format!("{} {}", r.address, r.class)).collect();
    format!(
        "{} {} {} [{}] {:?}",
        report.kind,
        report.class,
        report.status,
        addresses.join(", "),
        report.original_message_id
    )
}

/// Whether it is one.
fn bounce(value: &str, facts: &Facts) -> Verdict {
    let class = reports(facts, &[ReportKind::Dsn, ReportKind::Bounce]).map(|report| report.class);
    let passes = match value {
        "permanent" | "temporary" | "mixed" | "failed" => {
            matches!(class, Some(BounceClass::Hard | BounceClass::Soft))
        }
        // Upstream: it has not failed, or not yet.
        "none" => class != Some(BounceClass::Hard),
        "unrecognised-upstream" => return Verdict::Unlabelled,
        other => panic!("unknown value of a bounce label: {other}"),
    };
    found(passes, || describe(facts))
}

/// Hard or soft, where upstream says so.
fn bounce_class(value: &str, facts: &Facts) -> Verdict {
    let class = facts.report.as_ref().map(|report| report.class);
    match value {
        "permanent" => found(class == Some(BounceClass::Hard), || describe(facts)),
        "temporary" => found(class == Some(BounceClass::Soft), || describe(facts)),
        _ => Verdict::Unlabelled,
    }
}

/// All that the label names, and nobody whom no label of the file names.
fn recipients(label: &Label, all: &[Label], facts: &Facts) -> Verdict {
    let listed = |value: &str| -> BTreeSet<String> { value.split(';').map(|a| a.trim().to_lowercase()).collect() };
    let of_file = all.iter().filter(|other| other.file == label.file && other.kind.starts_with("failed_recipient"));
    let allowed: BTreeSet<String> = of_file.flat_map(|other| listed(&other.value)).collect();
    let read: BTreeSet<String> =
        facts.report.iter().flat_map(|r| &r.recipients).map(|r| r.address.as_str().to_lowercase()).collect();
    found(listed(&label.value).is_subset(&read) && read.is_subset(&allowed), || describe(facts))
}

/// `name [type] size`
fn attachment(value: &str, facts: &Facts) -> Verdict {
    let mut wanted: Vec<&str> = value.split(' ').collect();
    let size: u64 = wanted.pop().and_then(|size| size.parse().ok()).expect("size");
    let content_type = wanted.pop_if(|word| word.contains('/')).map(|word| word.to_owned());
    let name = wanted.join(" ");
    let is_it = |a: &&ticketd::domain::Attachment| {
        a.name == name && a.size == size && content_type.as_deref().is_none_or(|kind| a.content_type == kind)
    };
    found(facts.attachments.iter().any(|a| is_it(&a)), || format!("{:?}", facts.attachments))
}

/// A snapshot of one parser, used for structure only: every attachment that has a name there has it with us.
fn structure(value: &str, facts: &Facts) -> Verdict {
    let snapshot: Value = serde_json::from_str(value).expect("json");
    let parts = snapshot["attachments"].as_array().into_iter().flatten().filter_map(Value::as_u64);
    let named = parts.filter_map(|part| name_in(&snapshot["parts"][part as usize]));
    let ours: BTreeSet<&str> = facts.attachments.iter().map(|a| a.name.as_str()).collect();
    let missing: Vec<String> = named.filter(|name| !ours.contains(name.as_str())).collect();
    found(missing.is_empty(), || format!("without {missing:?}, with {ours:?}"))
}

/// The file name that Content-Disposition gives, else the one of Content-Type.
fn name_in(part: &Value) -> Option<String> {
    let attribute = |header: &str, name: &str| {
        let headers = part["headers"].as_array()?;
        let header = headers.iter().find(|h| h["name"] == header)?;
        let attributes = header["value"]["ContentType"]["attributes"].as_array()?;
        attributes.iter().find(|a| a["name"] == name)?["value"].as_str().map(str::to_owned)
    };
    attribute("content_disposition", "filename").or_else(|| attribute("content_type", "name"))
}
