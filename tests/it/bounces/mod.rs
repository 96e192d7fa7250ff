//! Bounces in free form in the languages of the world, and what looks like one and is none. Each system's own shape stands in
//! `fixtures/mail/bounce`.

mod notices;
mod shapes;

use ticketd::domain::{BounceClass, Facts, Report, ReportKind};
use ticketd::parse;

use notices::{HARD, SOFT};
use shapes::SHAPES;

/// A mail in UTF-8 as a system sends it: null return path, `headers`, a body.
fn mail(headers: &str, body: &str) -> Facts {
    let head = "Date: Tue, 4 Mar 2025 09:12:00 +0100\nMessage-ID: <1@mx.example.net>\nTo: desk@example.com\n\
                MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit";
    parse::read(format!("{head}\n{headers}\n\n{body}\n").as_bytes())
}

fn notice(subject: &str, body: &str) -> Facts {
    mail(&format!("Return-Path: <>\nFrom: postmaster@mx.example.net\nSubject: {subject}"), body)
}

fn bounce(facts: &Facts) -> Option<&Report> {
    facts.report.as_ref().filter(|report| matches!(report.kind, ReportKind::Bounce | ReportKind::Dsn))
}

fn failed(facts: &Facts) -> Vec<&str> {
    bounce(facts).map(|report| report.recipients.iter().map(|r| r.address.as_str()).collect()).unwrap_or_default()
}

#[test]
fn notices_are_read_in_every_language_with_whom_they_are_about_and_for_how_long() {
    let mut wrong = Vec::new();
    for (class, notices) in [(BounceClass::Hard, HARD), (BounceClass::Soft, SOFT)] {
        for (language, subject, text) in notices {
            let facts = notice(subject, text);
            let found = (bounce(&facts).map(|report| report.class), failed(&facts));
            if found != (Some(class), vec!["gone@example.org"]) {
                wrong.push(format!("{language} {subject}: {found:?}, not {class}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn systems_are_read_whatever_shape_their_notices_have() {
    let mut wrong = Vec::new();
    for (system, from, subject, text, class, recipients) in SHAPES {
        let facts = mail(&format!("From: {from}\nSubject: {subject}"), text);
        let found = (bounce(&facts).map(|report| report.class), failed(&facts));
        if found != (Some(*class), recipients.to_vec()) {
            wrong.push(format!("{system}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bystanders_are_no_failed_recipients() {
    let facts = mail(
        "Return-Path: <>\nFrom: Mail Delivery System <mailer-daemon@mx.example.net>\nSubject: Undeliverable",
        "Hello desk@example.com,\n\nyour message could not be delivered:\n\nSender: desk-bounces@example.com\n\
         Cc: other@example.org\nTo: list@example.org\nMessage-ID: <abc@desk.example.com>\n\n<gone@example.org>: user unknown\n\n\
         If you have questions, please contact\nhelp@isp.example.net or abuse@isp.example.net.\n\
         See http://isp.example.net/bounce?to=someone@example.org for more.",
    );
    assert_eq!(failed(&facts), ["gone@example.org"]);
    let report = bounce(&facts).expect("a bounce");
    assert_eq!(report.original_message_id.as_deref(), Some("abc@desk.example.com"));
}

#[test]
fn an_address_is_as_long_as_rfc_5321_allows_and_strokes_before_it_are_no_part_of_it() {
    let notice = |address: &str| {
        let body = format!("Your message could not be delivered:\n\n<{address}>: user unknown\n");
        mail("Return-Path: <>\nFrom: mailer-daemon@mx.example.net\nSubject: Undeliverable", &body)
    };
    let longest = format!("{}@{}.example", "a".repeat(64), "b".repeat(247));
    assert_eq!(failed(&notice(&longest)), [longest.as_str()]);
    assert_eq!(failed(&notice(&format!("a{longest}"))), [] as [&str; 0]);
    assert_eq!(failed(&notice(&format!("{}gone@example.org", "=".repeat(90)))), ["gone@example.org"]);
}

#[test]
fn where_nobody_is_named_the_only_recipient_of_the_returned_mail_failed() {
    let returned = |to: &str| {
        let body = format!(
            "Your message was not delivered.\n\n----- Original message -----\nFrom: desk@example.com\nTo: {to}\n\
             Message-ID: <abc@desk.example.com>\nSubject: Your parcel\n"
        );
        mail("From: mailer-daemon@mx.example.net\nSubject: Undeliverable", &body)
    };
    assert_eq!(failed(&returned("Ann <gone@example.org>")), ["gone@example.org"]);
    assert_eq!(failed(&returned("a@example.org, b@example.org")), [] as [&str; 0]);
}

#[test]
fn what_people_and_programs_write_about_delivery_is_no_bounce() {
    let person = "Return-Path: <bob@example.org>\nFrom: Bob Roe <bob@example.org>";
    let pasted = "This is the mail system at host mx.example.net.\n\n<gone@example.org>: host mx.example.org said: 550 5.1.1\n\
                  <gone@example.org>: User unknown";
    for (what, headers, body) in [
        ("a question", format!("{person}\nSubject: Undeliverable mail"), format!("Hi, I got this:\n\n{pasted}")),
        (
            "a complaint",
            format!("{person}\nSubject: mail could not be delivered"),
            "My message could not be delivered to gone@example.org. Why?".into(),
        ),
        (
            "an answer that quotes one",
            format!("{person}\nSubject: Re: Undelivered Mail Returned to Sender\nIn-Reply-To: <1@mx.example.net>"),
            format!("Please look at this.\n\n> {}", pasted.replace('\n', "\n> ")),
        ),
        (
            "one passed on by hand",
            format!("{person}\nSubject: Fwd: Mail delivery failed: returning message to sender"),
            format!(
                "---------- Forwarded message ---------\nFrom: Mail Delivery System <mailer-daemon@mx.example.net>\n\
                 Date: Tue, 4 Mar 2025\nSubject: Mail delivery failed: returning message to sender\nTo: <bob@example.org>\n\n{pasted}"
            ),
        ),
        (
            "a newsletter",
            "Return-Path: <bounces+12@news.example.net>\nFrom: Mail Tips <news@example.net>\n\
             Subject: Undeliverable mail? Five tips against delivery failure\nList-Unsubscribe: <https://example.net/u>\n\
             Precedence: bulk"
                .into(),
            "Is your mail returned to sender? A mailbox is full, a user unknown: here is what to do.\nWrite to tips@example.net."
                .into(),
        ),
        (
            "a parcel",
            "Return-Path: <>\nFrom: noreply@parcels.example.net\nSubject: Delivery failed".into(),
            "Your parcel could not be delivered to the following address:\n\nMain Street 550, Springfield".into(),
        ),
        (
            "a parcel service with its address",
            "Return-Path: <notify@parcels.example.net>\nFrom: noreply@parcels.example.net\nSubject: Delivery failed".into(),
            "Delivery failed\n\nYour parcel 550 could not be delivered.\nE-mail address: service@parcels.example.net".into(),
        ),
        (
            "a warning about one's own mailbox",
            "From: postmaster@example.com\nSubject: Your mailbox is almost full".into(),
            "Dear desk@example.com, your mailbox is over quota at 95 %. Please delete mail.".into(),
        ),
        (
            "a vacation message",
            "Return-Path: <>\nFrom: Ann Lee <ann@example.org>\nSubject: Automatic reply: Your parcel\n\
             Auto-Submitted: auto-replied"
                .into(),
            "I no longer work here and your message was not delivered to anyone. Write to bea@example.org instead.".into(),
        ),
        (
            "a notice of maintenance",
            "From: postmaster@example.net\nSubject: Maintenance".into(),
            "The servers are temporarily unavailable tonight. Until then write to backup@example.org".into(),
        ),
        (
            "an administrator on vacation",
            "From: System Administrator <admin@example.net>\nSubject: Automatic reply: Your parcel".into(),
            "Mail to me is not delivered this week. My mailbox is full. Write to bea@example.org".into(),
        ),
        (
            "the new address of someone",
            "Return-Path: <>\nFrom: Ann Lee <ann@example.org>\nSubject: Re: Your parcel\nAuto-Submitted: auto-replied".into(),
            "This address is no longer in use. My new address is ann.lee@example.net.".into(),
        ),
        (
            "a postmaster who complains",
            "Return-Path: <dora@example.net>\nFrom: Postmaster <postmaster@example.net>\nSubject: Mail from your host".into(),
            "We see many mails to nobody from your host:\n\n  gone@example.org  550 5.1.1 user unknown\n\nPlease clean your lists. Dora"
                .into(),
        ),
        (
            "a postmaster who writes himself",
            "From: Postmaster <postmaster@example.net>\nSubject: Maintenance on Sunday".into(),
            "Dear customers, the mail servers rest on Sunday from 1 to 5. Dora".into(),
        ),
    ] {
        let facts = mail(&headers, &body);
        assert_eq!(facts.report, None, "{what}");
    }
}

#[test]
fn a_report_that_a_person_passes_on_is_not_the_persons() {
    let parts = "--b\nContent-Type: text/plain\n\nSee below.\n\n--b\nContent-Type: message/delivery-status\n\n\
                 Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n\n--b--\n";
    let read = |headers: &str| {
        parse::read(format!("{headers}\nTo: desk@example.com\nMIME-Version: 1.0\n\n{parts}").as_bytes()).report
    };
    let mixed = "Content-Type: multipart/mixed; boundary=b";
    let person = "From: Bob Roe <bob@example.org>\nSubject: Fwd: Delivery Status Notification (Failure)";
    assert_eq!(read(&format!("{person}\n{mixed}")), None);
    let system = "From: mailer-daemon@mx.example.net\nSubject: Delivery Status Notification (Failure)";
    assert!(read(&format!("{system}\n{mixed}")).is_some(), "multipart/mixed from a system");
    let report = "From: imss@mx.example.net\nSubject: oops\nContent-Type: multipart/report; report-type=delivery-status; boundary=b";
    assert!(read(report).is_some(), "multipart/report from anyone");
}

#[test]
fn a_bounce_that_a_postmaster_passes_on_as_an_attachment_is_not_his() {
    let inner = "From: mailer-daemon@mx.example.net\nSubject: failure\nMIME-Version: 1.0\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=i\n\n\
                 --i\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; gone@example.org\nAction: failed\n\n--i--\n";
    let mail = format!(
        "From: Dora <postmaster@example.net>\nTo: desk@example.com\nSubject: what I found\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: text/plain\n\nSee the attachment. Dora\n\n\
         --o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    );
    assert_eq!(parse::read(mail.as_bytes()).report, None);
}

#[test]
fn reports_about_other_things_are_no_bounces() {
    for kind in ["tlsrpt", "dmarc"] {
        let mail = format!(
            "From: postmaster@example.net\nTo: desk@example.com\nSubject: Report Domain: example.com Submitter: example.net\n\
             MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nThis is an aggregate report from example.net. Contact tls@example.net.\n\n\
             --b\nContent-Type: application/tlsrpt+gzip\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b--\n"
        );
        assert_eq!(parse::read(mail.as_bytes()).report, None, "{kind}");
    }
}

#[test]
fn hostile_notices_are_read_in_linear_time() {
    let notice = |piece: &str| {
        let body = piece.repeat(1_000_000 / piece.len());
        format!("Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n\n{body}")
    };
    let status = |piece: &str| {
        let body = piece.repeat(1_000_000 / piece.len());
        format!(
            "From: MAILER-DAEMON@example.net\nMIME-Version: 1.0\nContent-Type: multipart/report; boundary=b\n\n--b\n\
             Content-Type: message/delivery-status\n\n{body}\n--b--\n"
        )
    };
    let mails = [
        notice("a@example.org "),
        notice("<a@example.org>:\n"),
        notice("a"),
        notice("@"),
        notice("550 "),
        notice("5.1.1"),
        notice("-"),
        notice("\n"),
        notice("Message-ID: <a@b>\n"),
        notice("\nFinal-Recipient: rfc822;a@b.c\n"),
        notice("To: a@example.org,\n"),
        notice("contact\nuser unknown a@example.org\n"),
        status("Final-Recipient: rfc822;a@b.c\n"),
        status("Final-Recipient: rfc822;a@b.c\nStatus: 5.1.1\n\n"),
        status("Diagnostic-Code: smtp; 550\n x\n"),
        status("Diagnostic-Code: x\n 550 5.1.1\n"),
        status("\\x{41}"),
    ];
    for mail in mails {
        let started = std::time::Instant::now();
        parse::read(mail.as_bytes());
        let took = started.elapsed();
        assert!(took.as_secs() < 5, "{took:?} for {:?}…", mail.chars().skip(60).take(80).collect::<String>());
    }
}
