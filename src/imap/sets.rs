//! UIDs as sets (RFC 9051 9, sequence-set), in command lines that every server takes.

/// Characters of a set: lines of over 1000 octets were refused by some servers (RFC 7162 4 allows 8192).
const LONGEST: usize = 900;

/// Ascending UIDs as sets, each with the UIDs that it holds. A run of consecutive ones is written as a range.
pub(super) fn sets(uids: &[u32]) -> Vec<(String, &[u32])> {
    let mut sets = Vec::new();
    let mut rest = uids;
    while !rest.is_empty() {
        let (mut text, mut taken) = (String::new(), 0);
        while let Some(run) = rest.get(taken..).and_then(|rest| rest.chunk_by(follows).next()) {
            let range = match run {
                [one] => one.to_string(),
                [first, .., last] => format!("{first}:{last}"),
                [] => break,
            };
            if !text.is_empty() && text.len() + 1 + range.len() > LONGEST {
                break;
            }
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&range);
            taken += run.len();
        }
        let (these, others) = rest.split_at(taken);
        sets.push((text, these));
        rest = others;
    }
    sets
}

/// Ascending UIDs as one set, for people: `3,7:9`.
pub fn set_text(uids: &[u32]) -> String {
    sets(uids).into_iter().map(|(set, _)| set).collect::<Vec<_>>().join(",")
}

fn follows(one: &u32, next: &u32) -> bool {
    one.checked_add(1) == Some(*next)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, sets};

    #[test]
    fn runs_are_ranges() {
        assert_eq!(sets(&[1, 2, 3, 7, 9, 10]), [("1:3,7,9:10".to_owned(), &[1, 2, 3, 7, 9, 10][..])]);
        assert_eq!(sets(&[u32::MAX]), [("4294967295".to_owned(), &[u32::MAX][..])]);
        assert!(sets(&[]).is_empty());
    }

    #[test]
    fn long_sets_are_cut_and_nothing_is_lost() {
        let uids: Vec<u32> = (1..2000).map(|n| n * 3).collect();
        let cut = sets(&uids);
        assert!(cut.len() > 5 && cut.iter().all(|(text, _)| text.len() <= LONGEST));
        assert_eq!(cut.iter().flat_map(|(_, uids)| uids.iter().copied()).collect::<Vec<_>>(), uids);
    }
}
