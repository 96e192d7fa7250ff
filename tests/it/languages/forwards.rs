//! Forwards: every client's format in every language, with and without a comment above.

use ticketd::domain::ForwardMark;

use super::{ADDRESS, Case, Language, TO, hold, html, languages, mail, quoted};

/// A client's format: the body, the mark, and what it does not say.
struct Format {
    client: &'static str,
    body: String,
    html: bool,
    mark: ForwardMark,
    cc: bool,
    /// The subject may be missing (Yandex).
    fields: bool,
}

fn format(client: &'static str, body: String, mark: ForwardMark) -> Format {
    Format { client, body, html: false, mark, cc: false, fields: true }
}

const CC: &str = "Bea Copy <bea@example.com>";

/// All formats; the comment goes in front.
fn formats(l: &Language) -> Vec<Format> {
    let [from, sent, to, cc, subject] = l.labels;
    let (apple, [apple_from, apple_date, apple_to, apple_subject]) = l.apple;
    let (name, date, title, text) = (l.author, l.date, l.subject, l.original);
    let author = format!("{name} <{ADDRESS}>");
    let block = format!("{from}: {author}\n{sent}: {date}\n{to}: {TO}\n{cc}: {CC}\n{subject}: {title}\n");
    let mut all = vec![
        // Gmail translates the author's label at most.
        format(
            "gmail",
            format!(
                "---------- Forwarded message ---------\n{from}: *{name}* <{ADDRESS}>\nDate: {date}\nSubject: {title}\nTo: {TO}\n\n\n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "apple",
            format!(
                "{apple}\n\n{}",
                quoted(&format!(
                    "{apple_from}: {author}\n{apple_subject}: {title}\n{apple_date}: {date}\n{apple_to}: {TO}\n\n{text}"
                ))
            ),
            ForwardMark::Line,
        ),
        format(
            "apple quoted",
            quoted(&format!(
                "{apple}\n\n{apple_from}: {author}\n{apple_subject}: {title}\n{apple_date}: {date}\n{apple_to}: {TO}\n\n{text}"
            )),
            ForwardMark::Line,
        ),
        format("outlook web", format!("________________________________\n{block}\n{text}\n"), ForwardMark::HeaderBlock),
        format("outlook desktop", format!("\n{block}\n{text}\n"), ForwardMark::HeaderBlock),
        format(
            "outlook bold",
            format!(
                "\n*{from}:* {name} [mailto:{ADDRESS}]\n*{sent}:* {date}\n*{to}:* {TO}\n*{cc}:* {CC}\n*{subject}:* {title}\n*Importance:* High\n\n{text}\n"
            ),
            ForwardMark::HeaderBlock,
        ),
        format(
            "yahoo",
            format!(
                "  ----- Forwarded Message -----\n{from}: {author}\n{to}: {TO}\n{sent}: {date}\n{subject}: {title}\n\n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "yahoo on one line",
            format!(
                "   ----- Forwarded Message ----- {from}: {author}{to}: {TO}{sent}: {date}{subject}: {title}\n \n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "proton",
            format!(
                "------- Forwarded Message -------\n{from}: {author}\n{apple_date}: {date}\n{subject}: {title}\n{to}: {TO}\n\n{}",
                quoted(text)
            ),
            ForwardMark::Line,
        ),
        format(
            "zoho",
            format!(
                "============ Forwarded message ============\n{from} : {author}\n{to} : {TO}\n{apple_date} : {date}\n{subject} : {title}\n\
                 ============ Forwarded message ============\n\n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "em client",
            format!(
                "------ Forwarded Message ------\n{from} \"{name}\" <{ADDRESS}>\n{to} {TO}\n{apple_date} {date}\n{subject} {title}\n\n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "orange",
            quoted(&format!(
                "Message du {date}\n{from} : \"{name}\" <{ADDRESS}>\n{to} : {TO}\n{subject} : {title}\n\n{text}"
            )),
            ForwardMark::HeaderBlock,
        ),
        format(
            "mutt",
            format!(
                "----- Forwarded message from {author} -----\n\nDate: {date}\nFrom: {author}\nTo: {TO}\nSubject: {title}\n\n{text}\n\n\
                 ----- End forwarded message -----\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "notes",
            format!(
                "----- Forwarded by Cleo Customer/Example on 05.03.2025 09:00 -----\n\n{from}:        {author}\n{to}:        {TO}\n\
                 {apple_date}:        {date}\n{subject}:        {title}\n\n{text}\n"
            ),
            ForwardMark::Line,
        ),
        format(
            "the bat",
            format!(
                "This is a forwarded message\n{from}: {author}\n{to}: {TO}\n{apple_date}: {date}\n{subject}: {title}\n\n\
                 ===8<==============Original message text===============\n{text}\n===8<===========End of original message text===========\n"
            ),
            ForwardMark::Line,
        ),
        Format {
            fields: false,
            ..format(
                "yandex",
                format!(
                    "-------- Пересылаемое сообщение --------\n04.03.2025, 10:00, \"{name}\" <{ADDRESS}>:\n\n{text}\n\n\
                     -------- Конец пересылаемого сообщения --------\n"
                ),
                ForwardMark::Line,
            )
        },
    ];
    for line in l.forward_lines {
        all.push(format(
            "thunderbird",
            format!("-------- {line} --------\n{subject}: \t{title}\n{apple_date}: \t{date}\n{from}: \t{author}\n{to}: \t{TO}\n\n\n{text}\n"),
            ForwardMark::Line,
        ));
    }
    for line in l.original_lines {
        all.push(format("outlook express", format!("-----{line}-----\n{block}\n{text}\n"), ForwardMark::HeaderBlock));
        all.push(format(
            "samsung",
            format!("-------- {line} --------\n{from}: {author} \n{apple_date}: {date} \n{to}: {TO} \n{subject}: {title} \n\n{text}\n"),
            ForwardMark::HeaderBlock,
        ));
    }
    for format in &mut all {
        format.cc = format.client.starts_with("outlook");
    }
    all.extend(pages(l, &block));
    all
}

fn pages(l: &Language, block: &str) -> Vec<Format> {
    let fields: String = block.lines().map(|line| html(line).replace("<div>", "").replace("</div>", "<br>")).collect();
    let text = html(l.original);
    let (apple, _) = l.apple;
    let page = |client, body, mark| Format { client, body, html: true, mark, cc: true, fields: true };
    vec![
        page(
            "gmail html",
            format!(
                "<div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">---------- Forwarded message ---------<br>{fields}</div>\
                 <br><br>{text}</div>"
            ),
            ForwardMark::Line,
        ),
        page(
            "apple html",
            format!(
                "<div><br><blockquote type=\"cite\"><div>{apple}</div><br><div>{fields}</div><br>{text}</blockquote></div>"
            ),
            ForwardMark::Line,
        ),
        page(
            "thunderbird html",
            format!(
                "<div class=\"moz-forward-container\"><br>-------- {} --------<table class=\"moz-email-headers-table\">{}</table><br>{text}</div>",
                l.forward_lines.first().copied().unwrap_or_default(),
                fields
                    .split("<br>")
                    .filter_map(|line| line.trim().split_once(": "))
                    .map(|(label, value)| format!(
                        "<tr><th nowrap valign=\"BASELINE\">{label}: </th><td>{value}</td></tr>"
                    ))
                    .collect::<String>()
            ),
            ForwardMark::Line,
        ),
        page(
            "outlook desktop html",
            format!(
                "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>{fields}</p></div>{text}"
            ),
            ForwardMark::HeaderBlock,
        ),
        page(
            "outlook web html",
            format!("<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">{fields}</div><div>{text}</div>"),
            ForwardMark::HeaderBlock,
        ),
        page(
            "gmx html",
            format!("<div name=\"quote\" style=\"border-left:2px solid #C3D9E5\"><div>{fields}</div>{text}</div>"),
            ForwardMark::HeaderBlock,
        ),
    ]
}

fn check(l: &Language, format: &Format, comment: &str, wrong: &mut Vec<String>) {
    let subject = format!("{}: {}", l.prefixes.1, l.subject);
    let raw = if format.html {
        mail(&subject, "text/html", "", &format!("<html><body>{}{}</body></html>", html(comment), format.body))
    } else {
        let gap = if comment.is_empty() { "" } else { "\n\n" };
        mail(&subject, "text/plain", "", &format!("{comment}{gap}{}", format.body))
    };
    let case = Case { name: format!("{} {}", l.code, format.client), raw, reply: comment };
    let facts = case.read(wrong);
    let Some(forwarded) = facts.forwarded else {
        wrong.push(format!("{}: no forward\n{}", case.name, case.raw));
        return;
    };
    let address = forwarded.from.first().map_or(String::new(), |person| person.address.to_string());
    case.expect("mark", format.mark.as_str(), forwarded.mark.as_str(), wrong);
    case.expect("from", ADDRESS, &address, wrong);
    case.expect("name", l.author, &forwarded.from_name, wrong);
    case.expect("comment", comment, &forwarded.comment, wrong);
    case.expect("body", l.original, &forwarded.body, wrong);
    case.expect("subject", l.subject, &forwarded.subject, wrong);
    if format.fields {
        case.expect("to", TO, &forwarded.to, wrong);
        case.expect("date", l.date, &forwarded.date, wrong);
        case.expect("cc", if format.cc { CC } else { "" }, &forwarded.cc, wrong);
    } else {
        case.expect("date", "04.03.2025, 10:00", &forwarded.date, wrong);
    }
}

#[test]
fn forwards_give_the_original_and_the_comment() {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for language in languages() {
        for format in formats(language) {
            for comment in ["", language.reply] {
                check(language, &format, comment, &mut wrong);
                cases += 1;
            }
        }
    }
    hold(&wrong, cases);
}

/// What Outlook for the Mac wrote above forwards until 2019, with nothing but the subject's prefix to tell them from replies:
/// language, line, and the date in it.
const OUTLOOK_MAC: &[(&str, &str, &str)] = &[
    ("cs", "Dne 04.03.25 10:00, \"{n}\" <{a}> napsal(a):", "04.03.25 10:00"),
    ("da", "Den 04.03.2025 10.00 skrev \"{n}\" <{a}>:", "04.03.2025 10.00"),
    ("de", "Am 04.03.25, 10:00 schrieb \"{n}\" <{a}>:", "04.03.25, 10:00"),
    ("en", "On 04/03/2025, 10:00, \"{n}\" <{a}> wrote:", "04/03/2025, 10:00"),
    ("es", "El 4/3/25 10:00, \"{n}\" <{a}> escribió:", "4/3/25 10:00"),
    ("fi", "{n} <{a}> kirjoitti 4.3.2025 klo 10.00:", "4.3.2025 klo 10.00"),
    ("fr", "Le 04/03/2025 10:00, « {n} » <{a}> a écrit :", "04/03/2025 10:00"),
    ("hu", "{n} <{a}> 2025. 03. 04. 10:00 időpontban ezt írta:", "2025. 03. 04. 10:00"),
    ("it", "Il giorno 04/03/25, 10:00 \"{n}\" <{a}> ha scritto:", "04/03/25, 10:00"),
    ("nl", "Op 04-03-2025 10:00 heeft {n} <{a}> geschreven:", "04-03-2025 10:00"),
    ("no", "{n} <{a}> skrev følgende den 04.03.2025 10:00:", "04.03.2025 10:00"),
    ("pl", "Dnia 04.03.2025, 10:00 „{n}” <{a}> napisał:", "04.03.2025, 10:00"),
    ("pt", "Em 04/03/2025 10:00, \"{n}\" <{a}> escreveu:", "04/03/2025 10:00"),
    ("ru", "04.03.2025, 10:00 пользователь \"{n}\" <{a}> написал:", "04.03.2025, 10:00"),
    ("sk", "Dňa 4. 3. 2025 10:00 používateľ {n} (<{a}>) napísal:", "4. 3. 2025 10:00"),
    ("sv", "Den 2025-03-04 10:00 skrev \"{n}\" <{a}> följande:", "2025-03-04 10:00"),
    ("tr", "\"{n}\" <{a}>, 4.03.2025 10:00 tarihinde şunu yazdı:", "4.03.2025 10:00"),
];

#[test]
fn an_attribution_below_a_forward_prefix_is_a_forward() {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for (code, line, date) in OUTLOOK_MAC {
        let language = languages().find(|language| language.code == *code).expect(code);
        for comment in ["", language.reply] {
            let gap = if comment.is_empty() { "" } else { "\n\n" };
            let body = format!("{comment}{gap}\u{feff}{}\n\n    {}\n", language.attribution(line), language.original);
            let raw = mail(&format!("FW: {}", language.subject), "text/plain", "", &body);
            let case = Case { name: format!("{code} {line}"), raw, reply: comment };
            let forwarded = case.read(&mut wrong).forwarded.unwrap_or_default();
            let address = forwarded.from.first().map_or(String::new(), |person| person.address.to_string());
            case.expect("from", ADDRESS, &address, &mut wrong);
            case.expect("name", language.author, &forwarded.from_name, &mut wrong);
            case.expect("date", date, &forwarded.date, &mut wrong);
            case.expect("comment", comment, &forwarded.comment, &mut wrong);
            case.expect("subject", language.subject, &forwarded.subject, &mut wrong);
            case.expect("body", language.original, &forwarded.body, &mut wrong);
            cases += 1;
        }
    }
    hold(&wrong, cases);
}

#[test]
fn the_prefixes_of_every_language_are_taken_off() {
    use ticketd::domain::SubjectPrefix;
    let mut wrong = Vec::new();
    for language in languages() {
        let (reply, forward) = language.prefixes;
        for (prefix, meaning) in [(reply, SubjectPrefix::Reply), (forward, SubjectPrefix::Forward)] {
            for written in [
                format!("{prefix}: "),
                format!("{prefix} : "),
                format!("{prefix}："),
                format!("{}[2]: ", prefix.to_uppercase()),
            ] {
                let facts = ticketd::parse::read(
                    mail(&format!("{written}{}", language.subject), "text/plain", "", "").as_bytes(),
                );
                // VS and R mean one or the other.
                let known = facts.subject.prefixes.first().is_some_and(|found| {
                    *found == meaning || (*found == SubjectPrefix::Ambiguous && matches!(prefix, "VS" | "R"))
                });
                if !known || facts.subject.base != language.subject {
                    wrong.push(format!("{} {written:?}: {:?}", language.code, facts.subject));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
