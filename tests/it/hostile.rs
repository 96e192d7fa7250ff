//! Mail that is made to hurt: every shape that once took, or might take, more than linear time, the stack or the memory.

use std::time::{Duration, Instant};

use ticketd::domain::{Defect, Facts};
use ticketd::parse;

use crate::support::full;

/// A shape of mail that grows with its size.
type Shape = (&'static str, fn(usize) -> Vec<u8>);

fn header(field: &str, piece: &str, size: usize) -> Vec<u8> {
    format!("From: a@example.org\n{field}: {}\nTo: b@example.org\n\nx\n", piece.repeat(size / piece.len())).into_bytes()
}

fn body(kind: &str, piece: &str, size: usize) -> Vec<u8> {
    format!("From: a@example.org\nContent-Type: {kind}\n\n{}", piece.repeat(size / piece.len())).into_bytes()
}

fn text(piece: &str, size: usize) -> Vec<u8> {
    body("text/plain; charset=utf-8", piece, size)
}

fn html(piece: &str, size: usize) -> Vec<u8> {
    body("text/html; charset=utf-8", piece, size)
}

/// One level of `nest` for each number.
fn nested(levels: usize, nest: impl Fn(usize) -> String) -> Vec<u8> {
    let mut mail = String::from("From: a@example.org\nSubject: deep\n");
    (0..levels).for_each(|level| mail.push_str(&nest(level)));
    mail.push_str("Content-Type: text/plain\n\nthe innermost text\n");
    mail.into_bytes()
}

fn in_base64(mail: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in mail.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        let digits = (0..4).map(|n| char::from(DIGITS[(bits >> (18 - 6 * n) & 63) as usize]));
        out.extend(digits.take(three.len() + 1));
        out.extend(std::iter::repeat_n('=', 3 - three.len()));
        if out.len() % 77 == 76 {
            out.push('\n');
        }
    }
    out
}

fn messages(levels: usize) -> Vec<u8> {
    nested(levels, |_| "Content-Type: message/rfc822\n\n".to_owned())
}

fn multiparts(levels: usize) -> Vec<u8> {
    nested(levels, |n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
}

const SHAPES: &[Shape] = &[
    ("multiparts in each other", |size| multiparts(size / 55)),
    ("multiparts that find no boundary", |size| {
        nested(size / 60, |_| "Content-Type: multipart/mixed; boundary=none\n\nx\n--a\n".to_owned())
    }),
    ("multiparts whose parts find none", |size| {
        let part = "--a\nContent-Type: multipart/mixed; boundary=none\n\nx\n";
        let head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=a\n\n";
        format!("{head}{}", part.repeat(size / part.len())).into_bytes()
    }),
    ("multiparts with one boundary", |size| {
        nested(size / 50, |_| "Content-Type: multipart/mixed; boundary=a\n\n--a\n".to_owned())
    }),
    ("multiparts in odd writing", |size| {
        nested(size / 70, |n| format!("cOntent-tYpe :\tMULTIPART/x; bOundary=\"b{n}\"\n\n--b{n}\n"))
    }),
    ("messages in each other", |size| messages(size / 30)),
    ("messages in each other, encoded", |size| {
        let inner = messages(size / 40);
        let head = "From: a@example.org\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n";
        format!("{head}{}", in_base64(&inner)).into_bytes()
    }),
    ("messages in each other, quoted-printable in odd writing", |size| {
        let inner = messages(size / 40);
        let head = "From: a@example.org\nContent-Type: Message / rfc822\nContent-Transfer-Encoding: =?us-ascii?q?quoted-printable?=\n\n";
        [head.as_bytes(), &inner].concat()
    }),
    ("digests in each other", |size| {
        nested(size / 60, |n| format!("Content-Type: multipart/digest; boundary=b{n}\n\n--b{n}\n\n"))
    }),
    ("a digest of an encoded message", |size| {
        let inner = messages(size / 40);
        let head = "From: a@example.org\nContent-Type: multipart/digest; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n";
        format!("{head}{}\n--b--\n", in_base64(&inner)).into_bytes()
    }),
    ("empty parts", |size| {
        let head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n";
        format!("{head}{}", "--b\n\n".repeat(size / 5)).into_bytes()
    }),
    ("parts of broken base64", |size| {
        let part = "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n\u{1}\u{2}*\n";
        let head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n";
        format!("{head}{}", part.repeat(size / part.len())).into_bytes()
    }),
    ("parts of quoted-printable without end", |size| {
        let part = "--c\nContent-Transfer-Encoding: quoted-printable\n\n=\n=4\n";
        let head = "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n--b\n";
        format!("{head}{}", part.repeat(size / part.len())).into_bytes()
    }),
    ("continuations of a parameter", |size| {
        let pieces: String = (0..size / 12).map(|n| format!(";\n a{n}*1*=x")).collect();
        format!("From: a@example.org\nContent-Type: text/plain{pieces}\n\nx\n").into_bytes()
    }),
    ("languages of a parameter", |size| header("Content-Disposition", ";a*=x'y'z", size)),
    ("parameters without value", |size| header("Content-Type", ";a", size)),
    ("header fields", |size| {
        let fields: String = (0..size / 14).map(|n| format!("X-{n}: {n}\n")).collect();
        format!("From: a@example.org\n{fields}\nx\n").into_bytes()
    }),
    ("one field again and again", |size| format!("{}\nx\n", "To: a@example.org\n".repeat(size / 18)).into_bytes()),
    ("results again and again", |size| {
        let fields =
            "Received: from a by b.example; x\nAuthentication-Results: a.example; dkim=pass header.d=b.example\n";
        format!("{}\nx\n", fields.repeat(size / fields.len())).into_bytes()
    }),
    ("a long field", |size| header("X-Long", "abc ", size)),
    ("a long subject", |size| header("Subject", "Re: [x] ", size)),
    ("a folded subject", |size| header("Subject", "a\n ", size)),
    ("references", |size| {
        let ids: String = (0..size / 20).map(|n| format!("<{n:08}@e.example>\n ")).collect();
        format!("From: a@example.org\nReferences: {ids}\n\nx\n").into_bytes()
    }),
    ("references that never close", |size| header("References", "<", size)),
    ("recipients", |size| {
        let all: String = (0..size / 30).map(|n| format!("N {n} <a{n}@example.org>,\n ")).collect();
        format!("From: a@example.org\nTo: {all}\n\nx\n").into_bytes()
    }),
    ("recipients without address", |size| header("To", "Ann, ", size)),
    ("quotes that never close", |size| header("To", "\"", size)),
    ("quotes and brackets", |size| header("To", "\"(<", size)),
    ("comments in comments", |size| header("To", "(", size)),
    ("comments that close", |size| header("To", "()", size)),
    ("angle brackets", |size| header("From", "<", size)),
    ("at signs", |size| header("From", "@", size)),
    ("groups", |size| header("To", "a:", size)),
    ("encoded words", |size| header("Subject", "=?utf-8?q?a?= ", size)),
    ("encoded words without end", |size| header("Subject", "=?utf-8?q?a", size)),
    ("encoded words without end, apart", |size| header("Subject", "=?utf-8?q?a ", size)),
    ("beginnings of encoded words", |size| header("Subject", "=?", size)),
    ("encoded words of addresses without end", |size| header("To", "=?utf-8?q?a ", size)),
    ("encoded words in a name", |size| header("To", "=?utf-8?q?a?=,", size)),
    ("encoded words in a parameter", |size| header("Content-Type", "; a==?utf-8?q?a", size)),
    ("comments of results", |size| header("Authentication-Results", "(", size)),
    ("quotes of results", |size| header("Authentication-Results", "a.example; \"", size)),
    ("results", |size| header("Authentication-Results", "a=b;", size)),
    ("received", |size| header("Received", "from a by b ", size)),
    ("no header at all", |size| "x\n".repeat(size / 2).into_bytes()),
    ("only colons", |size| ":".repeat(size).into_bytes()),
    ("NUL", |size| vec![0; size]),
    ("any bytes", |size| (0..size).map(|n| (n.wrapping_mul(2_654_435_761) >> 7) as u8).collect()),
    ("one line", |size| text("a", size)),
    ("words", |size| text("a ", size)),
    ("empty lines", |size| text("\n", size)),
    ("quoted lines", |size| text("> a\n", size)),
    ("deeper and deeper quotes", |size| text(">", size)),
    ("angle brackets in text", |size| text("<", size)),
    ("uuencode that never ends", |size| text("begin 644 a\n#0V%T\n", size)),
    ("yEnc that never ends", |size| text("=ybegin line=1 size=1 name=a\n", size)),
    ("beginnings of uuencode", |size| text("begin 644 a\n", size)),
    ("tokens", |size| text("ref:td1-abcdefghijklmnopqrstuvwxyz234567abcd\n> ", size)),
    ("beginnings of tokens", |size| text("ref:\n> ", size)),
    ("wrapped tokens", |size| text("ref:td1-a\n> a\n> a\n> a\n", size)),
    ("colons", |size| text(":\n", size)),
    ("signatures", |size| text("-- \n", size)),
    ("attributions", |size| text("On Monday Ann wrote:\n", size)),
    ("header blocks", |size| text("From: a\nSent: b\nTo: c\nSubject: d\n", size)),
    ("forwards", |size| text("---------- Forwarded message ----------\nFrom: a\n", size)),
    ("original messages", |size| text("-----Original Message-----\n", size)),
    ("open brackets", |size| html("<", size)),
    ("open tags", |size| html("<a ", size)),
    ("open attributes", |size| html("<a b=\"", size)),
    ("open comments", |size| html("<!--", size)),
    ("open declarations", |size| html("<!a", size)),
    ("open entities", |size| html("&", size)),
    ("scripts", |size| html("<script>", size)),
    ("scripts and ends", |size| html("<script></scrip", size)),
    ("heads", |size| html("<head><", size)),
    ("block quotes", |size| html("<blockquote>", size)),
    ("containers", |size| html("<div class=gmail_quote>", size)),
    ("hidden elements", |size| html("<div style=display:none>", size)),
    ("tables", |size| html("<table><tr><td>", size)),
];

/// The fastest of a few runs: other programs may be in the way of one.
fn time(mail: &[u8], runs: usize) -> Duration {
    let run = || {
        let started = Instant::now();
        parse::read(mail);
        started.elapsed()
    };
    (0..runs).map(|_| run()).min().unwrap_or_default()
}

#[test]
fn twice_the_mail_takes_no_more_than_about_twice_the_time() {
    let size = if full() { 4_000_000 } else { 100_000 };
    let mut slow = Vec::new();
    for (name, mail) in SHAPES {
        let (once, twice) = (mail(size), mail(2 * size));
        let mut times = (Duration::ZERO, Duration::ZERO);
        // A measurement that another program disturbed is made again.
        let grows = |attempt: usize, times: &mut (Duration, Duration)| {
            *times = (time(&once, attempt), time(&twice, attempt));
            times.1 > times.0.mul_f64(2.6) + Duration::from_millis(40)
        };
        let quadratic = (1..5).all(|attempt| grows(attempt, &mut times));
        let per_megabyte = times.1.mul_f64(500_000.0 / size as f64);
        if std::env::var_os("TICKETD_TIMES").is_some() {
            println!("{name:<60} {:>8.1} ms a megabyte", per_megabyte.as_secs_f64() * 1e3);
        }
        if quadratic || per_megabyte > Duration::from_secs(25) {
            slow.push(format!("{name}: {} bytes in {:?}, {} in {:?}", once.len(), times.0, twice.len(), times.1));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn what_can_be_shown_of_a_crafted_mail_is_shown() {
    // The shape, its text where it has one that a reader would see, and a defect that says what was left out.
    let deep = parse::read(&multiparts(10_000));
    assert_eq!(deep.subject.text, "deep");
    assert!(has(&deep, Defect::Truncated), "{:?}", deep.defects);
    let some = parse::read(&multiparts(400));
    assert_eq!((some.body.text.trim(), has(&some, Defect::Truncated)), ("the innermost text", false));
    assert!(has(&parse::read(&messages(10_000)), Defect::Truncated));
    let references: String = (0..1_000_000).map(|n| format!("<{n}@e.example>\n ")).collect();
    let cited = parse::read(format!("From: a@example.org\nReferences: {references}\n\nx\n").as_bytes());
    assert_eq!((cited.references.len(), cited.references.last().map(String::as_str)), (100, Some("999999@e.example")));
    let wide = parse::read(&header("X-Long", "abc ", 1_000_000));
    assert_eq!(
        (wide.author().map(|who| who.address.as_str()), wide.body.text.as_str()),
        (Some("a@example.org"), "x\n")
    );
    let many: String = (0..100_000).map(|n| format!("a{n}@example.org, ")).collect();
    let many = parse::read(format!("From: a@example.org\nTo: {many}\n\nx\n").as_bytes());
    assert_eq!((many.to.len(), has(&many, Defect::Truncated)), (1000, true));
    let line = parse::read(&text("a", 10_000_000));
    assert_eq!(line.body.text.trim().len(), 10_000_000);
}

fn has(facts: &Facts, defect: Defect) -> bool {
    facts.defects.contains(&defect)
}
