//! What a server can do, by its answer to EHLO (RFC 5321 4.1.1.1).

use super::reply::Answer;
use crate::config::Mechanism;

/// What of it we make use of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) starttls: bool,
    /// 8BITMIME (RFC 6152).
    pub(super) eight_bit: bool,
    /// SMTPUTF8 (RFC 6531).
    pub(super) utf8: bool,
    /// SIZE (RFC 1870): whether it is there, and bytes of the largest mail; 0 where it does not say.
    pub(super) size: Option<u64>,
    /// Those of AUTH (RFC 4954) that we know.
    pub(super) mechanisms: Vec<Mechanism>,
    /// All of AUTH, for people.
    pub(super) auth: Vec<String>,
}

impl Offers {
    /// Keywords are written in any case (RFC 5321 2.4); the first line is a greeting.
    pub(super) fn read(answer: &Answer) -> Self {
        let mut offers = Offers::default();
        for line in answer.lines.iter().skip(1) {
            // Old servers write AUTH=LOGIN.
            let line = line.to_ascii_uppercase().replace("AUTH=", "AUTH ");
            let mut words = line.split_whitespace();
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("8BITMIME") => offers.eight_bit = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                Some("AUTH") => words.for_each(|word| offers.add_mechanism(word)),
                _ => {}
            }
        }
        offers
    }

    fn add_mechanism(&mut self, word: &str) {
        if self.auth.iter().any(|known| known == word) {
            return;
        }
        self.auth.push(word.to_owned());
        let known = Mechanism::ALL.iter().find(|known| known.as_str().eq_ignore_ascii_case(word));
        self.mechanisms.extend(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_read_in_any_case_and_unknown_ones_passed_over() {
        let lines = [
            "STARTTLS is my name",
            "size 35882577",
            "8bitmime",
            "AUTH plain SCRAM-SHA-256",
            "AUTH=LOGIN PLAIN",
            "X-OTHER a b",
            "",
        ];
        let offers = Offers::read(&Answer { code: 250, lines: lines.map(str::to_owned).to_vec() });
        let expected = Offers {
            starttls: false,
            eight_bit: true,
            utf8: false,
            size: Some(35_882_577),
            mechanisms: vec![Mechanism::Plain, Mechanism::Login],
            auth: ["PLAIN", "SCRAM-SHA-256", "LOGIN"].map(str::to_owned).to_vec(),
        };
        assert_eq!(offers, expected);
    }
}
