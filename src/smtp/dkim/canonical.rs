//! The form in which headers and bodies are signed: `relaxed` (RFC 6376 3.4.2, 3.4.4), which outlives what servers do to
//! spaces and folds.

/// A field of a header.
pub(super) struct Field {
    /// In lower case.
    pub(super) name: String,
    /// As it stands there, with folds, without its line end.
    value: Vec<u8>,
}

/// The fields of a header, in their order. What is no field is passed over.
pub(super) fn fields(head: &[u8]) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for line in lines(head) {
        match (line.first(), fields.last_mut()) {
            (Some(b' ' | b'\t'), Some(last)) => last.value.extend_from_slice(line),
            (Some(b' ' | b'\t'), None) => {}
            _ => fields.extend(memchr::memchr(b':', line).map(|at| {
                let (name, value) = line.split_at(at);
                let name = String::from_utf8_lossy(name).trim_end().to_ascii_lowercase();
                Field { name, value: value.get(1..).unwrap_or_default().to_vec() }
            })),
        }
    }
    fields
}

/// `name:value`, on one line, without a line end.
pub(super) fn header(field: &Field) -> Vec<u8> {
    let mut out = field.name.clone().into_bytes();
    out.push(b':');
    let value = single_spaced(&field.value);
    out.extend_from_slice(value.trim_ascii());
    out
}

/// The body: no spaces at ends of lines, no empty lines at its end.
pub(super) fn body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut empty = 0;
    for line in lines(body) {
        let line = single_spaced(line);
        let line = line.strip_suffix(b" ").unwrap_or(&line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        out.extend(b"\r\n".repeat(std::mem::take(&mut empty)));
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Lines without their ends. Behind the last end there is none.
fn lines(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memmem::find(rest, b"\r\n");
        let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind.strip_prefix(b"\r\n").unwrap_or_default();
        Some(line)
    })
}

/// One space for every run of spaces and tabs.
fn single_spaced(text: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' | b'\t' if out.last() == Some(&b' ') => {}
            b' ' | b'\t' => out.push(b' '),
            byte => out.push(*byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6376 3.4.5.
    #[test]
    fn the_example_of_rfc_6376() {
        let head = b"A: X\r\nB : Y\t\r\n\tZ  \r\n";
        let found = fields(head).iter().map(header).collect::<Vec<_>>();
        assert_eq!(found, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
        assert_eq!(body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
    }

    #[test]
    fn a_body_ends_in_one_line_end_or_is_nothing() {
        for (text, signed) in
            [("", ""), ("\r\n\r\n", ""), (" \r\n", ""), ("a", "a\r\n"), ("\r\na\r\n\r\nb", "\r\na\r\n\r\nb\r\n")]
        {
            assert_eq!(body(text.as_bytes()), signed.as_bytes(), "{text:?}");
        }
    }
}
