//! The header fields of a mail, kept for ignore rules.

use std::borrow::Cow;

/// Room that most headers fit in.
const USUAL_FIELDS: usize = 24;
const USUAL_BYTES: usize = 1_000;

/// Names and values in order of the mail. They stand behind one another in one text: a mail has dozens, and hardly any
/// is ever looked at.
#[derive(Debug, Clone, Default)]
pub struct HeaderFields {
    text: String,
    /// Per field, where its name and its value end.
    ends: Vec<(usize, usize)>,
}

/// However they are folded.
impl PartialEq for HeaderFields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for HeaderFields {}

impl HeaderFields {
    /// Adds a field; its name is lower-cased. The value may be folded.
    pub fn push(&mut self, name: &str, value: &str) {
        if self.ends.is_empty() {
            self.ends.reserve(USUAL_FIELDS);
            self.text.reserve(USUAL_BYTES);
        }
        let start = self.text.len();
        self.text.push_str(name);
        let name_end = self.text.len();
        if let Some(name) = self.text.get_mut(start..) {
            name.make_ascii_lowercase();
        }
        self.text.push_str(value);
        self.ends.push((name_end, self.text.len()));
    }

    /// How many fields there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The fields: lower-cased name, value on one line.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.folded().map(|(name, value)| (name, unfolded(value)))
    }

    /// The fields whose lower-cased name is `wanted`.
    pub fn whose<'f>(&'f self, wanted: impl Fn(&[u8]) -> bool + 'f) -> impl Iterator<Item = (&'f str, Cow<'f, str>)> {
        // A mail is asked for several names that hardly any has: only a field that is wanted is cut out as text.
        let spans = self
            .spans()
            .filter(move |&(start, name_end, _)| self.text.as_bytes().get(start..name_end).is_some_and(&wanted));
        spans.map(|span| self.field(span)).map(|(name, value)| (name, unfolded(value)))
    }

    /// The values of the fields of one name, given in lower case.
    pub fn of<'f>(&'f self, name: &'f str) -> impl Iterator<Item = Cow<'f, str>> {
        self.whose(move |found| found == name.as_bytes()).map(|(_, value)| value)
    }

    fn folded(&self) -> impl Iterator<Item = (&str, &str)> {
        self.spans().map(|span| self.field(span))
    }

    /// Per field, where it begins, where its name ends and where it ends.
    fn spans(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let mut start = 0;
        self.ends.iter().map(move |&(name_end, end)| (std::mem::replace(&mut start, end), name_end, end))
    }

    fn field(&self, (start, name_end, end): (usize, usize, usize)) -> (&str, &str) {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        (part(start, name_end), part(name_end, end))
    }
}

/// Unfolding (RFC 5322 2.2.3): a line end with the white space around it is one space.
pub fn unfolded(value: &str) -> Cow<'_, str> {
    if !value.contains('\n') {
        return Cow::Borrowed(value);
    }
    let lines: Vec<&str> = value.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    Cow::Owned(lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::HeaderFields;

    #[test]
    fn fields_keep_their_order_and_their_names_lose_their_case() {
        let mut fields = HeaderFields::default();
        fields.push("X-Shop", "Order 7");
        fields.push("Précedence", "");
        fields.push("x-shop", "again");
        let read: Vec<_> = fields.iter().map(|(name, value)| (name, value.into_owned())).collect();
        let expected = [("x-shop", "Order 7"), ("précedence", ""), ("x-shop", "again")];
        assert_eq!(read, expected.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(fields.count(), 3);
        assert_eq!(fields.of("x-shop").collect::<Vec<_>>(), ["Order 7", "again"]);
    }

    #[test]
    fn a_folded_value_is_read_as_one_line() {
        let mut fields = HeaderFields::default();
        fields.push("X-Shop", "Order\r\n\t7");
        assert_eq!(fields.of("x-shop").collect::<Vec<_>>(), ["Order 7"]);
    }
}
