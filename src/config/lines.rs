//! How two texts differ, line by line, as reviewers read it.

/// Lines around a change that are shown with it.
const AROUND: usize = 2;
/// Pairs of lines that are compared at most. Longer texts that differ all over are shown as replaced.
const MOST_PAIRS: usize = 1_000_000;

/// A line of the one text, of the other, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'t> {
    Same(&'t str),
    Removed(&'t str),
    Added(&'t str),
    /// Lines of both that are left out.
    Gap,
}

/// The lines that differ, each change with a few lines around it.
pub fn line_differences<'t>(before: &'t str, after: &'t str) -> Vec<Line<'t>> {
    let all = compare(&split(before), &split(after));
    let changed: Vec<bool> = all.iter().map(|line| !matches!(line, Line::Same(_))).collect();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND + 1).min(changed.len()));
        changed.get(from..to).is_some_and(|around| around.contains(&true))
    };
    let mut shown = Vec::new();
    for (at, line) in all.iter().enumerate() {
        if near(at) {
            shown.push(*line);
        } else if shown.last() != Some(&Line::Gap) {
            shown.push(Line::Gap);
        }
    }
    shown
}

/// Lines with their newline: one without is the last of a text that does not end with one.
fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn compare<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    let same_at = |pairs: &mut dyn Iterator<Item = (&&'t str, &&'t str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same_at(&mut before.iter().zip(after));
    let (rest_before, rest_after) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail = same_at(&mut rest_before.iter().rev().zip(rest_after.iter().rev()));
    let middle_before = rest_before.get(..rest_before.len() - tail).unwrap_or_default();
    let middle_after = rest_after.get(..rest_after.len() - tail).unwrap_or_default();
    let mut lines: Vec<Line> = before.iter().take(head).copied().map(Line::Same).collect();
    lines.extend(compare_middle(middle_before, middle_after));
    lines.extend(rest_before.iter().skip(middle_before.len()).copied().map(Line::Same));
    lines
}

/// By the longest common subsequence: what is in it is the same, all else is removed or added.
fn compare_middle<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    let replaced = before.len().saturating_mul(after.len()) > MOST_PAIRS;
    let lengths = if replaced { Vec::new() } else { common_lengths(before, after) };
    let length = |i: usize, j: usize| lengths.get(i * (after.len() + 1) + j).copied().unwrap_or(0);
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    loop {
        match (before.get(i), after.get(j)) {
            (Some(a), Some(b)) if a == b && !replaced => {
                lines.push(Line::Same(a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || length(i + 1, j) >= length(i, j + 1) => {
                lines.push(Line::Removed(a));
                i += 1;
            }
            (_, Some(b)) => {
                lines.push(Line::Added(b));
                j += 1;
            }
            _ => return lines,
        }
    }
}

/// How long the longest common subsequence is of what follows line `i` of the one text and line `j` of the other, at
/// `i * (after.len() + 1) + j`.
fn common_lengths(before: &[&str], after: &[&str]) -> Vec<u32> {
    let width = after.len() + 1;
    let mut lengths = vec![0_u32; (before.len() + 1) * width];
    for (i, a) in before.iter().enumerate().rev() {
        for (j, b) in after.iter().enumerate().rev() {
            let at = |i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
            let length = if a == b { at(i + 1, j + 1) + 1 } else { at(i + 1, j).max(at(i, j + 1)) };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Line, compare, line_differences, split};

    fn shown(before: &str, after: &str) -> String {
        let lines = line_differences(before, after).into_iter().map(|line| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Removed(text) => format!("-{text}"),
            Line::Added(text) => format!("+{text}"),
            Line::Gap => "…".to_owned(),
        });
        lines.map(|line| line.replace('\n', "|")).collect()
    }

    #[test]
    fn a_change_is_shown_with_two_lines_around_it() {
        assert_eq!(shown("1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nfour\n5\n6\n7\n"), "… 2| 3|-4|+four| 5| 6|…");
        assert_eq!(shown("a\nb\nc\n", "a\nx\nb\nc\n"), " a|+x| b| c|");
        assert_eq!(shown("a\nb\n", "b\n"), "-a| b|");
        assert_eq!(shown("a\nb", "a\nb\n"), " a|-b+b|");
        assert_eq!(shown("a\nb\nc\nd\n", "a\nc\nb\nd\n"), " a|-b| c|+b| d|");
    }

    #[test]
    fn long_texts_that_differ_all_over_are_replaced() {
        let text = |mark: &str| (0..1500).map(|n| format!("{mark}{n}\n")).collect::<String>();
        let (a, b) = (text("a"), text("b"));
        let lines = line_differences(&a, &b);
        assert_eq!(
            lines.iter().position(|line| matches!(line, Line::Added(_))),
            Some(1500),
            "removed first, then added"
        );
        assert_eq!(lines.len(), 3000);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_lines_make_either_text(before in "[ab\n]{0,20}", after in "[ab\n]{0,20}") {
            let lines = compare(&split(&before), &split(&after));
            let of = |is_in: fn(&Line) -> Option<String>| lines.iter().filter_map(is_in).collect::<String>();
            prop_assert_eq!(of(|line| match line {
                Line::Same(text) | Line::Removed(text) => Some((*text).to_owned()),
                Line::Added(_) | Line::Gap => None,
            }), &*before);
            prop_assert_eq!(of(|line| match line {
                Line::Same(text) | Line::Added(text) => Some((*text).to_owned()),
                Line::Removed(_) | Line::Gap => None,
            }), &*after);
        }
    }
}
