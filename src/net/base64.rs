//! RFC 4648.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes in base64, with padding (section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().chain(&[0, 0]).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4usize {
            let digit = DIGITS.get((bits >> (18 - 6 * place) & 63) as usize);
            out.push(if place > three.len() { '=' } else { digit.map_or('=', |digit| char::from(*digit)) });
        }
    }
    out
}

/// Bytes in base64url, without padding (section 5).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The bytes that base64 stands for (section 4), with padding or without. `None`: it is none.
pub(crate) fn of_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for four in digits.chunks(4) {
        let mut bits = 0u32;
        for place in 0..4 {
            let value = match four.get(place) {
                Some(digit) => DIGITS.iter().position(|known| known == digit)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        // One digit alone stands for no byte.
        out.extend(bytes.get(..four.len().checked_sub(1).filter(|bytes| *bytes > 0)?)?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (text, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(base64(text.as_bytes()), coded);
            assert_eq!(of_base64(coded).as_deref(), Some(text.as_bytes()));
            assert_eq!(of_base64(coded.trim_end_matches('=')).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(base64url(&[0xfb, 0xff, 0xfe, 0xff]), "-__-_w");
        for garbage in ["Z", "Zg==Zg==", "Zm9v\r\n", "Zm-_", "é"] {
            assert_eq!(of_base64(garbage), None, "{garbage}");
        }
    }
}
