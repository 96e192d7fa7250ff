//! Sets of phrases that are looked for all at once: one pass over the text, however many there are.

use regex::Regex;

/// A set of phrases. Matching is exact; the tables are lower-cased, and so must the text be.
pub(super) struct Phrases {
    any: Option<Regex>,
    starts: Option<Starts>,
}

impl Phrases {
    /// The set of a table's phrases.
    pub fn of(phrases: &[&str]) -> Self {
        let any = phrases.iter().map(|phrase| regex::escape(phrase)).collect::<Vec<_>>().join("|");
        // Literals always compile; an empty table finds nothing.
        let any = (!phrases.is_empty()).then(|| Regex::new(&any).ok()).flatten();
        Phrases { any, starts: Starts::of(phrases) }
    }

    /// The same phrases where they begin a line, strokes and white space before them aside.
    pub fn at_line_start(phrases: &[&str]) -> Self {
        let any = phrases.iter().map(|phrase| regex::escape(phrase)).collect::<Vec<_>>().join("|");
        let any = (!phrases.is_empty()).then(|| Regex::new(&format!(r"(?m)^[\s\-=_*>|#.~]*(?:{any})")).ok()).flatten();
        Phrases { any, starts: None }
    }

    /// Whether any of the phrases may stand in a short text with single spaces, in any case. A cheap test, which spares
    /// most texts the copy in lower case and the automaton.
    pub fn may_be_in(&self, text: &str) -> bool {
        self.starts.as_ref().is_none_or(|starts| starts.any_in(text.as_bytes()))
    }

    /// Whether any of the phrases stands in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.any.as_ref().is_some_and(|any| any.is_match(text))
    }

    /// Whether any of the phrases stands in the text where a word begins: not `skrev` in `beskrev`. A `\b` would say the
    /// same, but on a slow path where the text is not ASCII.
    pub fn begin_word_in(&self, text: &str) -> bool {
        let Some(any) = &self.any else { return false };
        let mut from = 0;
        while let Some(found) = any.find_at(text, from) {
            let before = text.get(..found.start()).and_then(|before| before.chars().next_back());
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                return true;
            }
            from = text.ceil_char_boundary(found.start() + 1);
        }
        false
    }

    /// Where the first of the phrases stands.
    pub fn find(&self, text: &str) -> Option<std::ops::Range<usize>> {
        Some(self.any.as_ref()?.find(text)?.range())
    }

    /// Where the first of the phrases begins.
    pub fn first_in(&self, text: &str) -> Option<usize> {
        Some(self.any.as_ref()?.find(text)?.start())
    }
}

/// Bytes of a phrase's beginning that are compared.
const START: usize = 4;
/// How many bits of their hash tell beginnings apart.
const HASH_BITS: u32 = 13;

/// How phrases begin.
struct Starts {
    /// Those that begin with ASCII letters: a set of hashes without regard to case.
    hashes: Box<[bool]>,
    /// The others: the first bytes of their first letters that are not ASCII, in either case.
    wide: [bool; 256],
}

impl Starts {
    /// `None` where a phrase is shorter than a beginning.
    fn of(phrases: &[&str]) -> Option<Starts> {
        let mut starts = Starts { hashes: vec![false; 1 << HASH_BITS].into(), wide: [false; 256] };
        for phrase in phrases {
            let start = phrase.as_bytes().first_chunk()?;
            if start.is_ascii() {
                *starts.hashes.get_mut(hash(*start))? = true;
                continue;
            }
            let first = phrase.chars().find(|c| !c.is_ascii())?;
            starts.add_wide([first].into_iter().chain(first.to_uppercase()));
        }
        // Those that become others in small letters: İ, ẞ, the sign of Kelvin; and the apostrophe that is made straight.
        starts.add_wide("İẞ\u{212a}’".chars());
        Some(starts)
    }

    fn add_wide(&mut self, chars: impl Iterator<Item = char>) {
        for c in chars.filter(|c| !c.is_ascii()) {
            let first = c.encode_utf8(&mut [0; 4]).bytes().next().unwrap_or_default();
            self.wide.get_mut(usize::from(first)).into_iter().for_each(|known| *known = true);
        }
    }

    fn any_in(&self, text: &[u8]) -> bool {
        let is = |known: Option<&bool>| known == Some(&true);
        let known = |start: &[u8]| start.first_chunk().is_some_and(|start| is(self.hashes.get(hash(*start))));
        text.windows(START).any(known) || (!text.is_ascii() && text.iter().any(|b| is(self.wide.get(usize::from(*b)))))
    }
}

fn hash(start: [u8; START]) -> usize {
    // The bit in which small letters and capitals differ; what else becomes the same is told apart by the automaton.
    let folded = u32::from_le_bytes(start) | 0x2020_2020;
    (folded.wrapping_mul(0x9e37_79b1) >> (u32::BITS - HASH_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::Phrases;

    #[test]
    fn phrases_at_words_are_no_parts_of_words() {
        let phrases = Phrases::of(&["skrev", "écrit"]);
        assert!(phrases.begin_word_in("den 4. mars skrev ola") && phrases.begin_word_in("a\u{a0}écrit"));
        assert!(phrases.begin_word_in("som jag beskrev, skrev ola") && phrases.begin_word_in("écrit"));
        assert!(!phrases.begin_word_in("som jag beskrev") && !phrases.begin_word_in("réécrit"));
    }

    #[test]
    fn texts_are_turned_away_only_where_no_phrase_stands() {
        let phrases = Phrases::of(&["mail delivery", "postmaster", "não entregue"]);
        for text in ["Mail Delivery System", "the POSTMASTER", "postmaster", "NÃO ENTREGUE", "\u{212a}"] {
            assert!(phrases.may_be_in(text), "{text}");
        }
        for text in ["", "Ann", "Ann Lee", "pos", "Support of the shop", "Жанна"] {
            assert!(!phrases.may_be_in(text), "{text}");
        }
        assert!(Phrases::of(&["abc"]).may_be_in("x"), "too short to be told apart");
    }

    #[test]
    fn phrases_are_literal_and_the_first_in_the_text_is_found() {
        let phrases = Phrases::of(&["a.b", "(copy)", "schrieb"]);
        assert_eq!(phrases.first_in("x (copy) a.b"), Some(2));
        assert_eq!(phrases.first_in("a-b copy"), None);
        assert!(phrases.is_in("ann schrieb"));
        assert!(!Phrases::of(&[]).is_in("anything"));
    }

    #[test]
    fn a_phrase_at_a_line_start_may_have_strokes_before_it() {
        let phrases = Phrases::at_line_start(&["copy"]);
        assert_eq!(phrases.first_in("a copy\n--- copy"), Some(7));
        assert_eq!(phrases.first_in("a copy"), None);
    }
}
