//! Which earlier mails a mail names (RFC 5322 3.6.4).

/// Ids that References holds at most: the root and the newest ones. Some servers refuse very long headers.
const MOST_REFERENCES: usize = 20;

/// With its brackets and the folding space such an id stays within the 998 octets of a line (RFC 5322 2.1.1).
const ID_OCTETS: usize = 900;

/// `id` in angle brackets. `None` where it cannot stand in a header as one word: ids come from strangers, and what is
/// no msg-id must not become anything else.
pub fn bracketed(id: &str) -> Option<String> {
    let sound =
        !id.is_empty() && id.len() <= ID_OCTETS && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    sound.then(|| format!("<{id}>"))
}

/// The ids of the References field, bracketed: those of the parent, then the parent itself. Of more than
/// [`MOST_REFERENCES`] the first (the thread's root) and the newest stay. Unsound and repeated ids are left out.
pub fn references(earlier: &[String], parent: Option<&str>) -> Vec<String> {
    let mut newest_first: Vec<String> = Vec::new();
    let root = earlier.iter().find_map(|id| bracketed(id));
    let room = MOST_REFERENCES - usize::from(root.is_some());
    for id in parent.into_iter().chain(earlier.iter().rev().map(String::as_str)).filter_map(bracketed) {
        if newest_first.len() == room {
            break;
        }
        if Some(&id) != root.as_ref() && !newest_first.contains(&id) {
            newest_first.push(id);
        }
    }
    root.into_iter().chain(newest_first.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("{n}@example.org")).collect()
    }

    #[test]
    fn the_parent_comes_last_and_once() {
        assert_eq!(
            references(&ids(0..2), Some("p@example.org")).join(" "),
            "<0@example.org> <1@example.org> <p@example.org>"
        );
        assert_eq!(references(&ids(0..2), Some("1@example.org")).join(" "), "<0@example.org> <1@example.org>");
        assert_eq!(references(&[], Some("p@example.org")), ["<p@example.org>"]);
    }

    #[test]
    fn of_many_ids_the_root_and_the_newest_stay() {
        let kept = references(&ids(0..50), Some("p@example.org"));
        assert_eq!(kept.len(), 20);
        assert_eq!((kept[0].as_str(), kept[1].as_str()), ("<0@example.org>", "<32@example.org>"));
        assert_eq!((kept[18].as_str(), kept[19].as_str()), ("<49@example.org>", "<p@example.org>"));
    }

    #[test]
    fn an_id_that_is_no_single_word_is_left_out() {
        let long = "x".repeat(1000);
        for hostile in ["", "a b", "a\r\nBcc: x@example.org", "a>\r\n", "<a", "é@example.org", "a\0b", &long] {
            assert_eq!(bracketed(hostile), None, "{hostile:?}");
        }
    }
}
