//! The header fields of a mail, kept for ignore rules.

/// Names and values in order of the mail. They stand behind one another in one text: a mail has dozens, and hardly any
/// is ever looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderFields {
    text: String,
    /// Per field, where its name and its value end.
    ends: Vec<(usize, usize)>,
}

impl HeaderFields {
    /// Makes room for `fields` fields that take `bytes` bytes together.
    pub fn reserve(&mut self, fields: usize, bytes: usize) {
        self.ends.reserve(fields);
        self.text.reserve(bytes);
    }

    /// Adds a field; its name is lower-cased.
    pub fn push(&mut self, name: &str, value: &str) {
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

    /// The fields: lower-cased name, value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let mut start = 0;
        self.ends.iter().map(move |&(name_end, end)| {
            let field = (part(start, name_end), part(name_end, end));
            start = end;
            field
        })
    }
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
        let read: Vec<_> = fields.iter().collect();
        assert_eq!(read, [("x-shop", "Order 7"), ("précedence", ""), ("x-shop", "again")]);
        assert_eq!(fields.count(), 3);
    }
}
