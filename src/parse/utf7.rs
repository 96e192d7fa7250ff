//! UTF-7 (RFC 2152), as Exchange still writes reports in. mail-parser takes the byte that ends a shifted run along even
//! where it is not the `-` that is meant to be taken, and a line end or space with it; and it leaves `+-` as it is.

/// Decodes UTF-7. Bytes that belong to no character become U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'+', rest) {
        let (plain, shifted) = rest.split_at(at);
        text.push_str(&String::from_utf8_lossy(plain));
        let shifted = shifted.get(1..).unwrap_or_default();
        let end = shifted.iter().position(|byte| digit(*byte).is_none()).unwrap_or(shifted.len());
        let (run, after) = shifted.split_at(end);
        rest = after.strip_prefix(b"-").unwrap_or(after);
        if run.is_empty() {
            // `+-` is how a plus is written; one with nothing behind it means itself.
            text.push('+');
        } else {
            shift(run, &mut text);
        }
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// The UTF-16 code units of a run in base64, which is written without padding.
fn shift(run: &[u8], text: &mut String) {
    let (mut units, mut bits, mut held) = (Vec::with_capacity(run.len() * 6 / 16), 0_u32, 0_u32);
    for value in run.iter().filter_map(|byte| digit(*byte)) {
        bits = (bits << 6 | u32::from(value)) & 0x3f_ffff;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push((bits >> held & 0xffff) as u16);
        }
    }
    // What is left over fills less than a character: at most the bits that base64 rounds up.
    if held >= 6 {
        units.push(0xfffd);
    }
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// The value of a digit of base64 (RFC 4648, 4).
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_2152_are_read() {
        for (bytes, text) in [
            ("A+ImIDkQ.", "A\u{2262}\u{391}."),
            ("Hi Mom -+Jjo--!", "Hi Mom -\u{263a}-!"),
            ("+ZeVnLIqe-", "\u{65e5}\u{672c}\u{8a9e}"),
            ("Item 3 is +AKM-1.", "Item 3 is £1."),
            ("1 +- 1", "1 + 1"),
            ("+2D3eAA-", "\u{1f600}"),
        ] {
            assert_eq!(decode(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_run_ends_at_any_other_byte_and_takes_only_a_hyphen_along() {
        for (bytes, text) in [
            (&b"caf+AOk\r\nnoir"[..], "café\r\nnoir"),
            (b"caf+AOk noir", "café noir"),
            (b"+\n", "+\n"),
            (b"caf+AO\n", "caf\u{fffd}\n"),
            (b"+2D0-", "\u{fffd}"),
            (b"+AOk", "é"),
        ] {
            assert_eq!(decode(bytes), text);
        }
    }
}
