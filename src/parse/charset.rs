//! Bytes to text, whatever their label says.
//!
//! A label that is known decides. One that is unknown or plainly wrong rejects nothing: the text is UTF-8 where it can be
//! (nothing else looks like it by accident), else Windows-1252, in which every byte is some character.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;

use super::{tables, utf7};

/// A label longer than this names nothing.
const LONGEST_LABEL: usize = 45;

/// How far into a mail its charset is looked for.
const HEAD: usize = 64 * 1024;
const NAME: &[u8] = b"charset=";

/// A text, and whether the label decided or we had to guess or to put replacement characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded<'b> {
    pub text: Cow<'b, str>,
    pub sound: bool,
}

/// Decodes bytes that carry a label; an empty label is none.
pub(super) fn decode<'b>(label: &str, bytes: &'b [u8]) -> Decoded<'b> {
    if label.eq_ignore_ascii_case("utf-8") {
        return guess(bytes, None);
    }
    let label = canonical(label);
    match label.as_str() {
        "" | "us-ascii" | "utf-8" => guess(bytes, None),
        "iso-2022-kr" | "csiso2022kr" => shifted(bytes, b"\x0e", b"\x0f", "euc-kr"),
        "iso-2022-cn" | "iso-2022-cn-ext" => shifted(bytes, b"\x0e", b"\x0f", "gbk"),
        "hz-gb-2312" => shifted(bytes, b"~{", b"~}", "gbk"),
        "utf-7" => sound(utf7::decode(bytes)),
        // A text of single bytes under the label of double ones: in those every space and line end has a NUL.
        wide if wide.starts_with("utf-16")
            && memchr::memchr(0, bytes).is_none()
            && std::str::from_utf8(bytes).is_ok() =>
        {
            Decoded { sound: false, ..guess(bytes, None) }
        }
        known => match charset_decoder(known.as_bytes()) {
            Some(decoder) => sound(decoder(bytes)),
            None => Decoded { sound: bytes.is_ascii(), ..guess(bytes, None) },
        },
    }
}

/// Decodes bytes without a label of their own. `hint`: what the mail says of its text, for header fields that were
/// written in it unencoded.
pub(super) fn guess<'b>(bytes: &'b [u8], hint: Option<&str>) -> Decoded<'b> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        // ISO-2022-JP is ASCII with escapes (RFC 1468); old Japanese programs leave out the label.
        let escaped = memchr::memchr(0x1b, bytes).and_then(|at| bytes.get(at + 1..at + 3));
        if matches!(escaped, Some(b"$B" | b"$@")) && hint.is_none_or(|hint| hint.starts_with("iso-2022")) {
            return decode("iso-2022-jp", bytes);
        }
        return Decoded { text: Cow::Borrowed(text), sound: true };
    }
    // Header fields are ASCII but for the words that broke the rule: no charset of double bytes can be meant.
    let double = |hint: &str| ["utf-16", "ucs-", "unicode", "iso-10646"].iter().any(|start| hint.starts_with(start));
    let fits = |hint: &String| !matches!(hint.as_str(), "" | "us-ascii" | "utf-8") && !double(hint);
    let hinted = hint.map(canonical).filter(fits);
    if let Some(decoded) = hinted.map(|hint| decode(&hint, bytes)).filter(|decoded| decoded.sound) {
        return Decoded { sound: false, ..decoded };
    }
    let text = match charset_decoder(b"windows-1252") {
        Some(decoder) if mostly_text(bytes) && !mostly_utf8(bytes) => Cow::Owned(decoder(bytes)),
        _ => String::from_utf8_lossy(bytes),
    };
    Decoded { text, sound: false }
}

/// The charset that a mail names first, near its beginning.
pub(super) fn hint(raw: &[u8]) -> Option<String> {
    let head = raw.get(..HEAD).unwrap_or(raw);
    let named = |at: usize| head.get(at..at + NAME.len()).is_some_and(|found| found.eq_ignore_ascii_case(NAME));
    let at = memchr::memchr2_iter(b'c', b'C', head).find(|at| named(*at))?;
    let value = head.get(at + NAME.len()..)?;
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let end = value.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b';'))?;
    Some(canonical(&String::from_utf8_lossy(value.get(..end)?))).filter(|label| !label.is_empty())
}

/// A whole file in UTF-16, as some programs save mail: with a byte order mark or without. Gives it in UTF-8.
pub(super) fn from_utf16(raw: &[u8]) -> Option<Vec<u8>> {
    let big = match raw {
        [0xfe, 0xff, ..] => true,
        [0xff, 0xfe, ..] => false,
        // The name of a header field is ASCII: every second byte of it is NUL.
        [0, a, 0, b, 0, c, ..] if [a, b, c].into_iter().all(u8::is_ascii_graphic) => true,
        [a, 0, b, 0, c, 0, ..] if [a, b, c].into_iter().all(u8::is_ascii_graphic) => false,
        _ => return None,
    };
    let decoder = charset_decoder(if big { b"utf-16be" } else { b"utf-16le" })?;
    Some(decoder(raw).trim_start_matches('\u{feff}').to_owned().into_bytes())
}

/// Whether a label means UTF-7.
pub(super) fn is_utf7(label: &str) -> bool {
    label.contains('7') && canonical(label) == "utf-7"
}

/// The label in lower case, its many spellings brought to one.
fn canonical(label: &str) -> String {
    let label = label.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '<' | '>'));
    let small = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    let mut lower: String = label.chars().take(LONGEST_LABEL).map(small).collect();
    if let Some(known) = tables::CHARSET_ALIASES.iter().find(|(alias, _)| *alias == lower) {
        return known.1.to_owned();
    }
    // win-1251, windows1251, cp-850, ibm-850
    for (start, proper) in [("windows", "windows-"), ("win", "windows-"), ("cp", "cp"), ("ibm", "ibm")] {
        let number = lower.strip_prefix(start).map(|rest| rest.trim_start_matches('-'));
        if let Some(number) = number.filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())) {
            lower = format!("{proper}{number}");
            break;
        }
    }
    lower
}

fn sound(text: String) -> Decoded<'static> {
    Decoded { sound: !has_replacements(&text), text: Cow::Owned(text) }
}

/// Whether replacement characters stand in a text. Looking for one byte first needs nothing to be set up.
pub(super) fn has_replacements(text: &str) -> bool {
    let bytes = text.as_bytes();
    let first = memchr::memchr(0xef, bytes).and_then(|at| bytes.get(at..));
    first.is_some_and(|rest| memchr::memmem::find(rest, "\u{FFFD}".as_bytes()).is_some())
}

/// A seven-bit form that switches to a two-byte set and back: ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922), HZ (RFC
/// 1843). With the high bit set, what stands between the switches is the eight-bit form of the same set.
fn shifted(bytes: &[u8], to: &[u8], back: &[u8], eight_bit: &str) -> Decoded<'static> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut double = false;
    while let Some((&first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(if double { back } else { to }) {
            double = !double;
            rest = after;
        } else if let Some(after) = rest.strip_prefix(b"\x1b$)").and_then(|rest| rest.get(1..)) {
            // The designator of the set at the head of the text.
            rest = after;
        } else {
            // A line always begins in ASCII.
            double &= first != b'\n';
            plain.push(if double { first | 0x80 } else { first });
            rest = after;
        }
    }
    match charset_decoder(eight_bit.as_bytes()) {
        Some(decoder) => sound(decoder(&plain)),
        None => Decoded { text: Cow::Owned(String::from_utf8_lossy(&plain).into_owned()), sound: false },
    }
}

/// Whether bytes are UTF-8 that was cut or damaged in a few places: more of it is sound than broken.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken
}

/// Whether bytes may be a text in some one-byte charset: control bytes are rare in it.
fn mostly_text(bytes: &[u8]) -> bool {
    let control = bytes.iter().filter(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    control <= bytes.len() / 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_label_decides_in_all_its_spellings() {
        for (label, bytes, text) in [
            ("iso-8859-2", &b"\xb3\xf3d\xbc"[..], "łódź"),
            ("ISO_8859-1", b"caf\xe9", "café"),
            ("\"windows-1251\"", b"\xcc\xe8\xf0", "Мир"),
            ("win-1251", b"\xcc\xe8\xf0", "Мир"),
            ("cp-1251", b"\xcc\xe8\xf0", "Мир"),
            ("cp-850", b"caf\x82", "café"),
            ("IBM850", b"caf\x82", "café"),
            ("koi8-r", b"\xed\xc9\xd2", "Мир"),
            ("KOI8-U", b"\xf3\xd7\xa6\xd4", "Світ"),
            ("utf-7", b"+AOk-t+AOk-", "été"),
            ("unicode-1-1-utf-7", b"+AOk-t+AOk-", "été"),
            ("gb18030", b"\xc4\xe3\xba\xc3", "你好"),
            ("x-gbk", b"\xc4\xe3\xba\xc3", "你好"),
            ("hz-gb-2312", b"~{Dc:C~}!", "你好!"),
            ("ks_c_5601-1987", b"\xbe\xc8\xb3\xe7", "안녕"),
            ("iso-2022-kr", b"\x1b$)C\x0e>H3g\x0f!", "안녕!"),
            ("iso-2022-jp", b"\x1b$B%F%9%H\x1b(B", "テスト"),
            ("_iso-2022-jp$ESC", b"\x1b$B%F%9%H\x1b(B", "テスト"),
            ("x-sjis", b"\x83e\x83X\x83g", "テスト"),
            ("cp932", b"\x83e\x83X\x83g", "テスト"),
            ("utf-16le", b"a\0b\0", "ab"),
            ("utf8", "é".as_bytes(), "é"),
        ] {
            assert_eq!(decode(label, bytes), Decoded { text: text.into(), sound: true }, "{label}");
        }
    }

    #[test]
    fn an_unknown_or_wrong_label_rejects_nothing() {
        for label in ["x-unknown", "foo", "unknown-8bit", "us-ascii", "", "utf-8", &"x".repeat(1000)] {
            assert_eq!(decode(label, "Zoë".as_bytes()).text, "Zoë", "{label}");
            assert_eq!(decode(label, b"Zo\xeb"), Decoded { text: "Zoë".into(), sound: false }, "{label}");
            assert_eq!(decode(label, b"Zoe").text, "Zoe", "{label}");
        }
        assert!(decode("us-ascii", "Zoë".as_bytes()).sound, "UTF-8 is what everyone writes as ASCII");
        assert!(!decode("x-unknown", "Zoë".as_bytes()).sound);
        assert_eq!(decode("utf-16", "Zoë".as_bytes()), Decoded { text: "Zoë".into(), sound: false });
        assert_eq!(guess(b"Zo\xeb", Some("utf-16")).text, "Zoë");
        assert!(!decode("gb18030", b"\xff\xff").sound);
        assert_eq!(decode("utf-8", b"\xd0\x9c\xd0\xb8\xd1\x80\xd0").text, "Мир\u{FFFD}", "cut off in a character");
    }

    #[test]
    fn unlabelled_japanese_is_known_by_its_escapes() {
        assert_eq!(guess(b"\x1b$B%F%9%H\x1b(B", None).text, "テスト");
        assert_eq!(hint(b"Subject: x\nContent-Type: text/plain; Charset=\"KOI8-R\"\n\n").as_deref(), Some("koi8-r"));
        assert_eq!(guess(b"\xed\xc9\xd2", Some("koi8-r")), Decoded { text: "Мир".into(), sound: false });
    }

    #[test]
    fn a_file_in_utf_16_is_read_with_a_mark_and_without() {
        let text = "From: zoë@example.org\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for raw in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little, big] {
            assert_eq!(from_utf16(&raw).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(from_utf16(text.as_bytes()), None);
        assert_eq!(from_utf16(b"\0\0\0\0\0\0"), None);
    }
}
