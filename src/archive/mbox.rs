//! mbox files (RFC 4155): mails behind each other, each after a line that begins with `From `.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Whether the first bytes are those of an mbox.
pub(super) fn is_mbox(head: &[u8]) -> bool {
    head.starts_with(b"From ")
}

/// Whether a file that may be anything begins as an mbox does: a `From ` line, then a header field. (A letter may begin
/// with "From", too.)
pub(super) fn begins(head: &[u8]) -> bool {
    let second = head.split(|byte| *byte == b'\n').nth(1).unwrap_or_default();
    let name = second.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    is_mbox(head) && name > 0 && second.get(name) == Some(&b':')
}

/// Where the mails of an mbox begin and end, their `From ` lines left out.
pub(super) fn spans(path: &Path) -> std::io::Result<Vec<(u64, u64)>> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut spans, mut begins, mut at, mut blank) = (Vec::new(), None, 0u64, true);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)? as u64;
        let separator = blank && line.starts_with(b"From ");
        if length == 0 || separator {
            spans.extend(begins.map(|begins| (begins, at)));
            begins = Some(at + length);
        }
        if length == 0 {
            return Ok(spans);
        }
        blank = matches!(line.as_slice(), b"\n" | b"\r\n");
        at += length;
    }
}

/// Takes one `>` from lines that were quoted because they began with `From `.
pub(super) fn unquoted(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let quotes = line.iter().take_while(|byte| **byte == b'>').count();
        let quoted = quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(b"From "));
        out.extend_from_slice(line.get(usize::from(quoted)..).unwrap_or(line));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mbox_begins_with_a_from_line_and_a_header_field() {
        assert!(begins(b"From - Mon Mar 03 10:00:00 2025\r\nX-Mozilla-Status: 0001\r\n"));
        assert!(begins(b"From a@example.org Mon Mar  3 10:00:00 2025\nReturn-Path: <a@example.org>"));
        for other in [&b"From here on:\nit is a letter: yes\n"[..], b"From x\n", b"From: a@example.org\nTo: b\n", b""] {
            assert!(!begins(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn from_lines_part_mails_only_after_a_blank_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box");
        let text = "From a@example.org Mon\nSubject: 1\n\nFrom here on\nFrom there\n\nFrom b@example.org Tue\nSubject: 2\n\n>From x\n";
        std::fs::write(&path, text).unwrap();
        let mails: Vec<_> = spans(&path).unwrap().into_iter().map(|(a, b)| &text[a as usize..b as usize]).collect();
        // A text line that follows a blank line and begins so should have been quoted by the writer: it parts.
        assert_eq!(mails[0], "Subject: 1\n\n");
        assert_eq!(unquoted(mails.last().unwrap().as_bytes()), b"Subject: 2\n\nFrom x\n");
    }
}
