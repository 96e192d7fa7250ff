//! Well-formed MIME (RFC 2045, RFC 2046), taken apart as mail-parser does it: the same [`Message`] comes out, several
//! times faster, since boundaries are searched for and bodies decoded a line at a time. It gives up on all that is not as
//! it should be, and on mails within mails: those are mail-parser's.

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;
use mail_parser::{
    ContentType, Encoding, Header, HeaderName, HeaderValue, Message, MessageParser, MessagePart, PartType,
};
use memchr::memmem::Finder;

use super::{mime_fields, transfer};

/// Takes a mail apart whose header begins with `raw`. `None` where that is not plain to do.
pub(super) fn read<'m>(raw: &'m [u8], parser: &MessageParser) -> Option<Message<'m>> {
    let mut reader =
        Reader { raw, stream: MessageStream::new(raw), message: Message::default(), open: Vec::with_capacity(3) };
    reader.open.push(Level::root());
    while reader.part(parser)? {}
    let mut message = reader.message;
    message.raw_message = Cow::Borrowed(raw);
    message.parts.first_mut()?.offset_end = raw.len() as u32;
    Some(message)
}

/// What a part is to those who show the mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Html,
    OtherText,
    /// Pictures, sounds and films.
    Media,
    Other,
}

/// A multipart whose end was not seen yet, and the mail itself around them.
struct Level<'m> {
    /// `mixed`, `alternative`, …
    subtype: Subtype,
    /// The number of the multipart among the parts.
    part: usize,
    boundary: Option<Boundary<'m>>,
    /// The numbers of its own parts.
    parts: Vec<u32>,
    /// Whether it stands in a multipart/alternative, or is one.
    in_alternative: bool,
    /// Whether a text, or a page, is still to be found for it.
    wants_text: bool,
    wants_html: bool,
    /// How many texts and pages there were before it.
    texts: usize,
    pages: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Subtype {
    Alternative,
    Related,
    Digest,
    Other,
}

impl Level<'_> {
    fn root() -> Self {
        Level {
            subtype: Subtype::Other,
            part: 0,
            boundary: None,
            parts: Vec::new(),
            in_alternative: false,
            wants_text: true,
            wants_html: true,
            texts: 0,
            pages: 0,
        }
    }
}

/// What parts are delimited by (RFC 2046 5.1.1), without the hyphens.
struct Boundary<'m>(Cow<'m, str>);

/// What every delimiter begins with. Looking for that and comparing what follows needs nothing to be set up for each mail.
static HYPHENS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"--"));

impl Boundary<'_> {
    /// Where the first delimiter begins and ends.
    fn find(&self, text: &[u8]) -> Option<(usize, usize)> {
        let mut from = 0;
        loop {
            let at = from + HYPHENS.find(text.get(from..)?)?;
            if text.get(at + 2..)?.starts_with(self.0.as_bytes()) {
                return Some((at, at + 2 + self.0.len()));
            }
            // Of three hyphens the last two may be it.
            from = at + 1;
        }
    }
}

struct Reader<'m> {
    raw: &'m [u8],
    stream: MessageStream<'m>,
    message: Message<'m>,
    /// From the mail to the innermost multipart.
    open: Vec<Level<'m>>,
}

impl<'m> Reader<'m> {
    /// Reads the part that begins here; whether there are more.
    fn part(&mut self, parser: &MessageParser) -> Option<bool> {
        let offset_header = self.stream.offset();
        let headers = self.headers(parser)?;
        let offset_body = self.stream.offset();
        let number = self.message.parts.len();
        let level = self.open.last_mut()?;
        level.parts.push(number as u32);
        let mut part = MessagePart {
            headers,
            is_encoding_problem: false,
            body: PartType::default(),
            encoding: Encoding::None,
            offset_header: offset_header as u32,
            offset_body: offset_body as u32,
            offset_end: 0,
        };
        let content_type = content_type(&part.headers);
        if content_type.is_some_and(|found| found.ctype() == "multipart") {
            let multipart = self.multipart(content_type?, number)?;
            self.message.parts.push(part);
            self.open.push(multipart);
            return Some(true);
        }
        let kind = kind(content_type, level.subtype)?;
        let rest = self.raw.get(offset_body..)?;
        let (body, behind) = match &level.boundary {
            None => (rest, rest.len()),
            Some(boundary) => {
                let (at, behind) = boundary.find(rest)?;
                (without_line_end(rest.get(..at)?)?, behind)
            }
        };
        let in_multipart = level.boundary.is_some();
        let (encoding, bytes) = decoded(&part.headers, body, in_multipart)?;
        part.encoding = encoding;
        part.offset_end = (offset_body + body.len()) as u32;
        part.body = self.body(kind, content_type, is_attached(&part.headers), bytes, number as u32)?;
        self.message.parts.push(part);
        self.stream.skip_bytes(behind);
        if in_multipart { self.behind_boundary() } else { Some(false) }
    }

    /// Reads the header fields of a part.
    fn headers(&mut self, parser: &MessageParser) -> Option<Vec<Header<'m>>> {
        let from = self.stream.offset();
        if let Some((headers, end)) = mime_fields::read(self.raw, from) {
            self.stream.skip_bytes(end - from);
            return Some(headers);
        }
        let mut headers = Vec::new();
        self.stream.parse_headers(parser, &mut headers).then_some(headers)
    }

    /// Goes to the first part of a multipart.
    fn multipart(&mut self, content_type: &ContentType<'m>, part: usize) -> Option<Level<'m>> {
        let mut attributes = content_type.attributes()?.iter();
        let boundary = Boundary(attributes.find(|attribute| attribute.name == "boundary")?.value.clone());
        if boundary.0.is_empty() {
            return None;
        }
        let (_, behind) = boundary.find(self.raw.get(self.stream.offset()..)?)?;
        self.stream.skip_bytes(behind);
        self.stream.skip_crlf();
        let subtype = match content_type.subtype() {
            Some("alternative") => Subtype::Alternative,
            Some("related") => Subtype::Related,
            Some("digest") => Subtype::Digest,
            _ => Subtype::Other,
        };
        let outer = self.open.last()?;
        Some(Level {
            subtype,
            part,
            boundary: Some(boundary),
            parts: Vec::new(),
            in_alternative: outer.in_alternative || subtype == Subtype::Alternative,
            wants_text: outer.wants_text,
            wants_html: outer.wants_html,
            texts: self.message.text_body.len(),
            pages: self.message.html_body.len(),
        })
    }

    /// Puts a part where it is shown: with the texts, with the pages, or with the attachments.
    fn body(
        &mut self,
        kind: Kind,
        content_type: Option<&ContentType<'m>>,
        attached: bool,
        bytes: Cow<'m, [u8]>,
        number: u32,
    ) -> Option<PartType<'m>> {
        let level = self.open.last_mut()?;
        let alone = level.parts.len() == 1;
        let named = content_type.is_some_and(|found| found.has_attribute("name"));
        let placed = alone || (level.subtype != Subtype::Related && (kind == Kind::Media || !named));
        let inline = matches!(kind, Kind::Plain | Kind::Html | Kind::Media) && !attached && placed;
        let (as_page, as_text) = match (level.subtype, kind) {
            (Subtype::Alternative, kind) => (kind == Kind::Html, kind == Kind::Plain),
            _ if inline => {
                if level.in_alternative && (level.wants_text || level.wants_html) {
                    level.wants_text &= kind != Kind::Html;
                    level.wants_html &= kind != Kind::Plain;
                }
                (level.wants_html, level.wants_text)
            }
            _ => (false, false),
        };
        if as_page {
            self.message.html_body.push(number);
        }
        if as_text {
            self.message.text_body.push(number);
        }
        let shown = match kind {
            Kind::Html => as_page,
            Kind::Plain | Kind::OtherText => as_text,
            Kind::Media | Kind::Other => false,
        };
        if !shown {
            self.message.attachments.push(number);
        }
        Some(match kind {
            Kind::Html => PartType::Html(text(bytes, content_type)),
            Kind::Plain | Kind::OtherText => PartType::Text(text(bytes, content_type)),
            Kind::Media | Kind::Other if inline => PartType::InlineBinary(bytes),
            Kind::Media | Kind::Other => PartType::Binary(bytes),
        })
    }

    /// Behind a boundary: whether another part follows, in this multipart or in one around it.
    fn behind_boundary(&mut self) -> Option<bool> {
        while self.stream.is_multipart_end() {
            let ended = self.open.pop()?;
            self.share_only_form(&ended);
            let part = self.message.parts.get_mut(ended.part)?;
            part.body = PartType::Multipart(ended.parts);
            let from = self.stream.offset();
            let Some(outer) = &self.open.last()?.boundary else {
                part.offset_end = from as u32;
                return Some(false);
            };
            let (end, behind) = outer.find(self.raw.get(from..)?)?;
            part.offset_end = (from + start_of_last_line_end(self.raw.get(from..from + end)?)) as u32;
            self.stream.skip_bytes(behind);
        }
        Some(true)
    }

    /// An alternative in one form only: it is text and page.
    fn share_only_form(&mut self, ended: &Level<'_>) {
        if ended.subtype != Subtype::Alternative || !ended.wants_text || !ended.wants_html {
            return;
        }
        let Message { text_body, html_body, .. } = &mut self.message;
        match (ended.texts == text_body.len(), ended.pages == html_body.len()) {
            (true, false) => text_body.extend(html_body.iter().skip(ended.pages)),
            (false, true) => html_body.extend(text_body.iter().skip(ended.texts)),
            _ => {}
        }
    }
}

fn content_type<'h, 'm>(headers: &'h [Header<'m>]) -> Option<&'h ContentType<'m>> {
    value(headers, &HeaderName::ContentType)?.as_content_type()
}

/// The value of the last field of a name.
fn value<'h, 'm>(headers: &'h [Header<'m>], name: &HeaderName<'_>) -> Option<&'h HeaderValue<'m>> {
    headers.iter().rev().find(|header| header.name == *name).map(|header| &header.value)
}

/// RFC 2183 2.2.
fn is_attached(headers: &[Header<'_>]) -> bool {
    let disposition = value(headers, &HeaderName::ContentDisposition).and_then(HeaderValue::as_content_type);
    disposition.is_some_and(ContentType::is_attachment)
}

/// `None` for a mail in the mail.
fn kind(content_type: Option<&ContentType<'_>>, within: Subtype) -> Option<Kind> {
    let Some(content_type) = content_type else {
        // RFC 2046 5.1.5
        return (within != Subtype::Digest).then_some(Kind::Plain);
    };
    match (content_type.ctype(), content_type.subtype()) {
        ("text", Some("plain")) => Some(Kind::Plain),
        ("text", Some("html")) => Some(Kind::Html),
        ("text", _) => Some(Kind::OtherText),
        ("image" | "audio" | "video", _) => Some(Kind::Media),
        ("message", Some("rfc822" | "global")) => None,
        _ => Some(Kind::Other),
    }
}

/// The bytes of a part's body, its transfer encoding undone. `in_multipart`: the line end behind it was the boundary's.
fn decoded<'m>(headers: &[Header<'m>], body: &'m [u8], in_multipart: bool) -> Option<(Encoding, Cow<'m, [u8]>)> {
    let encoding = match value(headers, &HeaderName::ContentTransferEncoding) {
        Some(HeaderValue::Text(encoding)) => &**encoding,
        _ => "",
    };
    if encoding.eq_ignore_ascii_case("base64") {
        return Some((Encoding::Base64, Cow::Owned(transfer::base64(body)?)));
    }
    if encoding.eq_ignore_ascii_case("quoted-printable") {
        return Some((Encoding::QuotedPrintable, Cow::Owned(transfer::quoted_printable(body, in_multipart)?)));
    }
    Some((Encoding::None, Cow::Borrowed(body)))
}

/// The text of a part by the label of its charset; UTF-8 where there is none.
fn text<'m>(bytes: Cow<'m, [u8]>, content_type: Option<&ContentType<'_>>) -> Cow<'m, str> {
    let label = content_type.and_then(|found| found.attribute("charset")).unwrap_or_default();
    match charset_decoder(label.as_bytes()) {
        None => in_utf8(bytes),
        Some(_) if holds_ascii(label) && bytes.is_ascii() => in_utf8(bytes),
        Some(decoder) if holds_ascii(label) => Cow::Owned(in_runs(&bytes, decoder)),
        Some(decoder) => Cow::Owned(decoder(&bytes)),
    }
}

/// A text of one byte a character: what is ASCII in it is copied, and only the rest decoded.
fn in_runs(bytes: &[u8], decoder: fn(&[u8]) -> String) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    let wide: Vec<u8> = bytes.iter().copied().filter(|b| !b.is_ascii()).collect();
    let wide = decoder(&wide);
    let mut wide = wide.chars();
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|b| !b.is_ascii()) {
        let (ascii, from_wide) = rest.split_at_checked(at).unwrap_or_default();
        out.push_str(std::str::from_utf8(ascii).unwrap_or_default());
        out.extend(wide.next());
        rest = from_wide.get(1..).unwrap_or_default();
    }
    out.push_str(std::str::from_utf8(rest).unwrap_or_default());
    out
}

/// Whether ASCII is the same in a charset: in those of one byte that mail is written in.
fn holds_ascii(label: &str) -> bool {
    let begins = |start: &str| label.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    ["us-ascii", "iso-8859-", "windows-125"].into_iter().any(begins)
}

fn in_utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned()),
        ),
    }
}

/// Without the line end in front of a boundary, which is the boundary's (RFC 2046 5.1.1).
fn without_line_end(body: &[u8]) -> Option<&[u8]> {
    let body = body.strip_suffix(b"\n")?;
    Some(body.strip_suffix(b"\r").unwrap_or(body))
}

/// Where the last line end of an epilogue begins.
fn start_of_last_line_end(epilogue: &[u8]) -> usize {
    let Some(end) = memchr::memrchr(b'\n', epilogue) else { return 0 };
    let before = end.checked_sub(1);
    before.filter(|at| epilogue.get(*at) == Some(&b'\r')).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::super::PARSER;
    use super::{charset_decoder, in_runs, read};

    /// Whether it was taken apart here; then mail-parser must say the same.
    fn is_read(mail: &str) -> bool {
        let found = read(mail.as_bytes(), &PARSER);
        assert!(found.is_none() || found == PARSER.parse(mail.as_bytes()), "{mail}");
        found.is_some()
    }

    const TYPES: [&str; 6] = [
        "",
        "Content-Type: text/plain; charset=utf-8\n",
        "content-type: text/html;\n\tcharset=\"iso-8859-1\"\n",
        "Content-Type: text/plain; charset=\"us-ascii\"; name=\"a.txt\"\n",
        "Content-Type: image/png; name=a.png\n",
        "Content-Type: message/delivery-status\nContent-Disposition: attachment\n",
    ];
    const ENCODINGS: [&str; 4] = ["", "base64", "quoted-printable", "8bit"];

    /// Every kind of part with every body of three pieces.
    fn parts() -> impl Iterator<Item = String> {
        let pieces = ["YWFh", "YQ==", "=C3=a9", "=\n", "\n", " ", "ÿ", "-"];
        let two = pieces.iter().flat_map(move |a| pieces.map(|b| format!("{a}{b}")));
        let bodies: Vec<String> = two.flat_map(move |two| pieces.map(|piece| format!("{two}{piece}"))).collect();
        let heads = TYPES.iter().flat_map(|kind| {
            ENCODINGS.map(|encoding| match encoding {
                "" => (*kind).to_owned(),
                encoding => format!("{kind}Content-Transfer-Encoding: {encoding}\n"),
            })
        });
        heads.flat_map(move |head| {
            let bodies = bodies.clone();
            bodies.into_iter().map(move |body| format!("{head}\n{body}"))
        })
    }

    #[test]
    fn what_is_read_here_mail_parser_reads_in_the_same_way() {
        let mut read = 0;
        for (number, part) in parts().enumerate() {
            let subtype = ["mixed", "alternative", "related", "digest"][number % 4];
            let multipart = |part: &str| {
                format!(
                    "Content-Type: multipart/{subtype}; boundary=b\n\npreamble\n--b\n{part}\n--b\n\
                     Content-Type: text/html\n\n<p>\n--b--\nepilogue\n"
                )
            };
            let inner = multipart(&part);
            let nested =
                format!("Content-Type: multipart/alternative; boundary=\"=_c-\"\n\n--=_c-\n{inner}\n--=_c---\n");
            for mail in [part, inner, nested] {
                read += usize::from(is_read(&mail)) + usize::from(is_read(&mail.replace('\n', "\r\n")));
            }
        }
        assert!(read > 10_000, "{read}");
    }

    #[test]
    fn ordinary_mail_is_read_here() {
        let text = "Content-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: quoted-printable\n\nZo=C3=\n=AB \n";
        let page = "Content-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n\nPHA+\nWm/r\n";
        let both =
            format!("Content-Type: multipart/alternative;\n boundary=x--y\n\n--x--y\n{text}\n--x--y\n{page}--x--y--\n");
        assert!(is_read(text) && is_read(page) && is_read(&both));
        let broken = [
            both.replace("--x--y--", ""),
            both.replace("\n--x--y--", "--x--y--"),
            text.replace("=AB", "=A"),
            page.replace("Wm/r", "Wm-r"),
        ];
        assert!(!broken.iter().any(|mail| is_read(mail)));
    }

    #[test]
    fn a_text_of_single_bytes_is_decoded_in_runs_as_it_is_whole() {
        let all: Vec<u8> = (0..=255).chain(*b"a\xe9\xe8b\xe7").collect();
        let numbers = |start: &str, numbers: std::ops::RangeInclusive<u32>| {
            numbers.map(|number| format!("{start}{number}")).collect::<Vec<_>>()
        };
        for label in [numbers("iso-8859-", 1..=16), numbers("windows-", 1250..=1258), vec!["us-ascii".into()]].concat()
        {
            let Some(decoder) = charset_decoder(label.as_bytes()) else { continue };
            assert_eq!(in_runs(&all, decoder), decoder(&all), "{label}");
        }
    }
}
