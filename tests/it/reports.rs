//! Machine reports in the shapes in which they arrive: RFC 3464 and its relatives, with types missing, odd or wrapped.

use ticketd::domain::{BounceClass, Facts, ReportKind};
use ticketd::parse;

const STATUS: &str = "Reporting-MTA: dns; mx.example.net\nArrival-Date: Tue, 4 Mar 2025 09:11:00 +0100\n\n\
                      Final-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n\
                      Diagnostic-Code: smtp; 550 5.1.1 no such user\n";
const HEADER: &str = "Received: by mx.example.net; Tue, 4 Mar 2025 09:11:00 +0100\nFrom: desk@example.com\n\
                      To: gone@example.org\nSubject: Your parcel\nMessage-ID: <sent@desk.example.com>\n";
const NOTICE: &str = "Content-Type: text/plain\n\nDelivery to the following recipients failed.\n\n  gone@example.org\n";

/// A mail of these parts, each with its own header.
fn mail(from: &str, kind: &str, parts: &[String]) -> Facts {
    let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
    let head = format!(
        "From: {from}\nTo: desk@example.com\nSubject: Delivery Status Notification (Failure)\nMIME-Version: 1.0\n\
         Content-Type: {kind}; boundary=\"b\"\n\n"
    );
    parse::read(format!("{head}{parts}--b--\n").as_bytes())
}

fn part(kind: &str, body: &str) -> String {
    format!("Content-Type: {kind}\n\n{body}")
}

#[test]
fn a_delivery_report_says_the_same_however_it_is_wrapped() {
    let report = "multipart/report; report-type=delivery-status";
    let daemon = "mailer-daemon@mx.example.net";
    let status = || part("message/delivery-status", STATUS);
    let header = || part("text/rfc822-headers", HEADER);
    let base64 = "UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldAoKRmluYWwtUmVjaXBpZW50OiBy\n\
                  ZmM4MjI7IGdvbmVAZXhhbXBsZS5vcmcKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n";
    let nested =
        format!("Content-Type: multipart/mixed; boundary=\"i\"\n\n--i\n{}\n--i\n{}\n--i--\n", NOTICE, status());
    for (what, facts) in [
        ("as the RFC has it", mail("ims@example.net", report, &[NOTICE.into(), status(), header()])),
        ("the whole mail returned", {
            let whole = part("message/rfc822", &format!("{HEADER}\nIt is on its way.\n"));
            mail("ims@example.net", report, &[NOTICE.into(), status(), whole])
        }),
        ("header as message/rfc822-headers", {
            mail("ims@example.net", report, &[NOTICE.into(), status(), part("message/rfc822-headers", HEADER)])
        }),
        ("header cut off", {
            let cut = HEADER.replace("Message-ID", "X-Mailer: a\nMessage-ID");
            mail("ims@example.net", report, &[NOTICE.into(), status(), part("text/rfc822-headers", cut.trim_end())])
        }),
        ("header as plain text", mail(daemon, report, &[NOTICE.into(), status(), part("text/plain", HEADER)])),
        ("no report-type", mail("ims@example.net", "multipart/report", &[NOTICE.into(), status(), header()])),
        ("multipart/mixed", mail(daemon, "multipart/mixed", &[NOTICE.into(), status(), header()])),
        ("no notice", mail("ims@example.net", report, &[status(), header()])),
        ("capitals", {
            let kind = "MULTIPART/REPORT; REPORT-TYPE=DELIVERY-STATUS";
            let status = part("Message/Delivery-Status", &STATUS.replace("rfc822;", "RFC822;"));
            mail("ims@example.net", kind, &[NOTICE.into(), status, part("Text/RFC822-Headers", HEADER)])
        }),
        ("status as plain text", { mail(daemon, report, &[NOTICE.into(), part("text/plain", STATUS), header()]) }),
        ("status in base64", {
            let status =
                format!("Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{base64}");
            mail("ims@example.net", report, &[NOTICE.into(), status, header()])
        }),
        ("the parts in a part", mail("ims@example.net", report, &[nested, header()])),
        ("global types", {
            let kind = "multipart/report; report-type=global-delivery-status";
            let status = part("message/global-delivery-status", STATUS);
            mail("ims@example.net", kind, &[NOTICE.into(), status, part("message/global-headers", HEADER)])
        }),
    ] {
        let report = facts.report.unwrap_or_else(|| panic!("{what}: no report"));
        assert_eq!(
            (report.kind, report.class, report.status.as_str()),
            (ReportKind::Dsn, BounceClass::Hard, "5.1.1"),
            "{what}"
        );
        let recipients: Vec<&str> = report.recipients.iter().map(|r| r.address.as_str()).collect();
        assert_eq!(recipients, ["gone@example.org"], "{what}");
        assert_eq!(report.original_message_id.as_deref(), Some("sent@desk.example.com"), "{what}");
        assert_eq!(facts.forwarded, None, "{what}");
    }
}

#[test]
fn what_the_machine_part_leaves_open_is_read_from_the_notice() {
    let report = "multipart/report; report-type=delivery-status";
    let empty = part("message/delivery-status", "Reporting-MTA: dns; mx.example.net\n");
    for (what, parts) in [("no group", vec![NOTICE.into(), empty]), ("no machine part", vec![NOTICE.into()])] {
        let read = mail("ims@example.net", report, &parts).report.unwrap_or_else(|| panic!("{what}: no report"));
        assert_eq!(read.class, BounceClass::Hard, "{what}");
        assert_eq!(read.recipients[0].address.as_str(), "gone@example.org", "{what}");
    }
}

#[test]
fn a_report_of_success_is_of_no_class_and_of_delay_soft() {
    let of = |action: &str, status: &str| {
        let text = STATUS.replace("failed", action).replace("Status: 5.1.1", &format!("Status: {status}"));
        let text = text.replace("Diagnostic-Code: smtp; 550 5.1.1 no such user\n", "");
        let parts = [part("message/delivery-status", &text)];
        mail("ims@example.net", "multipart/report; report-type=delivery-status", &parts).report.expect("a report").class
    };
    for action in ["delivered", "relayed", "expanded"] {
        assert_eq!(of(action, "2.1.5"), BounceClass::None, "{action}");
    }
    assert_eq!(of("delayed", "4.4.1"), BounceClass::Soft);
}

#[test]
fn the_worst_recipient_decides_and_each_keeps_its_own() {
    let group = |name: &str, action: &str, status: &str| {
        format!("Final-Recipient: rfc822; {name}@example.org\nAction: {action}\nStatus: {status}\n")
    };
    let text =
        [group("a", "delivered", "2.0.0"), group("b", "failed", "5.1.1"), group("c", "delayed", "4.2.2")].join("\n");
    let parts = [NOTICE.into(), part("message/delivery-status", &text)];
    let report = mail("ims@example.net", "multipart/report", &parts).report.expect("a report");
    assert_eq!((report.class, report.status.as_str()), (BounceClass::Hard, "5.1.1"));
    let classes: Vec<BounceClass> = report.recipients.iter().map(|r| r.class).collect();
    assert_eq!(classes, [BounceClass::None, BounceClass::Hard, BounceClass::Soft]);
}

#[test]
fn receipts_and_abuse_reports_name_the_mail_that_they_are_about() {
    let receipt = "Reporting-UA: mx.example.net; Outlook\nOriginal-Recipient: rfc822;ann@example.org\n\
                   Final-Recipient: rfc822;ann@example.org\nOriginal-Message-ID: <sent@desk.example.com>\n\
                   Disposition: manual-action/MDN-sent-manually; displayed\n";
    let feedback = "Feedback-Type: abuse\nUser-Agent: FBL/1.0\nVersion: 1\nOriginal-Mail-From: <desk@example.com>\n\
                    Original-Rcpt-To: <ann@example.org>\n";
    let returned = || part("message/rfc822", &format!("{HEADER}\nIt is on its way.\n"));
    for (kind, report_type, body, parts) in [
        (ReportKind::Mdn, "disposition-notification", receipt, vec![]),
        (ReportKind::Mdn, "disposition-notification", receipt, vec![part("text/rfc822-headers", HEADER)]),
        (ReportKind::Abuse, "feedback-report", feedback, vec![returned()]),
    ] {
        let machine = part(&format!("message/{report_type}"), body);
        let parts = [vec![part("text/plain", "See below."), machine], parts].concat();
        let report = mail("ann@example.org", &format!("multipart/report; report-type={report_type}"), &parts).report;
        let report = report.expect("a report");
        assert_eq!((report.kind, report.class), (kind, BounceClass::None));
        assert_eq!(report.recipients[0].address.as_str(), "ann@example.org");
        assert_eq!(report.original_message_id.as_deref(), Some("sent@desk.example.com"));
    }
}

#[test]
fn a_receipt_that_says_deleted_unread_is_a_receipt() {
    let text = "Final-Recipient: rfc822;ann@example.org\nOriginal-Message-ID: <sent@desk.example.com>\n\
                Disposition: automatic-action/MDN-sent-automatically; deleted\n";
    let mail = format!(
        "From: Ann Lee <ann@example.org>\nTo: desk@example.com\nSubject: Not read: Your parcel\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n\
         --b\nContent-Type: text/plain\n\nYour message was deleted without being read.\n\n\
         --b\nContent-Type: message/disposition-notification\n\n{text}\n--b--\n"
    );
    assert_eq!(parse::read(mail.as_bytes()).report.map(|report| report.kind), Some(ReportKind::Mdn));
}
