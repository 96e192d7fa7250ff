//! The mail that is answered, quoted below the answer.

use super::header::one_line;
use crate::domain::{Language, Participant, Timestamp};

/// Bytes of an earlier mail that are quoted at most.
const MOST: usize = 100_000;

/// The earlier mail, attributed and marked with `> `: as mail programs write it, so that they (and [`crate::parse`]) can
/// take it off again. Times are UTC: the same for every reader.
pub fn quote(language: Language, author: Option<&Participant>, at: Timestamp, text: &str) -> String {
    let mut out = attribution(language, author, at);
    out.push('\n');
    let text = text.trim_matches(['\r', '\n']);
    let mut quoted = 0;
    for line in text.lines() {
        quoted += line.len() + 1;
        if quoted > MOST {
            out.push_str("> […]\n");
            break;
        }
        let line = line.trim_end();
        out.push('>');
        if !line.is_empty() && !line.starts_with('>') {
            out.push(' ');
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn attribution(language: Language, author: Option<&Participant>, at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let who = author.map(person).unwrap_or_default();
    let day = usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or_default();
    let month = usize::try_from(at.month() - 1).unwrap_or_default();
    let of = |names: &'static [&'static str], index: usize| names.get(index).copied().unwrap_or_default();
    let (date, year, time) = (at.day(), at.year(), at.strftime("%H:%M"));
    match language {
        Language::English => {
            format!("On {}, {date} {} {year} at {time} UTC, {who} wrote:", of(&DAYS, day), of(&MONTHS, month))
        }
        Language::Dutch => {
            format!("Op {} {date} {} {year} om {time} UTC schreef {who}:", of(&DAGEN, day), of(&MAANDEN, month))
        }
    }
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAGEN: [&str; 7] = ["ma", "di", "wo", "do", "vr", "za", "zo"];
const MAANDEN: [&str; 12] = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];

fn person(who: &Participant) -> String {
    match one_line(&who.name) {
        name if name.is_empty() => format!("<{}>", who.address),
        name => format!("{name} <{}>", who.address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::EmailAddress;

    fn ann(name: &str) -> Participant {
        Participant { name: name.to_owned(), address: EmailAddress::parse("ann@example.com").unwrap() }
    }

    const AT: Timestamp = Timestamp(1_741_000_000_000);

    #[test]
    fn each_line_is_marked_and_what_was_quoted_already_once_more() {
        assert_eq!(
            quote(Language::English, Some(&ann("Ann Lee")), AT, "\nHello,\r\n\n> Try again.\nNo.  \n\n"),
            "On Mon, 3 Mar 2025 at 11:06 UTC, Ann Lee <ann@example.com> wrote:\n> Hello,\n>\n>> Try again.\n> No.\n"
        );
        assert_eq!(
            quote(Language::Dutch, Some(&ann("")), AT, "Hallo"),
            "Op ma 3 mrt 2025 om 11:06 UTC schreef <ann@example.com>:\n> Hallo\n"
        );
    }

    #[test]
    fn a_name_cannot_add_a_line_and_a_long_mail_is_cut() {
        let quoted = quote(Language::English, Some(&ann("Ann\nYou are fired.\n")), AT, &"word\n".repeat(50_000));
        assert!(quoted.starts_with("On Mon, 3 Mar 2025 at 11:06 UTC, Ann You are fired. <ann@"), "{quoted}");
        assert!(quoted.ends_with("> word\n> […]\n") && quoted.len() < 2 * MOST);
    }
}
