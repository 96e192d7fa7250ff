//! Files in the text itself, from before MIME: uuencode (POSIX) and yEnc. They are named as attachments and taken out of
//! the text, which nobody could read for them.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::params::harmless;
use crate::domain::Attachment;

/// What the first line of a file holds; a yEnc file's `=ybegin ` ends so too.
static BEGIN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"begin "));

/// Files in one text.
const MOST_FILES: usize = 200;

/// Takes the encoded files out of a text and names them. `None` where there are none, as nearly always.
pub(super) fn take_out(text: &str) -> Option<(String, Vec<Attachment>)> {
    BEGIN.find(text.as_bytes())?;
    let mut out = String::with_capacity(text.len());
    let mut files: Vec<Attachment> = Vec::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let first = lines.peek().copied().unwrap_or_default();
        let found = if files.len() < MOST_FILES {
            Begin::read(line.trim_end(), first.trim_end_matches(['\r', '\n']))
        } else {
            None
        };
        let Some(begin) = found else {
            out.push_str(line);
            continue;
        };
        let mut size = 0;
        for line in lines.by_ref() {
            let line = line.trim_end_matches(['\r', '\n']);
            if begin.ends(line) {
                break;
            }
            size += begin.bytes_in(line);
        }
        add(&mut files, begin, size);
    }
    (!files.is_empty()).then_some((out, files))
}

/// Parts of a yEnc file that stand in one text are one file.
fn add(files: &mut Vec<Attachment>, begin: Begin, counted: u64) {
    let (name, size) = match begin {
        Begin::Uuencode { name } => (name, counted),
        Begin::Yenc { name, size } => (name, size),
    };
    let content_type = "application/octet-stream".to_owned();
    let file = Attachment { name: harmless(&name), content_type, size, inline: false };
    if files.last() != Some(&file) {
        files.push(file);
    }
}

enum Begin {
    Uuencode { name: String },
    Yenc { name: String, size: u64 },
}

impl Begin {
    /// A line that begins a file; `first` is the one below it.
    fn read(line: &str, first: &str) -> Option<Begin> {
        if let Some(rest) = line.strip_prefix("=ybegin ") {
            // The name comes last and may hold spaces: =ybegin part=1 line=128 size=5000 name=a b.jpg
            let (fields, name) = rest.split_once("name=")?;
            let size = fields.split(' ').find_map(|field| field.strip_prefix("size="))?.parse().ok()?;
            return Some(Begin::Yenc { name: name.to_owned(), size });
        }
        let rest = line.strip_prefix("begin ")?;
        let (mode, name) = rest.split_once(' ')?;
        let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| matches!(b, b'0'..=b'7'));
        let named = is_mode && !name.trim().is_empty();
        // "begin 644 people" may be a sentence: what follows must be encoded.
        (named && (is_encoded(first) || first == "end")).then(|| Begin::Uuencode { name: name.trim().to_owned() })
    }

    fn ends(&self, line: &str) -> bool {
        match self {
            Begin::Uuencode { .. } => line.trim_end() == "end",
            Begin::Yenc { .. } => line.starts_with("=yend"),
        }
    }

    fn bytes_in(&self, line: &str) -> u64 {
        let length = line.bytes().next().filter(|b| (0x20..=0x60).contains(b));
        length.map_or(0, |b| u64::from((b - 0x20) & 0x3f))
    }
}

/// A uuencoded line: its first character says how many bytes the others hold, four characters for three.
fn is_encoded(line: &str) -> bool {
    let bytes = line.as_bytes();
    let Some((first, rest)) = bytes.split_first() else { return false };
    let held = usize::from(first.wrapping_sub(0x20) & 0x3f);
    // Trailing spaces, which stand for zero, are lost on the way; some programs add a check character.
    let most = held.div_ceil(3) * 4 + 1;
    bytes.iter().all(|b| (0x20..=0x60).contains(b)) && rest.len() <= most && rest.len() + 3 >= held.div_ceil(3) * 4
}

#[cfg(test)]
mod tests {
    use super::take_out;

    #[test]
    fn uuencoded_files_are_named_and_taken_out() {
        let text =
            "See below.\n\nbegin 644 notes.txt\n#0V%T\n`\nend\n\nThanks\nbegin 0755 ../b.sh\n&:&5L;&\\*\n`\nend\n";
        let (text, files) = take_out(text).unwrap();
        assert_eq!(text, "See below.\n\n\nThanks\n");
        let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.size)).collect();
        assert_eq!(files, [("notes.txt", 3), ("b.sh", 6)]);
    }

    #[test]
    fn yenc_files_are_named_once_whatever_their_parts() {
        let text = "=ybegin part=1 line=128 size=900 name=my picture.jpg\n=ypart begin=1 end=450\n*+,-\n=yend size=450\n\
                    =ybegin part=2 line=128 size=900 name=my picture.jpg\n=ypart begin=451 end=900\n*+,-\n=yend size=450\nhi\n";
        let (text, files) = take_out(text).unwrap();
        assert_eq!(text, "hi\n");
        let files: Vec<_> = files.iter().map(|file| (file.name.as_str(), file.size)).collect();
        assert_eq!(files, [("my picture.jpg", 900)]);
    }

    #[test]
    fn sentences_that_begin_so_stay() {
        for text in [
            "begin 644 people\nwho came\n",
            "begin again\n",
            "let us begin 644 x\n",
            "=ybegin nothing\n",
            "begin 644 \n",
        ] {
            assert_eq!(take_out(text), None, "{text}");
        }
    }

    #[test]
    fn a_file_that_never_ends_goes_on_to_the_end() {
        assert_eq!(take_out("a\nbegin 644 b\n#0V%T\n#0V%T\n").unwrap().0, "a\n");
    }
}
