//! The name of a send.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Names one send, 96 bits. Its token stands in the mail that we send; whoever answers it names the send again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SendReference(pub [u8; 12]);

impl SendReference {
    /// The reference of the `n`th send that journal entry `seq` causes. Derived and not drawn, so that folding the
    /// journal again gives the same reference; nobody without `seed` can tell it beforehand.
    pub fn derive(seed: &[u8; 32], seq: i64, n: u32) -> Self {
        let hash = Sha256::new().chain_update(seed).chain_update(seq.to_be_bytes()).chain_update(n.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut head = [0; 12];
        head.copy_from_slice(&digest[..12]);
        SendReference(head)
    }

    /// Reads the first 20 base32 letters (RFC 4648 6, lower case) of a token's second half. Padding bits must be
    /// zero, so that one text stands for a reference. Whether the token is ours is another question.
    pub fn from_base32(letters: &str) -> Option<Self> {
        let mut bits = 0u128;
        for letter in letters.as_bytes().get(..20)? {
            let value = match letter {
                b'a'..=b'z' => letter - b'a',
                b'2'..=b'7' => letter - b'2' + 26,
                _ => return None,
            };
            bits = bits << 5 | u128::from(value);
        }
        if bits & 15 != 0 {
            return None;
        }
        let mut bytes = [0; 12];
        bytes.copy_from_slice(&(bits >> 4).to_be_bytes()[4..]);
        Some(SendReference(bytes))
    }

    /// Reads 24 hexadecimal digits, as `Display` writes them.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 24 {
            return None;
        }
        let mut bytes = [0; 12];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0u8, |value, digit| Some(value << 4 | hex_value(*digit)?))?;
        }
        Some(SendReference(bytes))
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl std::fmt::Display for SendReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for SendReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for SendReference {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SendReference {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("a send reference is 24 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::SendReference;

    #[test]
    fn the_same_journal_entry_gives_the_same_reference_and_any_other_gives_another() {
        let reference = SendReference::derive(&[7; 32], 41, 0);
        assert_eq!(reference, SendReference::derive(&[7; 32], 41, 0));
        for other in [([8; 32], 41, 0), ([7; 32], 42, 0), ([7; 32], 41, 1)] {
            assert_ne!(reference, SendReference::derive(&other.0, other.1, other.2), "{other:?}");
        }
    }

    #[test]
    fn a_reference_is_written_and_read_as_hexadecimal() {
        let reference = SendReference([0, 1, 2, 3, 4, 5, 6, 7, 8, 0xab, 0xcd, 0xff]);
        assert_eq!(serde_json::to_string(&reference).unwrap(), "\"000102030405060708abcdff\"");
        assert_eq!(serde_json::from_str::<SendReference>("\"000102030405060708ABCDFF\"").unwrap(), reference);
        for broken in ["", "00", "0001020304050607080abcdfg", "+00102030405060708abcdff", "é0010203040506070abcdff"] {
            assert_eq!(SendReference::from_hex(broken), None, "{broken:?}");
        }
    }
}
