//! Names of folders as they travel: modified UTF-7 (RFC 3501 5.1.3), which every server takes while UTF-8 was not agreed on.

/// The alphabet of RFC 4648 4, with `,` for `/`.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A name as it is sent.
pub(super) fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut run: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            shift(&mut out, &mut run);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            run.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    shift(&mut out, &mut run);
    out
}

fn shift(out: &mut String, run: &mut Vec<u16>) {
    if run.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut held) = (0u32, 0);
    for byte in run.drain(..).flat_map(u16::to_be_bytes) {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= 6 {
            held -= 6;
            out.push(digit(bits >> held));
        }
    }
    if held > 0 {
        out.push(digit(bits << (6 - held)));
    }
    out.push('-');
}

fn digit(bits: u32) -> char {
    DIGITS.get((bits & 63) as usize).map_or('A', |digit| char::from(*digit))
}

/// A name as people read it. What is no modified UTF-7 is left as it stands.
pub(super) fn decode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((plain, behind)) = rest.split_once('&') {
        out.push_str(plain);
        let Some((run, after)) = behind.split_once('-') else {
            rest = behind;
            out.push('&');
            continue;
        };
        match run.is_empty().then(|| "&".to_owned()).or_else(|| unshift(run)) {
            Some(text) => {
                out.push_str(&text);
                rest = after;
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

fn unshift(run: &str) -> Option<String> {
    let (mut bits, mut held, mut units) = (0u32, 0, Vec::new());
    for c in run.bytes() {
        let value = DIGITS.iter().position(|digit| *digit == c)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held & 0xffff).ok()?);
        }
    }
    String::from_utf16(&units).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn a_name_travels_in_modified_utf_7() {
        // The example of RFC 3501 5.1.3, and names that servers give.
        for (name, sent) in [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("R&D", "R&-D"),
            ("Gesendet", "Gesendet"),
            ("📥", "&2D3c5Q-"),
        ] {
            assert_eq!((encode(name).as_str(), decode(sent).as_str()), (sent, name));
        }
    }

    #[test]
    fn what_is_no_such_name_is_left_as_it_is() {
        for name in ["a&b", "a&!-b", "&", "&AP-", "Entwürfe"] {
            assert_eq!(decode(name), name);
        }
    }
}
