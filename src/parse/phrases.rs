//! Sets of phrases that are looked for all at once: one pass over the text, however many there are.

use regex::Regex;

/// A set of phrases. Matching is exact; the tables are lower-cased, and so must the text be.
pub(super) struct Phrases(Option<Regex>);

impl Phrases {
    /// The set of a table's phrases.
    pub fn of(phrases: &[&str]) -> Self {
        let any = phrases.iter().map(|phrase| regex::escape(phrase)).collect::<Vec<_>>().join("|");
        // Literals always compile; an empty table finds nothing.
        Phrases((!phrases.is_empty()).then(|| Regex::new(&any).ok()).flatten())
    }

    /// The same phrases where they begin a line, strokes and white space before them aside.
    pub fn at_line_start(phrases: &[&str]) -> Self {
        let any = phrases.iter().map(|phrase| regex::escape(phrase)).collect::<Vec<_>>().join("|");
        Phrases((!phrases.is_empty()).then(|| Regex::new(&format!(r"(?m)^[\s\-=_*>|#.~]*(?:{any})")).ok()).flatten())
    }

    /// Whether any of the phrases stands in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|any| any.is_match(text))
    }

    /// Whether any of the phrases stands in the text where a word begins: not `skrev` in `beskrev`. A `\b` would say the
    /// same, but on a slow path where the text is not ASCII.
    pub fn begin_word_in(&self, text: &str) -> bool {
        let Some(any) = &self.0 else { return false };
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
        Some(self.0.as_ref()?.find(text)?.range())
    }

    /// Where the first of the phrases begins.
    pub fn first_in(&self, text: &str) -> Option<usize> {
        Some(self.0.as_ref()?.find(text)?.start())
    }
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
