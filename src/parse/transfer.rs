//! Transfer encodings (RFC 2045 6) as nearly all programs write them, decoded a line at a time. What is written in any
//! other way is left to mail-parser, which knows what may be meant.

/// What no digit stands for.
const NONE: u8 = 0xff;

/// Values of the digits of Base64 (RFC 2045 6.8).
static BASE64: [u8; 256] = values(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
/// Values of the digits of quoted-printable (RFC 2045 6.7); small letters are not allowed there, and common.
static HEX: [u8; 256] = {
    let mut table = values(b"0123456789ABCDEF");
    let small = values(b"0123456789abcdef");
    let mut byte = b'a';
    while byte <= b'f' {
        #[expect(clippy::indexing_slicing, reason = "computed while building")]
        {
            table[byte as usize] = small[byte as usize];
        }
        byte += 1;
    }
    table
};

#[expect(clippy::indexing_slicing, reason = "computed while building")]
const fn values(digits: &[u8]) -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut value = 0;
    while value < digits.len() {
        table[digits[value] as usize] = value as u8;
        value += 1;
    }
    table
}

fn value(table: &[u8; 256], digit: u8) -> u8 {
    table.get(usize::from(digit)).copied().unwrap_or(NONE)
}

/// Base64 in lines of whole groups of four digits, padded at its end only.
pub(super) fn base64(body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let mut padded = false;
    for line in lines(body) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (groups, rest) = line.as_chunks::<4>();
        if !rest.is_empty() || (padded && !groups.is_empty()) {
            return None;
        }
        let start = out.len();
        out.resize(start + groups.len() * 3, 0);
        let mut all = 0;
        for (bytes, group) in out.get_mut(start..)?.as_chunks_mut::<3>().0.iter_mut().zip(groups) {
            let [a, b, c, d] = group.map(|digit| value(&BASE64, digit));
            all |= a | b | c | d;
            *bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        }
        if all > 63 {
            // The last group may stand for one byte or two.
            padded = true;
            let (last, whole) = groups.split_last()?;
            let sound = |digits: &[u8]| digits.iter().all(|digit| value(&BASE64, *digit) <= 63);
            let (digits, left) = match last {
                [digits @ .., b'=', b'='] => (digits.as_slice(), 1),
                [digits @ .., b'='] => (digits.as_slice(), 2),
                _ => return None,
            };
            if !sound(digits) || !whole.iter().all(|group| sound(group)) {
                return None;
            }
            out.truncate(out.len() - 3 + left);
        }
    }
    Some(out)
}

/// Quoted-printable whose line ends are all of one sort. `whole`: the body of a part, behind which the line end was that
/// belongs to the boundary; else the text goes on to the end of the mail.
pub(super) fn quoted_printable(body: &[u8], whole: bool) -> Option<Vec<u8>> {
    let crlf = memchr::memchr(b'\r', body).is_some();
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    // One search finds all that is not to be taken as it is.
    while let Some(at) = memchr::memchr3(b'=', b'\n', b'\r', rest) {
        let (plain, found) = rest.split_at_checked(at)?;
        rest = match found {
            [b'=', ..] => {
                out.extend_from_slice(plain);
                escapes(found, &mut out)?
            }
            [b'\r', b'\n', after @ ..] => {
                out.extend_from_slice(plain.trim_ascii_end());
                out.extend_from_slice(b"\r\n");
                after
            }
            [b'\n', after @ ..] if !crlf => {
                out.extend_from_slice(plain.trim_ascii_end());
                out.push(b'\n');
                after
            }
            _ => return None,
        };
    }
    // White space at the end of a line is none of the text.
    out.extend_from_slice(if whole { rest.trim_ascii_end() } else { rest });
    Some(out)
}

/// The bytes that `=` and two digits stand for, and what follows them, a soft line break included. A letter of another
/// script is several bytes in a row: none is searched for.
fn escapes<'b>(text: &'b [u8], out: &mut Vec<u8>) -> Option<&'b [u8]> {
    let mut rest = text;
    while let [b'=', escaped @ ..] = rest {
        rest = match escaped {
            [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => after,
            [high, low, after @ ..] => {
                let (high, low) = (value(&HEX, *high), value(&HEX, *low));
                if high | low > 15 {
                    return None;
                }
                out.push(high << 4 | low);
                after
            }
            _ => return None,
        };
    }
    Some(rest)
}

/// What stands between the line feeds.
fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let body = rest?;
        let end = memchr::memchr(b'\n', body);
        rest = end.and_then(|end| body.get(end + 1..));
        body.get(..end.unwrap_or(body.len()))
    })
}
