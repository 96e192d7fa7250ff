//! The bytes of a mail, on their way into a connection.

use memchr::memmem;

/// Why a mail cannot be sent as it is, or nothing. RFC 5321 2.3.8: line ends are CRLF, and its halves stand nowhere alone;
/// some servers take one alone for a line end, and a dot behind it for the end of the mail.
pub(super) fn is_sound(mail: &[u8]) -> bool {
    let mut before = 0;
    memchr::memchr2_iter(b'\r', b'\n', mail).all(|at| {
        let whole = match mail.get(at) {
            Some(b'\r') => mail.get(at + 1) == Some(&b'\n'),
            _ => at > 0 && before + 1 == at && mail.get(before) == Some(&b'\r'),
        };
        before = at;
        whole
    })
}

/// The mail with its end: a dot that begins a line is doubled (RFC 5321 4.5.2), a line end is added where there is none,
/// and a dot stands alone behind it.
pub(super) fn with_end(mail: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(mail.len() + mail.len() / 64 + 5);
    let mut rest = mail;
    if rest.starts_with(b".") {
        out.push(b'.');
    }
    while let Some(at) = memmem::find(rest, b"\r\n.") {
        let (line, behind) = rest.split_at(at + 3);
        out.extend_from_slice(line);
        out.push(b'.');
        rest = behind;
    }
    out.extend_from_slice(rest);
    if !mail.is_empty() && !mail.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_that_begins_a_line_is_doubled_and_the_end_is_never_a_line_too_many() {
        for (mail, sent) in [
            ("", ".\r\n"),
            (".", "..\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a\r\n.\r\n.b\r\n..\r\n", "a\r\n..\r\n..b\r\n...\r\n.\r\n"),
            ("a.\r\n\r\n.", "a.\r\n\r\n..\r\n.\r\n"),
        ] {
            assert_eq!(String::from_utf8(with_end(mail.as_bytes())).unwrap(), sent, "{mail:?}");
        }
    }

    #[test]
    fn half_a_line_end_is_found_anywhere() {
        for sound in ["", "a", "a\r\nb\r\n", "\r\n\r\n"] {
            assert!(is_sound(sound.as_bytes()), "{sound:?}");
        }
        for unsound in ["\n", "\r", "a\nb", "a\rb", "a\r\n\n", "a\r\n.\n", "a\r\r\n", "\n\r\n", "a\r\n\r", "a\n\r"] {
            assert!(!is_sound(unsound.as_bytes()), "{unsound:?}");
        }
    }
}
