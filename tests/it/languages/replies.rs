//! Replies: every attribution of every language in the ways in which people answer.

use ticketd::domain::{Facts, ForwardMark};

use super::{ADDRESS, Case, Language, TO, hold, html, languages, mail, quoted};

const CITES: &str = "In-Reply-To: <m0@example.net>\nReferences: <m0@example.net>\n";

fn plain(language: &Language, body: &str) -> String {
    mail(&format!("{}: {}", language.prefixes.0, language.subject), "text/plain", CITES, body)
}

fn page(language: &Language, body: &str) -> String {
    let body = format!("<html><head></head><body>{body}</body></html>");
    mail(&format!("{}: {}", language.prefixes.0, language.subject), "text/html", CITES, &body)
}

/// Reads the case, and sees that all of the original is quoted and nothing is taken for a forward.
fn read(case: &Case<'_>, language: &Language, wrong: &mut Vec<String>) -> Facts {
    let facts = case.read(wrong);
    let quote = facts.body.quoted();
    for line in language.original.lines() {
        if !quote.contains(line) {
            wrong.push(format!("{}: not quoted: {line}\n{}", case.name, case.raw));
        }
    }
    if facts.forwarded.as_ref().is_some_and(|forwarded| forwarded.mark != ForwardMark::HeaderBlock) {
        wrong.push(format!("{}: taken for a forward\n{}", case.name, case.raw));
    }
    facts
}

fn each(build: impl Fn(&Language, &str) -> Option<String>, reply: impl Fn(&Language) -> String) {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for language in languages() {
        for format in language.attributions {
            let attribution = language.attribution(format);
            let Some(raw) = build(language, &attribution) else { continue };
            let reply = reply(language);
            read(&Case { name: format!("{} {format}", language.code), raw, reply: &reply }, language, &mut wrong);
            cases += 1;
        }
    }
    hold(&wrong, cases);
}

fn whole(language: &Language) -> String {
    language.reply.to_owned()
}

/// The attribution over two to four lines, as clients wrap plain text.
fn wrapped(attribution: &str, width: usize) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for word in attribution.split(' ') {
        let more = word.chars().count() + 1;
        if length > 0 && length + more > width {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
        }
        out.push_str(word);
        length += more;
    }
    out
}

#[test]
fn an_answer_above_the_quote_is_the_reply() {
    each(|l, attribution| Some(plain(l, &format!("{}\n\n{attribution}\n\n{}", l.reply, quoted(l.original)))), whole);
}

#[test]
fn an_answer_below_the_quote_is_the_reply() {
    each(|l, attribution| Some(plain(l, &format!("{attribution}\n{}\n{}\n", quoted(l.original), l.reply))), whole);
}

#[test]
fn answers_between_quoted_lines_are_the_reply() {
    each(
        |l, attribution| {
            let (first, second) = l.original.split_once("\n\n")?;
            let (one, two) = l.reply.split_once('\n')?;
            let body = format!("{attribution}\n> {first}\n\n{one}\n\n> {second}\n\n{two}\n");
            Some(plain(l, &body))
        },
        whole,
    );
}

#[test]
fn a_wrapped_attribution_is_no_part_of_the_reply() {
    for width in [72, 60, 40] {
        each(
            |l, attribution| {
                let wrapped = wrapped(attribution, width);
                Some(plain(l, &format!("{}\n\n{wrapped}\n\n{}", l.reply, quoted(l.original))))
            },
            whole,
        );
    }
}

#[test]
fn an_attribution_that_is_wrapped_at_the_brackets_of_its_address_is_no_part_of_the_reply() {
    for (address, wrapped) in [("<", "<\n"), (">", "\n>"), (" <", "\n<")] {
        each(
            |l, attribution| {
                let named = attribution.contains(&format!(" <{ADDRESS}>")) && !attribution.starts_with('>');
                let wrapped = attribution.replacen(address, wrapped, 1);
                named.then(|| plain(l, &format!("{}\n\n{wrapped}\n\n{}", l.reply, quoted(l.original))))
            },
            whole,
        );
    }
}

#[test]
fn an_attribution_with_name_and_address_needs_no_quote_marks() {
    each(
        |l, attribution| {
            let named = attribution.contains(&format!("<{ADDRESS}>")) && !attribution.starts_with('>');
            named.then(|| plain(l, &format!("{}\n\n{attribution}\n\n{}\n", l.reply, l.original)))
        },
        whole,
    );
}

#[test]
fn gmails_and_apples_html_quotes_are_no_part_of_the_reply() {
    each(
        |l, attribution| {
            let body = format!(
                "<div dir=\"ltr\">{}</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
                 <blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex\">{}</blockquote></div>",
                html(l.reply),
                html(attribution.trim_start_matches("> ")),
                html(l.original)
            );
            Some(page(l, &body))
        },
        whole,
    );
    each(
        |l, attribution| {
            let body = format!(
                "<div>{}</div><div><br><blockquote type=\"cite\"><div>{}</div><br><div>{}</div></blockquote></div>",
                html(l.reply),
                html(attribution.trim_start_matches("> ")),
                html(l.original)
            );
            Some(page(l, &body))
        },
        whole,
    );
}

#[test]
fn thunderbirds_and_yahoos_html_quotes_are_no_part_of_the_reply() {
    each(
        |l, attribution| {
            let body = format!(
                "{}<div class=\"moz-cite-prefix\">{}</div><blockquote type=\"cite\" cite=\"mid:m0@example.net\">{}</blockquote>",
                html(l.reply),
                html(attribution.trim_start_matches("> ")),
                html(l.original)
            );
            Some(page(l, &body))
        },
        whole,
    );
    each(
        |l, attribution| {
            let body = format!(
                "<div class=\"ydp1yahoo-style-wrap\">{}</div><div id=\"ydp2yahoo_quoted_1\" class=\"ydp2yahoo_quoted\"><div>{}</div>\
                 <div><br></div>{}</div>",
                html(l.reply),
                html(attribution.trim_start_matches("> ")),
                html(l.original)
            );
            Some(page(l, &body))
        },
        whole,
    );
}

#[test]
fn a_phones_line_is_a_signature() {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for language in languages() {
        for phone in language.phones {
            for format in language.attributions.iter().take(2) {
                let attribution = language.attribution(format);
                let body = format!("{}\n\n{phone}\n\n{attribution}\n\n{}", language.reply, quoted(language.original));
                let raw = plain(language, &body);
                let case = Case { name: format!("{} {phone}", language.code), raw, reply: language.reply };
                let facts = read(&case, language, &mut wrong);
                let signature = facts.body.signature.and_then(|(from, to)| facts.body.text.get(from..to));
                case.expect("signature", phone, signature.unwrap_or_default(), &mut wrong);
                cases += 1;
            }
        }
    }
    hold(&wrong, cases);
}

/// Outlook's block, a line a field.
fn block(language: &Language, bold: &str) -> String {
    let [from, sent, to, cc, subject] = language.labels;
    format!(
        "{bold}{from}:{bold} {} <{ADDRESS}>\n{bold}{sent}:{bold} {}\n{bold}{to}:{bold} {TO}\n{bold}{cc}:{bold} Bea <bea@example.com>\n\
         {bold}{subject}:{bold} {}\n",
        language.author, language.date, language.subject
    )
}

fn each_block(build: impl Fn(&Language) -> Vec<String>) {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for language in languages() {
        for raw in build(language) {
            let case = Case { name: format!("{} block", language.code), raw, reply: language.reply };
            read(&case, language, &mut wrong);
            cases += 1;
        }
    }
    hold(&wrong, cases);
}

#[test]
fn outlooks_blocks_begin_the_quote() {
    each_block(|l| {
        let block_of = |bold| block(l, bold);
        let mut mails = vec![
            plain(l, &format!("{}\n\n{}\n{}\n", l.reply, block_of(""), l.original)),
            plain(l, &format!("{}\n________________________________\n{}\n{}\n", l.reply, block_of(""), l.original)),
            plain(l, &format!("{}\n\n ------------------------------\n\n{}\n{}\n", l.reply, block_of("*"), l.original)),
        ];
        for line in l.original_lines {
            mails.push(plain(l, &format!("{}\n\n-----{line}-----\n{}\n{}\n", l.reply, block_of(""), l.original)));
            mails.push(plain(l, &format!("{}\n\n-------- {line} --------\n{}", l.reply, quoted(l.original))));
        }
        mails
    });
}

#[test]
fn outlooks_html_begins_the_quote() {
    each_block(|l| {
        let lines = block(l, "");
        let fields: String =
            lines.lines().map(|line| html(line).replace("<div>", "").replace("</div>", "<br>")).collect();
        let reply = html(l.reply).replace("<div>", "<p class=MsoNormal>").replace("</div>", "</p>");
        vec![
            // The desktop: a thin line above the head.
            page(
                l,
                &format!(
                    "<div class=WordSection1>{reply}<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>\
                     <p class=MsoNormal>{fields}</p></div></div>{}</div>",
                    html(l.original)
                ),
            ),
            // The new Outlook and the one for the Mac.
            page(
                l,
                &format!(
                    "{}<div style=\"border-width: 1pt medium medium; border-style: solid none none; border-top: 1pt solid rgb(181, 196, 223);\
                     padding: 3pt 0in 0in;\"><p>{fields}</p></div>{}",
                    html(l.reply),
                    html(l.original)
                ),
            ),
            // On the web.
            page(
                l,
                &format!(
                    "<div class=\"elementToProof\">{}</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\">\
                     <div id=\"divRplyFwdMsg\" dir=\"ltr\">{fields}</div>{}",
                    html(l.reply),
                    html(l.original)
                ),
            ),
            // On phones.
            page(
                l,
                &format!(
                    "{}<div id=\"mail-editor-reference-message-container\"><hr><div id=\"divRplyFwdMsg\">{fields}</div>{}</div>",
                    html(l.reply),
                    html(l.original)
                ),
            ),
            // GMX and web.de.
            page(
                l,
                &format!(
                    "{}<div name=\"quote\" style=\"margin:10px;border-left:2px solid #C3D9E5\"><div>{fields}</div>{}</div>",
                    html(l.reply),
                    html(l.original)
                ),
            ),
        ]
    });
}

#[test]
fn each_clients_own_mark_begins_the_quote() {
    each_block(|l| {
        let digits = "04.03.2025 10:00";
        let (author, text) = (l.author, l.original);
        let initials = text.lines().map(|line| format!("AL> {line}\n")).collect::<String>();
        let [from, sent, to, _, subject] = l.labels;
        let fields =
            format!("{from}: {author} <{ADDRESS}>\n{to}: {TO}\n{sent}: {}\n{subject}: {}\n\n{text}", l.date, l.subject);
        vec![
            // GroupWise
            plain(l, &format!("{}\n\n>>> {author} <{ADDRESS}> {digits} >>>\n{text}\n", l.reply)),
            // Orange, above a quoted block
            plain(l, &format!("{}\n\n> Message du {digits}\n{}", l.reply, quoted(&fields))),
            // Centrum.cz
            plain(l, &format!("{}\n\n{}\n{}", l.reply, "_".repeat(62), quoted(&fields))),
            // Supercite
            plain(l, &format!("{}\n\n{author} wrote:\n{initials}", l.reply)),
            // Android
            plain(l, &format!("{}\n\n---- {author} wrote ----\n\n{text}\n", l.reply)),
            // QQ, Virgilio
            plain(l, &format!("{}\n\n------------------ Original ------------------\n{fields}\n", l.reply)),
            plain(l, &format!("{}\n\n---------- Initial Header -----------\n\n{fields}\n", l.reply)),
            // Zendesk
            plain(l, &format!("{}\n\n##- Please type your reply above this line -##\n\n{text}\n", l.reply)),
        ]
    });
}
