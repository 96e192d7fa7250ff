//! Mails as long as those of real desks: the generator's are short. Text is put before the first text of a mail, and every
//! twentieth mail gets an attachment. The same each time.

/// Bytes of the text at the median; from a third to three times of that.
const TEXT: f64 = 6144.0;
/// Every so many mails one gets an attachment.
const ATTACHED: usize = 20;
/// Bytes of an attachment, as they lie on the sender's disk.
const ATTACHMENT: std::ops::Range<u64> = 50_000..300_000;
/// A line of base64 holds so many bytes (RFC 2045, 6.8).
const IN_A_LINE: usize = 57;

const WORDS: &str = "the order of last week has not come yet and our customer asks where it is now we have looked at the \
    invoice again but the amount does not fit what was agreed with your colleague on the phone please send us a new one \
    as soon as you can because the warehouse cannot book it otherwise thank you for your help in this matter kind regards \
    from all of us here at the office number reference delivery address payment account parcel replacement product";

/// The mail with more text and, where it is its turn, an attachment. Reports, which mail servers write, stay as they are.
pub fn padded(raw: &[u8], n: usize) -> Vec<u8> {
    let mut random = Random(n as u64 * 2 + 1);
    let Some(place) = first_text(raw) else { return raw.to_vec() };
    let wanted = TEXT * 3f64.powf(random.below(2001) as f64 / 1000.0 - 1.0);
    let missing = (wanted as usize).saturating_sub(raw.len() - place.at);
    let (before, after) = raw.split_at(place.at);
    let text = text(missing, &mut random);
    let text = if place.base64 { base64(&text, place.line_end) } else { with_line_ends(&text, place.line_end) };
    let longer = [before, &text, after].concat();
    if n.is_multiple_of(ATTACHED) { with_attachment(&longer, place.line_end, &mut random) } else { longer }
}

/// Where the first text of a mail begins, and how it is written.
struct Place {
    at: usize,
    base64: bool,
    line_end: &'static str,
}

fn first_text(raw: &[u8]) -> Option<Place> {
    let text = String::from_utf8_lossy(raw);
    // Positions must be those of the bytes.
    let text = if text.len() == raw.len() { text } else { raw.iter().map(|&byte| char::from(byte & 0x7f)).collect() };
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let empty_line = format!("{line_end}{line_end}");
    let mut from = 0;
    loop {
        let at = from + text[from..].find(&empty_line)? + empty_line.len();
        let header = text[from..at].to_ascii_lowercase();
        if header.contains("multipart/report") {
            return None;
        }
        if !header.contains("multipart/") {
            return Some(Place { at, base64: header.contains("encoding: base64"), line_end });
        }
        // The next header is that of the first part.
        from = at + text[at..].find("--")?;
    }
}

/// The mail in a part of its own, an attachment behind it.
fn with_attachment(raw: &[u8], line_end: &str, random: &mut Random) -> Vec<u8> {
    let empty_line = [line_end.as_bytes(), line_end.as_bytes()].concat();
    let Some(end) = raw.windows(empty_line.len()).position(|bytes| bytes == empty_line) else { return raw.to_vec() };
    let (header, body) = (&raw[..end + line_end.len()], &raw[end + empty_line.len()..]);
    let (mut of_mail, mut of_part, mut moved) = (Vec::new(), Vec::new(), false);
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            moved = line.to_ascii_lowercase().starts_with(b"content-");
        }
        if moved { &mut of_part } else { &mut of_mail }.extend_from_slice(line);
    }
    let size = ATTACHMENT.start + random.below(ATTACHMENT.end - ATTACHMENT.start);
    let bytes: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
    let boundary = "=_attached";
    let opening = with_line_ends(
        format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n--{boundary}\n").as_bytes(),
        line_end,
    );
    let attachment = format!(
        "\n--{boundary}\nContent-Type: application/pdf; name=\"scan.pdf\"\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=\"scan.pdf\"\n\n"
    );
    let attachment = with_line_ends(attachment.as_bytes(), line_end);
    let closing = with_line_ends(format!("--{boundary}--\n").as_bytes(), line_end);
    let line_end = line_end.as_bytes();
    [&of_mail, &*opening, &of_part, line_end, body, &attachment, &base64(&bytes, "\n"), &closing].concat()
}

/// Prose of about so many bytes, in whole lines.
fn text(bytes: usize, random: &mut Random) -> Vec<u8> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let (mut text, mut line) = (Vec::new(), String::new());
    while text.len() < bytes {
        line.clear();
        while line.len() < 60 {
            line.push_str(words[random.below(words.len() as u64) as usize]);
            line.push(' ');
        }
        text.extend_from_slice(line.trim_end().as_bytes());
        text.push(b'\n');
    }
    text
}

fn with_line_ends(text: &[u8], line_end: &str) -> Vec<u8> {
    String::from_utf8_lossy(text).replace('\n', line_end).into_bytes()
}

/// Whole lines, so that more may follow: of the last few bytes nothing, where they do not fill their digits.
fn base64(bytes: &[u8], line_end: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 20);
    for line in bytes.chunks(IN_A_LINE) {
        for three in line.as_chunks::<3>().0 {
            let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
            out.extend([18, 12, 6, 0].map(|shift| DIGITS[(number >> shift) as usize & 63]));
        }
        out.extend_from_slice(line_end.as_bytes());
    }
    out
}

/// Numbers that look random (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    /// From 0 to `bound`, without it.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}
