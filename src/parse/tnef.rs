//! winmail.dat: what Outlook sends to those that it takes for Outlook ([MS-OXTNEF]). The names of the files inside are
//! read, and the text for mails that have none beside it.
//!
//! The stream is flat: attributes of level, id, length, data, checksum. Nothing nests here, and every length is checked
//! against what is left.

use super::charset;
use super::params::harmless;
use crate::domain::Attachment;

/// Files inside one stream that are named.
const MOST_FILES: usize = 1_000;
/// Properties of one attribute that are read.
const MOST_PROPERTIES: usize = 5_000;

/// [MS-OXTNEF] 2.1.3.1
const SIGNATURE: u32 = 0x223e_9f78;
/// Attribute ids, [MS-OXTNEF] 2.1.3.3
const ATTACH_RENDER_DATA: u32 = 0x0006_9002;
const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACHMENT: u32 = 0x0006_9005;
const BODY: u32 = 0x0002_800c;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const OEM_CODEPAGE: u32 = 0x0006_9007;
/// Property ids, [MS-OXPROPS]
const LONG_FILENAME: u16 = 0x3707;
const FILENAME: u16 = 0x3704;
const MIME_TAG: u16 = 0x370e;
const ATTACHED_DATA: u16 = 0x3701;
const PLAIN_BODY: u16 = 0x1000;
const HTML_BODY: u16 = 0x1013;

/// What a stream carries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    pub attachments: Vec<Attachment>,
    /// Plain text; empty where there is none.
    pub text: String,
    /// HTML, where there is no plain text.
    pub html: String,
}

/// Whether a part's type or name is that of a TNEF stream.
pub(super) fn is_tnef(content_type: &str, name: &str) -> bool {
    matches!(content_type, "application/ms-tnef" | "application/vnd.ms-tnef")
        || name.eq_ignore_ascii_case("winmail.dat")
}

/// Reads a stream; what is broken ends it. `None` when it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Contents> {
    let mut stream = Bytes(bytes);
    if stream.u32()? != SIGNATURE {
        return None;
    }
    stream.u16()?;
    let mut reader = Reader::default();
    while reader.attribute(&mut stream).is_some() {}
    Some(reader.contents)
}

#[derive(Default)]
struct Reader {
    contents: Contents,
    /// The charset of eight-bit strings.
    codepage: String,
}

impl Reader {
    fn attribute(&mut self, stream: &mut Bytes<'_>) -> Option<()> {
        stream.take(1)?;
        let id = stream.u32()?;
        let length = stream.u32()? as usize;
        let data = stream.take(length)?;
        stream.u16()?;
        match id {
            OEM_CODEPAGE => {
                self.codepage = Bytes(data).u32().map_or_else(String::new, |page| format!("windows-{page}"));
            }
            BODY => self.contents.text = self.string(data),
            MESSAGE_PROPERTIES => self.message(data),
            ATTACH_RENDER_DATA if self.contents.attachments.len() < MOST_FILES => {
                let content_type = "application/octet-stream".to_owned();
                self.contents.attachments.push(Attachment {
                    name: String::new(),
                    content_type,
                    size: 0,
                    inline: false,
                });
            }
            ATTACH_TITLE => {
                let name = harmless(&self.string(data));
                self.attachment(|attachment| attachment.name = name);
            }
            ATTACH_DATA => self.attachment(|attachment| attachment.size = length as u64),
            ATTACHMENT => self.attached(data),
            _ => {}
        }
        Some(())
    }

    /// Changes the attachment that is being read: the last one.
    fn attachment(&mut self, change: impl FnOnce(&mut Attachment)) {
        if let Some(last) = self.contents.attachments.last_mut() {
            change(last);
        }
    }

    fn message(&mut self, data: &[u8]) {
        for (id, value) in properties(data) {
            match id {
                PLAIN_BODY if self.contents.text.trim().is_empty() => self.contents.text = value.text(&self.codepage),
                HTML_BODY => self.contents.html = value.text(&self.codepage),
                _ => {}
            }
        }
    }

    fn attached(&mut self, data: &[u8]) {
        for (id, value) in properties(data) {
            let text = || value.text(&self.codepage);
            match id {
                LONG_FILENAME => {
                    let name = harmless(&text());
                    self.attachment(|attachment| attachment.name = name);
                }
                FILENAME => {
                    let name = harmless(&text());
                    self.attachment(|attachment| {
                        if attachment.name.is_empty() {
                            attachment.name = name;
                        }
                    });
                }
                MIME_TAG => {
                    let content_type = text().to_lowercase();
                    self.attachment(|attachment| attachment.content_type = content_type);
                }
                ATTACHED_DATA => {
                    let size = value.bytes.len() as u64;
                    self.attachment(|attachment| {
                        if attachment.size == 0 {
                            attachment.size = size;
                        }
                    });
                }
                _ => {}
            }
        }
    }

    fn string(&self, data: &[u8]) -> String {
        Value { bytes: data, unicode: false }.text(&self.codepage)
    }
}

/// The value of a property that has a variable length; that of others is empty.
struct Value<'b> {
    bytes: &'b [u8],
    unicode: bool,
}

impl Value<'_> {
    fn text(&self, codepage: &str) -> String {
        let label = if self.unicode { "utf-16le" } else { codepage };
        charset::decode(label, self.bytes).text.trim_end_matches('\0').replace('\0', "\u{FFFD}")
    }
}

/// The properties of an attribute ([MS-OXTNEF] 2.1.3.4), as far as they can be read.
fn properties(data: &[u8]) -> Vec<(u16, Value<'_>)> {
    let mut bytes = Bytes(data);
    let count = bytes.u32().unwrap_or_default() as usize;
    let mut found = Vec::new();
    for _ in 0..count.min(MOST_PROPERTIES) {
        match property(&mut bytes) {
            Some(property) => found.push(property),
            None => break,
        }
    }
    found
}

fn property<'b>(bytes: &mut Bytes<'b>) -> Option<(u16, Value<'b>)> {
    let kind = bytes.u16()?;
    let id = bytes.u16()?;
    if id >= 0x8000 {
        // A named property: its set, then a number or a name.
        bytes.take(16)?;
        match bytes.u32()? {
            0 => bytes.take(4)?,
            _ => bytes.variable()?,
        };
    }
    let several = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let variable = matches!(kind, 0x000d | 0x001e | 0x001f | 0x0102);
    let values = if several || variable { bytes.u32()? } else { 1 };
    let mut value = Value { bytes: &[], unicode: kind == 0x001f };
    for _ in 0..values {
        match kind {
            0x000d | 0x001e | 0x001f | 0x0102 => value.bytes = bytes.variable()?,
            // Two-byte numbers and booleans are padded to four.
            0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => drop(bytes.take(4)?),
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => drop(bytes.take(8)?),
            0x0048 => drop(bytes.take(16)?),
            _ => return None,
        }
    }
    if kind == 0x000d {
        // An embedded object begins with the id of its interface.
        value.bytes = value.bytes.get(16..).unwrap_or_default();
    }
    Some((id, value))
}

/// Little-endian numbers and stretches, taken from the front.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A length, that many bytes, and padding to a multiple of four.
    fn variable(&mut self) -> Option<&'b [u8]> {
        let length = self.u32()? as usize;
        let value = self.take(length)?;
        let padding = length.next_multiple_of(4) - length;
        self.take(padding.min(self.0.len()))?;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
        let sum = data.iter().fold(0u16, |sum, b| sum.wrapping_add(u16::from(*b)));
        [&[level][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
    }

    fn text_property(id: u16, text: &str) -> Vec<u8> {
        let bytes: Vec<u8> = format!("{text}\0").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head = [&0x001fu16.to_le_bytes()[..], &id.to_le_bytes(), &1u32.to_le_bytes()].concat();
        let mut out = [head, (bytes.len() as u32).to_le_bytes().to_vec(), bytes].concat();
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn stream() -> Vec<u8> {
        let number = [&0x0003u16.to_le_bytes()[..], &0x3705u16.to_le_bytes(), &1u32.to_le_bytes()].concat();
        let long_name =
            [&2u32.to_le_bytes()[..], &number, &text_property(LONG_FILENAME, "Übersicht 2025.pdf")].concat();
        let body = [&1u32.to_le_bytes()[..], &text_property(PLAIN_BODY, "The plan is attached.")].concat();
        [
            SIGNATURE.to_le_bytes().to_vec(),
            vec![1, 0],
            attribute(1, OEM_CODEPAGE, &[0xe4, 4, 0, 0, 0, 0, 0, 0]),
            attribute(1, MESSAGE_PROPERTIES, &body),
            attribute(2, ATTACH_RENDER_DATA, &[0; 14]),
            attribute(2, ATTACH_TITLE, b"BERSIC~1.PDF\0"),
            attribute(2, ATTACH_DATA, b"%PDF-"),
            attribute(2, ATTACHMENT, &long_name),
            attribute(2, ATTACH_RENDER_DATA, &[0; 14]),
            attribute(2, ATTACH_TITLE, b"..\\caf\xe9.txt\0"),
            attribute(2, ATTACH_DATA, b"abc"),
        ]
        .concat()
    }

    #[test]
    fn the_files_inside_are_named_and_the_text_is_read() {
        let contents = read(&stream()).unwrap();
        let files: Vec<_> = contents.attachments.iter().map(|a| (a.name.as_str(), a.size)).collect();
        assert_eq!(files, [("Übersicht 2025.pdf", 5), ("café.txt", 3)]);
        assert_eq!(contents.text, "The plan is attached.");
    }

    #[test]
    fn a_stream_that_is_cut_or_lies_about_its_lengths_gives_what_stands_before() {
        let whole = stream();
        for end in 0..whole.len() {
            let _ = read(&whole[..end]);
        }
        let mut lying = whole.clone();
        for at in 6..whole.len() {
            lying[at] = 0xff;
            let _ = read(&lying);
            lying[at] = whole[at];
        }
        assert_eq!(read(&whole[..whole.len() - 20]).unwrap().attachments.len(), 2);
        assert_eq!(read(b"no stream at all"), None);
    }
}
