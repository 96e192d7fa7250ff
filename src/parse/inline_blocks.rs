//! Header blocks on one line: Yahoo's plain text runs them together behind the line of its forwards,
//! `----- Forwarded Message ----- From: Ann <ann@example.org>To: … Sent: … CETSubject: …`.

use super::blocks::{self, Block};

/// Longest label in bytes, and the longest line that is read.
const LONGEST_LABEL: usize = 40;
const LONGEST: usize = 2_000;
/// A label of fewer characters counts only behind something that is no letter.
const SHORT: usize = 4;

/// Reads the fields of one line; they end where it ends.
pub(super) fn read(text: &str) -> Block {
    let mut block = Block::default();
    let mut open = None;
    for (colon, _) in text.match_indices([':', '：']).take_while(|&(at, _)| at <= LONGEST) {
        let Some((start, label)) = label_before(text, colon) else { continue };
        if let Some((label, from)) = open {
            block.take(label, value(text, from, start));
        }
        open = Some((label, colon));
    }
    if let Some((label, from)) = open {
        block.take(label, value(text, from, text.len()));
    }
    block
}

fn value(text: &str, colon: usize, end: usize) -> &str {
    text.get(colon..end).unwrap_or_default().trim_start_matches([':', '：']).trim()
}

/// The longest label that ends at a colon, and where it begins.
fn label_before(text: &str, colon: usize) -> Option<(usize, blocks::Label)> {
    let head = text.get(..colon)?;
    let mut found = None;
    for (start, first) in head.char_indices().rev().take_while(|&(start, _)| colon - start <= LONGEST_LABEL) {
        // What is not capitalised is no label's beginning, in the scripts that have capitals.
        if first.is_whitespace() || first.is_lowercase() {
            continue;
        }
        let word = head.get(start..)?.trim_end();
        let before = head.get(..start)?.chars().next_back();
        let is_apart = before.is_none_or(|c| !c.is_alphabetic());
        if (is_apart || word.chars().count() >= SHORT)
            && let Some(label) = blocks::meaning(word)
        {
            found = Some((start, label));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn fields_that_run_together_are_taken_apart() {
        let block = read(
            "From: Ann Lee <ann@example.org>To: \"Cleo\" <cleo@example.com>Cc: Bea <bea@example.com>Sent: Tuesday, March 4, 2025, \
             10:00:00 AM CETSubject: Re: parcel",
        );
        assert_eq!(block.from, "Ann Lee <ann@example.org>");
        assert_eq!(block.to, "\"Cleo\" <cleo@example.com>");
        assert_eq!(block.cc, "Bea <bea@example.com>");
        assert_eq!(
            (block.date.as_str(), block.subject.as_str()),
            ("Tuesday, March 4, 2025, 10:00:00 AM CET", "Re: parcel")
        );
    }
}
