//! Mails in the shapes of real clients: every `fixtures/mail/<kind>/<client>-<what>.eml` is read with LF and with CRLF and
//! held against the readable file beside it. `UPDATE_EXPECTED=1` writes those files anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use ticketd::domain::{Facts, Participant, Report};
use ticketd::parse;

use crate::support::{with_crlf, with_lf};

/// The fixture mails, in order of their names.
fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let mut mails = Vec::new();
    for kind in fs::read_dir(&root).expect("fixtures/mail").map(|entry| entry.expect("entry").path()) {
        let inside = fs::read_dir(&kind).expect("kind").map(|entry| entry.expect("entry").path());
        mails.extend(inside.filter(|path| path.extension().is_some_and(|extension| extension == "eml")));
    }
    mails.sort();
    assert!(!mails.is_empty(), "{} holds no mail", root.display());
    mails
}

/// The facts as a reader of a diff wants them: one line a fact, texts indented below their name.
fn readable(facts: &Facts) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        if value.contains('\n') {
            let _ = writeln!(out, "{name}:");
            for text in value.lines() {
                let _ = writeln!(out, "{}", format!("    {text}").trim_end());
            }
        } else if !value.is_empty() {
            let _ = writeln!(out, "{name}: {value}");
        }
    };
    line("message_id", facts.message_id.clone().unwrap_or_default());
    line("in_reply_to", facts.in_reply_to.join(" "));
    line("references", facts.references.join(" "));
    line("date", facts.date.map_or(String::new(), |date| date.0.to_string()));
    line("received", facts.received.map_or(String::new(), |date| date.0.to_string()));
    line("from", people(&facts.from));
    line("to", people(&facts.to));
    line("cc", people(&facts.cc));
    line(
        "return_path",
        facts.return_path.as_ref().map_or(String::new(), |p| format!("<{}>", p.as_ref().map_or("", |a| a.as_str()))),
    );
    line("subject", facts.subject.base.clone());
    line("prefixes", words(&facts.subject.prefixes));
    line(
        "tags",
        facts.subject_tags.iter().map(|tag| format!("{} {}", tag.prefix, tag.number)).collect::<Vec<_>>().join(", "),
    );
    line("reply", facts.body.reply());
    line("quoted", facts.body.quoted());
    let signature = facts.body.signature.and_then(|(from, to)| facts.body.text.get(from..to));
    line("signature", signature.unwrap_or_default().trim().to_owned());
    line("from_html", if facts.body.from_html { "yes".into() } else { String::new() });
    if let Some(forwarded) = &facts.forwarded {
        line("forwarded", forwarded.mark.to_string());
        line("forwarded from", people(&forwarded.from));
        line("forwarded from_name", forwarded.from_name.clone());
        line("forwarded to", forwarded.to.clone());
        line("forwarded cc", forwarded.cc.clone());
        line("forwarded date", forwarded.date.clone());
        line("forwarded subject", forwarded.subject.clone());
        line("forwarded body", forwarded.body.clone());
        line("forwarded comment", forwarded.comment.clone());
    }
    line("report", facts.report.as_ref().map_or(String::new(), report));
    line("automatic", words(&facts.automatic));
    line("list", if facts.list { "yes".into() } else { String::new() });
    line("spam", if facts.spam { "yes".into() } else { String::new() });
    line("tokens", facts.tokens.iter().map(|t| format!("{} {}", t.place, t.token)).collect::<Vec<_>>().join(", "));
    let results = |a: &ticketd::domain::AuthenticationResults| {
        a.results.iter().map(|(m, r, v)| format!("{m}={r} {v}")).collect::<Vec<_>>().join(", ")
    };
    line(
        "authentication",
        facts
            .authentication
            .iter()
            .map(|a| format!("{}: {}", a.authserv_id, results(a)))
            .collect::<Vec<_>>()
            .join("; "),
    );
    line(
        "attachments",
        facts
            .attachments
            .iter()
            .map(|a| {
                format!("{} ({}, {} bytes{})", a.name, a.content_type, a.size, if a.inline { ", inline" } else { "" })
            })
            .collect::<Vec<_>>()
            .join(", "),
    );
    line("defects", words(&facts.defects));
    out
}

fn people(list: &[Participant]) -> String {
    let shown = |p: &Participant| {
        if p.name.is_empty() { format!("<{}>", p.address) } else { format!("{} <{}>", p.name, p.address) }
    };
    list.iter().take(20).map(shown).collect::<Vec<_>>().join(", ")
}

fn words(list: &[impl std::fmt::Display]) -> String {
    list.iter().map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
}

fn report(report: &Report) -> String {
    let mut out = format!("{} {} {}", report.kind, report.class, report.status);
    for recipient in &report.recipients {
        let _ = write!(out, "\nrecipient {} {} {}", recipient.address, recipient.class, recipient.status);
    }
    if let Some(id) = &report.original_message_id {
        let _ = write!(out, "\noriginal {id}");
    }
    if let Some(token) = &report.original_token {
        let _ = write!(out, "\ntoken {} {}", token.place, token.token);
    }
    out + "\n"
}

#[test]
fn every_mail_reads_as_its_expected_file_says() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for path in fixtures() {
        let raw = fs::read(&path).expect("mail");
        let read = readable(&parse::read(&with_lf(&raw)));
        let expected = path.with_extension("expected");
        if update {
            fs::write(&expected, &read).expect("expected file");
        } else if fs::read_to_string(&expected).unwrap_or_default() != read {
            wrong.push(format!("{}\n{read}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} mails read differently:\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn line_ends_make_no_difference() {
    for path in fixtures() {
        let raw = fs::read(&path).expect("mail");
        let lf = parse::read(&with_lf(&raw));
        let mut crlf = parse::read(&with_crlf(&raw));
        crlf.size = lf.size;
        // The size of an attachment in plain text counts its line ends.
        for (ours, theirs) in crlf.attachments.iter_mut().zip(&lf.attachments) {
            ours.size = theirs.size;
        }
        assert_eq!(lf, crlf, "{}", path.display());
    }
}

#[test]
fn spans_cut_the_text_between_characters() {
    for path in fixtures() {
        let body = parse::read(&fs::read(&path).expect("mail")).body;
        for (from, to) in body.new_spans.iter().chain(&body.quoted_spans).chain(&body.signature) {
            assert!(body.text.get(*from..*to).is_some(), "{} {from}..{to}", path.display());
        }
        assert!(!body.text.contains(['\r', '\0']), "{}", path.display());
    }
}

#[test]
fn trace_headers_and_boundaries_do_not_change_the_digest() {
    let mail = |trace: &str, boundary: &str| {
        format!(
            "{trace}From: Ann Lee <ann@example.org>\nTo: desk@example.com\nSubject: parcel\nDate: Mon, 6 Jan 2025 10:00:00 +0100\n\
             Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n\nIt is late.\n--{boundary}\n\
             Content-Type: image/png\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--{boundary}--\n"
        )
    };
    let digest = |mail: String| parse::read(mail.as_bytes()).digest;
    let once = digest(mail("", "a"));
    let trace = "Received: from a by b; Mon, 6 Jan 2025 10:00:01 +0100\nX-Spam-Score: 0\n";
    assert_eq!(once, digest(mail(trace, "zz")));
    assert_ne!(once, digest(mail("", "a").replace("late", "here")));
    assert_ne!(once, digest(mail("", "a").replace("ann@", "bea@")));
    assert_ne!(once, digest(mail("", "a").replace("aGVsbG8=", "aGVsbG9v")));
}

#[test]
fn arrival_is_the_topmost_received_else_the_date() {
    let received = "Received: from a\n\tby b; Mon, 6 Jan 2025 10:00:00 +0000\nReceived: from c by a; Sun, 5 Jan 2025 10:00:00 +0000\n";
    let date = "Date: Sat, 4 Jan 2025 10:00:00 +0000\n";
    let at = |mail: String| parse::arrival_of(mail.as_bytes()).map(|time| time.0 / 1000);
    assert_eq!(at(format!("{date}{received}\nbody")), Some(1_736_157_600));
    assert_eq!(
        at(format!("Subject: x\n{date}\nReceived: from z; Fri, 3 Jan 2025 10:00:00 +0000\n")),
        Some(1_735_984_800)
    );
    assert_eq!(at("Subject: no date\n\n".into()), None);
    assert_eq!(at(String::new()), None);
}

/// Every prefix of hostile repetition must be read in time that grows with its size.
#[test]
fn hostile_repetition_is_read_in_linear_time() {
    let html = |piece: &str| format!("Content-Type: text/html\n\n{}", piece.repeat(200_000 / piece.len()));
    let text = |piece: &str| format!("Subject: x\n\n{}", piece.repeat(1_000_000 / piece.len()));
    let header = |piece: &str| format!("References: {}\n\nx", piece.repeat(500_000 / piece.len()));
    let mails = [
        html("<div class=gmail_quote>"),
        html("<!-- "),
        html("<head "),
        html("<script>"),
        html("&#"),
        html("<a title=\""),
        html("<blockquote>"),
        html("<span style=display:none>"),
        text("> "),
        text(">\n"),
        text("On 1 2 3\n"),
        text("From: a\n"),
        text("-- \n"),
        text("\n"),
        text("ref:td1-"),
        text("From: a\nTo: b\nSubject: c\n\n"),
        text("a@a.a "),
        text("On 1.1.2025 10:00 a <a@a.a\n"),
        text("2025-01-01 10:00 a <a@a.a>\n"),
        text("_____\nTo: a\n"),
        text("_____\n\n\n\n\n\n\n\n\n"),
        text("> From: a\n> To: b\n"),
        text("--\n\n"),
        text("From:\na\n"),
        text("Forwarded message:\n"),
        header("<a"),
        header("<a@b> "),
        header("a@b "),
        format!("Subject: {}\n\n", "Re: ".repeat(100_000)),
        format!("Subject: {}\n\n", "[#1]".repeat(100_000)),
    ];
    for mail in mails {
        let started = std::time::Instant::now();
        parse::read(mail.as_bytes());
        let took = started.elapsed();
        assert!(took.as_secs() < 2, "{took:?} for {:?}…", mail.chars().take(60).collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_read_without_panic(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        parse::read(&raw);
        parse::arrival_of(&raw);
    }

    /// Fixtures with pieces cut out, doubled and overwritten.
    #[test]
    fn mutated_mails_are_read_without_panic(
        which in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..200, any::<u8>(), 0u8..3), 1..8),
    ) {
        let mails = fixtures();
        let mut raw = fs::read(which.get(&mails)).expect("mail");
        for (at, length, byte, what) in cuts {
            if raw.is_empty() {
                break;
            }
            let from = at.index(raw.len());
            let to = (from + length).min(raw.len());
            match what {
                0 => drop(raw.drain(from..to)),
                1 => raw[from] = byte,
                _ => {
                    let piece = raw[from..to].to_vec();
                    raw.splice(from..from, piece);
                }
            }
        }
        let facts = parse::read(&raw);
        for (from, to) in facts.body.new_spans.iter().chain(&facts.body.quoted_spans) {
            prop_assert!(facts.body.text.get(*from..*to).is_some());
        }
    }
}

#[test]
fn authentication_results_know_which_servers_had_the_mail_after_them() {
    let mail = "Received: by 2002:a05:1 with SMTP id x; Mon, 3 Mar 2025 10:00:02 +0000\n\
                Received: from out.shop.example (out.shop.example [192.0.2.1])\n by mx.example.org with ESMTPS id y;\n Mon, 3 Mar 2025 10:00:01 +0000\n\
                Authentication-Results: mx.example.org;\n\tdkim=pass header.d=shop.example\n\
                Authentication-Results: mx.example.org; spf=none\n\
                Received: from evil by relay.evil.example; Mon, 3 Mar 2025 10:00:00 +0000\n\
                Authentication-Results: mx.example.org; dmarc=pass header.from=shop.example\n\
                From: a@shop.example\n\nx\n";
    let found = parse::read(mail.as_bytes()).authentication;
    let hops: Vec<Vec<&str>> =
        found.iter().map(|field| field.received_by.iter().map(String::as_str).collect()).collect();
    assert_eq!(hops, [vec!["mx.example.org"], vec![], vec!["relay.evil.example"]]);
}

#[test]
fn a_broken_date_takes_no_other_field_with_it() {
    let mail = "From: ann@example.org\nContent-Type: multipart/mixed; boundary=b\nDate: Tue, 4 Mar 2025 09:12:00 +01ry\n\
                Content-Type: text/plain\n\nHello.\n--b\nContent-Type: message/rfc822\n\nSubject: s\n\nx\n--b--\n";
    for raw in [with_lf(mail.as_bytes()), with_crlf(mail.as_bytes())] {
        assert!(parse::read(&raw).body.text.starts_with("Hello."), "the last Content-Type holds");
    }
}
