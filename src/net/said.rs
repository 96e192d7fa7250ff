//! What servers say, as people may be shown it.

/// One line, no control characters, of that many characters at most.
pub(crate) fn said(text: &str, most: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn it_is_one_line_without_control_characters_and_of_bounded_length() {
        assert_eq!(said(" a\r\nb\u{1b}[31m ", 300), "a  b [31m");
        assert_eq!(said("ééé", 2), "éé");
    }
}
