//! Tables of words, looked up in a text as it is written.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// What each word of a table stands for.
pub(super) struct Words<V>(HashMap<String, V, BuildHasherDefault<PlainHash>>);

/// The tables are fixed, so nobody can choose words that collide: a hash without a secret does, and takes a third of the
/// time.
#[derive(Default)]
struct PlainHash(u64);

impl Hasher for PlainHash {
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        for eight in eights.iter().chain([&last]) {
            self.0 = (self.0 ^ u64::from_le_bytes(*eight)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_right(29);
        }
    }

    /// What ends a string is no news: words are hashed alone.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<V: Copy> Words<V> {
    /// The words of a table, which are lower-cased. They are kept with a capital and in capitals too, since that is how most
    /// are written: so that looking one up seldom needs a copy.
    pub fn of(rows: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        let mut words = HashMap::default();
        for (word, meaning) in rows {
            words.insert(word.to_owned(), meaning);
            words.entry(capitalised(word)).or_insert(meaning);
            words.entry(word.to_uppercase()).or_insert(meaning);
        }
        Words(words)
    }

    /// The meaning of a word that stands in the table as it is written.
    pub fn written_so(&self, word: &str) -> Option<V> {
        self.0.get(word).copied()
    }

    /// The meaning of a word in any case.
    pub fn get(&self, word: &str) -> Option<V> {
        if let Some(meaning) = self.written_so(word) {
            return Some(meaning);
        }
        // What is left are words with capitals inside, and the Turkish İ.
        if word.is_ascii() {
            let in_capitals = word.bytes().skip(1).any(|b| b.is_ascii_uppercase());
            return in_capitals.then(|| self.written_so(&word.to_ascii_lowercase())).flatten();
        }
        let first = word.chars().next()?;
        let in_capitals = word.chars().skip(1).any(char::is_uppercase) || first == 'İ';
        in_capitals.then(|| self.0.get(folded(word).as_str()).copied()).flatten()
    }
}

/// Whether a text has single spaces between its words, none around them, and no other white space, control character or
/// mark (`lines::is_mark`). It is told by bytes, without decoding characters: those of ASCII, and those of letters in whose
/// blocks there are none of these (U+00C0 to U+05FF, U+4000 to U+EFFF). Of other texts it is not known.
pub(super) fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shown = |b: Option<&u8>| b.is_none_or(|b| *b != b' ');
    shown(bytes.first())
        && shown(bytes.last())
        && bytes.iter().fold(true, |all, b| all & matches!(b, b' '..=b'~' | 0x80..=0xbf | 0xc3..=0xd7 | 0xe4..=0xee))
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// Lower-cased as the tables are. The lower case of İ is two characters, and nobody writes a table with those.
pub(super) fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.contains('\u{307}') { lower.replace('\u{307}', "") } else { lower }
}

/// White space of any sort, line ends too, as one space; none at the ends.
pub(super) fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut add = |word: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    };
    // Decoding characters takes its time, and most texts have none to decode.
    if text.is_ascii() {
        text.split_ascii_whitespace().for_each(&mut add);
    } else {
        text.split_whitespace().for_each(&mut add);
    }
    out
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_are_found_in_every_case() {
        let words = Words::of([("gönderen", 1), ("iletilen", 2), ("от кого", 3)]);
        for (word, meaning) in [
            ("gönderen", Some(1)),
            ("Gönderen", Some(1)),
            ("GÖNDEREN", Some(1)),
            ("İletilen", Some(2)),
            ("От кого", Some(3)),
            ("gönder", None),
            ("", None),
        ] {
            assert_eq!(words.get(word), meaning, "{word}");
        }
    }
}
