//! The header block as fields (RFC 5322 2.2): names and raw values, and where the body and the MIME fields begin.

/// One header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field<'m> {
    /// As written: printable ASCII without a colon (RFC 5322 3.6.8).
    pub name: &'m str,
    /// What stands behind the colon, folding and line end included.
    pub value: &'m [u8],
    /// The same as text, if it is UTF-8.
    pub text: Option<&'m str>,
}

/// So much of a mail is looked at as a whole for whether it is UTF-8; most headers are shorter.
const HEAD: usize = 1024;

/// The fields of a raw mail, in order. Lines that are no field are passed over.
pub(super) struct Fields<'m> {
    raw: &'m [u8],
    /// The beginning of the mail, up to where it is no UTF-8.
    head: &'m str,
    at: usize,
    /// Where the first MIME field begins (RFC 2045 3).
    mime: Option<usize>,
    ended: bool,
}

impl<'m> Fields<'m> {
    pub fn of(raw: &'m [u8]) -> Self {
        let head = raw.get(..HEAD).unwrap_or(raw);
        let head = match std::str::from_utf8(head) {
            Ok(head) => head,
            Err(end) => {
                head.get(..end.valid_up_to()).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or_default()
            }
        };
        Fields { raw, head, at: 0, mime: None, ended: false }
    }

    /// What is left to read for whoever takes the mail apart: from the first MIME field, or from the empty line above the
    /// body. To be asked when all fields are read.
    pub fn rest(&self) -> &'m [u8] {
        self.raw.get(self.mime.unwrap_or(self.at)..).unwrap_or_default()
    }

    /// Where the field that begins at the present place ends: behind the first line end that no white space follows.
    fn end(&self) -> usize {
        let mut from = self.at;
        while let Some(line_end) = self.raw.get(from..).and_then(|tail| memchr::memchr(b'\n', tail)) {
            from += line_end + 1;
            if !matches!(self.raw.get(from), Some(b' ' | b'\t')) {
                return from;
            }
        }
        self.raw.len()
    }

    fn field(&self, start: usize, end: usize) -> Option<Field<'m>> {
        let line = self.raw.get(start..end)?;
        let colon = start + memchr::memchr(b':', line)?;
        let name = self.text(start, colon)?.trim_ascii();
        let printable = name.bytes().fold(!name.is_empty(), |all, b| all & b.is_ascii_graphic());
        let value = self.raw.get(colon + 1..end)?;
        printable.then(|| Field { name, value, text: self.text(colon + 1, end) })
    }

    fn text(&self, from: usize, to: usize) -> Option<&'m str> {
        self.head.get(from..to).or_else(|| std::str::from_utf8(self.raw.get(from..to)?).ok())
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Field<'m>;

    fn next(&mut self) -> Option<Field<'m>> {
        while !self.ended {
            let start = self.at;
            if is_end(self.raw.get(start..).unwrap_or_default()) {
                self.ended = true;
                break;
            }
            let end = self.end();
            self.at = end;
            if let Some(field) = self.field(start, end) {
                if self.mime.is_none() && is_mime(field.name) {
                    self.mime = Some(start);
                }
                return Some(field);
            }
        }
        None
    }
}

/// Whether the header block ends here: at an empty line, one of nothing but white space included, or at the end.
fn is_end(from: &[u8]) -> bool {
    match from {
        [] | [b'\n', ..] | [b'\r', b'\n', ..] => true,
        [b' ' | b'\t' | b'\r', ..] => {
            from.split(|&b| b == b'\n').next().is_some_and(|line| line.trim_ascii().is_empty())
        }
        _ => false,
    }
}

fn is_mime(name: &str) -> bool {
    name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
}

#[cfg(test)]
mod tests {
    use super::Fields;

    fn read(raw: &str) -> (Vec<(&str, &str)>, &str) {
        let mut fields = Fields::of(raw.as_bytes());
        let read = fields.by_ref().map(|f| (f.name, std::str::from_utf8(f.value).unwrap())).collect();
        (read, std::str::from_utf8(fields.rest()).unwrap())
    }

    #[test]
    fn fields_are_read_up_to_the_empty_line() {
        let (fields, rest) = read("From: a\r\nSubject : b\r\n c\r\n\r\nbody: no field\r\n");
        assert_eq!(fields, [("From", " a\r\n"), ("Subject", " b\r\n c\r\n")]);
        assert_eq!(rest, "\r\nbody: no field\r\n");
    }

    #[test]
    fn what_is_left_begins_at_the_first_mime_field() {
        let (fields, rest) = read("From: a\ncontent-type: text/html\nTo: b\n\n<p>\n");
        assert_eq!(fields.len(), 3);
        assert_eq!(rest, "content-type: text/html\nTo: b\n\n<p>\n");
    }

    #[test]
    fn lines_that_are_no_field_are_passed_over() {
        let (fields, rest) = read("From ann@example.org Mon Jan 6 10:00:00 2025\nno colon\nTo: b\n\nbody");
        assert_eq!(fields, [("To", " b\n")]);
        assert_eq!(rest, "\nbody");
        assert_eq!(read("no header at all").0, []);
    }
}
