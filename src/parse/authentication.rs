//! Authentication-Results (RFC 8601 2.2): who checked, and what came out. Whether to believe it is not judged here.

use crate::domain::AuthenticationResults;

/// More results than this in one field are left out.
const MOST_RESULTS: usize = 50;
/// Exchange Online leaves out its authserv-id; this stands for it.
const EXCHANGE_ONLINE: &str = "protection.outlook.com";

/// Reads one field's value. `None` when there is nothing in it. `received_by`: the servers of the Received fields
/// between the field before and this one.
pub(super) fn read(value: &str, received_by: Vec<String>) -> Option<AuthenticationResults> {
    let sections = sections(value);
    let mut sections = sections.iter().map(Vec::as_slice);
    let first = sections.next()?;
    let (authserv_id, own) = match first {
        // authserv-id [ CFWS version ]
        [Piece::Word(id), ..] if !matches!(first.get(1), Some(Piece::Equals)) => (id.to_lowercase(), None),
        [Piece::Word(_), Piece::Equals, ..] => (EXCHANGE_ONLINE.to_owned(), Some(first)),
        _ => return None,
    };
    let results = own.into_iter().chain(sections).filter_map(result).take(MOST_RESULTS).collect();
    Some(AuthenticationResults { authserv_id, results, received_by })
}

/// `method[/version]=result [reason=…] [ptype.property=value]…`; `none` alone is no result (RFC 8601 2.2 no-result).
fn result(section: &[Piece]) -> Option<(String, String, String)> {
    // CFWS may stand between method, `/` and version.
    let equals = section.iter().position(|piece| *piece == Piece::Equals)?;
    let (before, after) = section.split_at(equals);
    let [Piece::Equals, Piece::Word(outcome), properties @ ..] = after else { return None };
    let method: String =
        before.iter().map(|piece| if let Piece::Word(word) = piece { word.as_str() } else { "" }).collect();
    let method = method.split('/').next().unwrap_or_default().to_lowercase();
    if method.is_empty() || !is_name(outcome) {
        return None;
    }
    let wanted: &[&str] = match method.as_str() {
        // The domain that signed; where only the identity is given (RFC 6376 3.5), its domain.
        "dkim" => &["header.d", "header.i"],
        "spf" => &["smtp.mailfrom", "smtp.mail", "smtp.helo"],
        "dmarc" => &["header.from", "policy.from"],
        _ => &["header.from", "smtp.auth"],
    };
    let mut named = properties.windows(3).filter_map(|three| match three {
        [Piece::Word(name), Piece::Equals, Piece::Word(value)] => Some((name.as_str(), value.as_str())),
        _ => None,
    });
    let all: Vec<(&str, &str)> = named.by_ref().collect();
    let value = wanted.iter().find_map(|name| all.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)));
    let value = value.or_else(|| all.iter().find(|(name, _)| name.contains('.')));
    let value = value.map_or(String::new(), |(_, value)| value.to_lowercase());
    Some((method, outcome.to_lowercase(), value))
}

/// A piece of the grammar. White space and comments (CFWS) part words and are none.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A word, or a quoted string without its quotes.
    Word(String),
    Equals,
}

/// The pieces between the semicolons. Comments nest (RFC 5322 3.2.2); a `;` in a comment or in quotes ends nothing.
fn sections(value: &str) -> Vec<Vec<Piece>> {
    let mut reader = Sections { done: Vec::new(), section: Vec::new(), word: String::new() };
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for c in value.chars() {
        match c {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    reader.word.push(c);
                }
            }
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            // A quoted string may be folded (RFC 5322 3.2.4).
            c if quoted => reader.word.extend((!c.is_control()).then_some(c)),
            '(' => {
                reader.end_word();
                depth += 1;
            }
            ')' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            ';' => {
                reader.end_section();
                if reader.done.len() > MOST_RESULTS {
                    break;
                }
            }
            '=' if reader.is_named() => {
                reader.end_word();
                reader.section.push(Piece::Equals);
            }
            c if c.is_whitespace() => reader.end_word(),
            c => reader.word.push(c),
        }
    }
    reader.end_section();
    reader.done
}

struct Sections {
    done: Vec<Vec<Piece>>,
    section: Vec<Piece>,
    word: String,
}

impl Sections {
    fn end_word(&mut self) {
        if !self.word.is_empty() {
            self.section.push(Piece::Word(std::mem::take(&mut self.word)));
        }
    }

    fn end_section(&mut self) {
        self.end_word();
        self.done.push(std::mem::take(&mut self.section));
    }

    /// Whether a `=` that comes now stands behind a name, with or without space: in base64 it does not.
    fn is_named(&self) -> bool {
        match self.word.is_empty() {
            true => matches!(self.section.last(), Some(Piece::Word(_))),
            false => is_name(&self.word),
        }
    }
}

/// What may stand before a `=`: a method with its version, or a property. A value such as `a=b` or base64 has its own.
fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
}

/// The server that a Received field says it was received `by` (RFC 5321 4.4), lower-cased. `None` when it names none, or
/// when it says nothing of where the mail came `from`: then it was handed on inside one system.
pub(super) fn received_by(value: &str) -> Option<String> {
    let words: Vec<&str> = value.split_whitespace().take(100).collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(name))?;
        words.get(at + 1).map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
    };
    let from = words.first().is_some_and(|word| word.eq_ignore_ascii_case("from"));
    after("by").filter(|host| from && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{read, received_by};

    /// The authserv-id and `method=result value`, joined.
    fn shown(value: &str) -> String {
        let Some(read) = read(value, Vec::new()) else { return String::new() };
        let results = read.results.iter().map(|(m, r, v)| format!("; {m}={r} {v}").trim_end().to_owned());
        read.authserv_id + &results.collect::<String>()
    }

    #[test]
    fn the_grammar_is_read_whole() {
        for (value, expected) in [
            // RFC 8601, appendix B
            ("example.org 1; none", "example.org"),
            ("example.com; spf=pass smtp.mailfrom=example.net", "example.com; spf=pass example.net"),
            (
                "example.com; auth=pass (cram-md5) smtp.auth=sender@example.net; spf=pass smtp.mailfrom=example.net",
                "example.com; auth=pass sender@example.net; spf=pass example.net",
            ),
            ("example.com; dkim=pass (good signature) header.d=example.com", "example.com; dkim=pass example.com"),
            (
                "foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't expecting it) 1362471462",
                "foo.example.net; dkim=fail",
            ),
            // Folded, quoted, in capitals, with a version and a reason.
            (
                "mx.example.org 1; dkim=pass (2048-bit; key) header.d=Example.com header.s=s1;\t spf=softfail \
                 reason=\"a; b\" smtp.mailfrom=ann@example.com; dmarc/1 = FAIL header.from=example.com",
                "mx.example.org; dkim=pass example.com; spf=softfail ann@example.com; dmarc=fail example.com",
            ),
            ("mx; dkim=pass header.i=\"@example.com\"", "mx; dkim=pass @example.com"),
            ("mx; dkim=fail (bad \\) signature) header.d=a.example", "mx; dkim=fail a.example"),
            ("mx; dkim=pass header.b=\"a=b/c\" header.d=a.example", "mx; dkim=pass a.example"),
            ("mx; dkim=pass header.b=aB3/+x header.d=a.example", "mx; dkim=pass a.example"),
            ("\"mx.example\"; spf=none", "mx.example; spf=none"),
            // Gmail, Exchange Online, Postfix with several milters, Yahoo.
            (
                "mx.google.com; dkim=pass header.i=@example.org header.s=s header.b=Ab1; spf=pass (google.com: domain of \
                 a@example.org designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.org; dmarc=pass \
                 (p=REJECT sp=REJECT dis=NONE) header.from=example.org",
                "mx.google.com; dkim=pass @example.org; spf=pass a@example.org; dmarc=pass example.org",
            ),
            (
                "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=pass (signature was verified) \
                 header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100",
                "protection.outlook.com; spf=pass example.org; dkim=pass example.org; dmarc=pass example.org; compauth=pass",
            ),
            ("mail.example; dmarc=none (p=none dis=none) header.from=a.example", "mail.example; dmarc=none a.example"),
            ("atlas; dkim=unknown; spf=none smtp.mailfrom=a.example;", "atlas; dkim=unknown; spf=none a.example"),
            // Broken
            ("", ""),
            (";;;", ""),
            ("mx; =pass; dkim; dkim=; spf==pass", "mx"),
            ("mx (unclosed; dkim=pass", "mx"),
            ("mx; dkim=\"pass", "mx; dkim=pass"),
        ] {
            assert_eq!(shown(value), expected, "{value}");
        }
    }

    #[test]
    fn received_names_its_server_where_the_mail_came_from_another() {
        for (value, expected) in [
            (
                "from a.example (a.example [192.0.2.1]) by MX.example.org (Postfix) with ESMTPS id 1; Mon",
                Some("mx.example.org"),
            ),
            ("by 2002:a05:7412:3:b0:1 with SMTP id x; Mon", None),
            ("from a by [192.0.2.7]; Mon", Some("192.0.2.7")),
            ("from a; Mon", None),
            ("", None),
        ] {
            assert_eq!(received_by(value).as_deref(), expected, "{value}");
        }
    }
}
