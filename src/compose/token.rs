//! The signed token: how our own sends are recognised when they, or answers to them, come back.
//!
//! `td{kid}-{reference}{signature}`, in base32 (RFC 4648 6) of lower case without padding: 96 bits of reference in 20
//! letters, 80 bits of HMAC-SHA256 in 16. Relays and address books fold case, so reading takes either case; base64
//! would not survive them. Exactly one text stands for a reference under a key: set padding bits are refused.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::{EmailAddress, SendReference, Timestamp, TokenVerdict};

/// The header field that carries the token, for relays that replace the Message-ID.
pub const TOKEN_HEADER: &str = "X-Ticketd-Token";

const CONTEXT: &[u8] = b"ticketd token v1";
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const REFERENCE_LETTERS: usize = 20;
const SIGNATURE_BYTES: usize = 10;
const SIGNATURE_LETTERS: usize = 16;
/// RFC 5321 4.5.3.1.1.
const LOCAL_PART_OCTETS: usize = 64;

/// A signed name of a send: `td1-…`, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    /// The token itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Message-ID of the send, without angle brackets. `domain` is in ASCII.
    pub fn message_id(&self, domain: &str) -> String {
        format!("{}@{domain}", self.0)
    }

    /// The token in the Message-ID of a send, as [`Token::message_id`] made it. Not verified.
    pub fn of_message_id(message_id: &str) -> Option<Token> {
        let (token, _) = message_id.split_once('@')?;
        token.starts_with("td1-").then(|| Token(token.to_owned()))
    }

    /// `local+token@domain`: where answers come back with the token even when a program drops all ids. `None` when the
    /// local part would become longer than RFC 5321 4.5.3.1.1 allows.
    pub fn plus_address(&self, address: &EmailAddress) -> Option<EmailAddress> {
        let (base, _) = address.without_detail();
        let local = format!("{}+{}", base.local(), self.0);
        // A quoted local part has no place for a detail outside of its quotes.
        if local.len() > LOCAL_PART_OCTETS || local.starts_with('"') {
            return None;
        }
        EmailAddress::parse(&format!("{local}@{}", base.domain()))
    }

    /// What stands in the text of a mail, to be found again in a quote: `ref:td1-…`.
    pub fn body_marker(&self) -> String {
        format!("ref:{}", self.0)
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A key id is one to four digits or lower-case letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key id `{0}` is not one to four of 0-9 and a-z")]
pub struct InvalidKid(pub String);

/// A secret and the id by which tokens name it.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    secret: [u8; 32],
    since: Timestamp,
}

impl SigningKey {
    /// A key. `kid`: one to four of `0-9a-z`, unique in its keyring.
    pub fn new(kid: &str, secret: [u8; 32]) -> Result<Self, InvalidKid> {
        match is_kid(kid) {
            true => Ok(SigningKey { kid: kid.to_owned(), secret, since: Timestamp(i64::MIN) }),
            false => Err(InvalidKid(kid.to_owned())),
        }
    }

    /// The key, made at that moment: it signs nothing older.
    pub fn since(self, since: Timestamp) -> Self {
        SigningKey { since, ..self }
    }

    /// The MAC over a reference. The reference has a fixed length, so the kid before it cannot borrow from it.
    fn mac(&self, reference: &SendReference) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length (RFC 2104 2): this is never `None`.
        let mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        Some(mac.chain_update(CONTEXT).chain_update(&self.kid).chain_update(reference.0))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The key that signs, and those that signed before and are still believed.
#[derive(Debug, Clone)]
pub struct Keyring {
    current: SigningKey,
    retired: Vec<SigningKey>,
}

impl Keyring {
    /// A keyring; where two keys share an id, the current one counts, then the first.
    pub fn new(current: SigningKey, retired: Vec<SigningKey>) -> Self {
        Keyring { current, retired }
    }

    /// The token of a send, signed with the newest key that there was at that moment (the oldest where there was none yet):
    /// so the journal gives the same tokens again after a rotation.
    pub fn sign(&self, reference: &SendReference, at: Timestamp) -> Token {
        let mut key = &self.current;
        for other in &self.retired {
            let better =
                if key.since > at { other.since < key.since } else { other.since > key.since && other.since <= at };
            key = if better { other } else { key };
        }
        let signature = key.mac(reference).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
        let mut text = format!("td{}-", key.kid);
        write_base32(reference.0.iter(), &mut text);
        write_base32(signature.iter().take(SIGNATURE_BYTES), &mut text);
        Token(text)
    }

    /// Whether `text` is a token of ours. The reference is given for a verified token only, so that nobody acts on an
    /// unproven one. What has no token's form is forged.
    pub fn verify(&self, text: &str) -> (TokenVerdict, Option<SendReference>) {
        let text = text.to_ascii_lowercase();
        let Some((kid, code)) = text.strip_prefix("td").and_then(|rest| rest.split_once('-')) else {
            return (TokenVerdict::Forged, None);
        };
        if !is_kid(kid) {
            return (TokenVerdict::Forged, None);
        }
        let Some(key) = std::iter::once(&self.current).chain(&self.retired).find(|key| key.kid == kid) else {
            return (TokenVerdict::UnknownKey, None);
        };
        match verified(key, code) {
            Some(reference) => (TokenVerdict::Verified, Some(reference)),
            None => (TokenVerdict::Forged, None),
        }
    }
}

fn is_kid(kid: &str) -> bool {
    (1..=4).contains(&kid.len()) && kid.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

/// The reference in `code`, if `key` signed it. Compares in constant time.
fn verified(key: &SigningKey, code: &str) -> Option<SendReference> {
    let (reference, signature) = code.split_at_checked(REFERENCE_LETTERS)?;
    if signature.len() != SIGNATURE_LETTERS {
        return None;
    }
    let reference = SendReference::from_base32(reference)?;
    let signature: [u8; SIGNATURE_BYTES] = read_base32(signature)?;
    key.mac(&reference)?.verify_truncated_left(&signature).ok().map(|()| reference)
}

fn write_base32<'b>(bytes: impl Iterator<Item = &'b u8>, out: &mut String) {
    let (mut pending, mut bits) = (0u32, 0u32);
    let letter = |value: u32| ALPHABET.get((value & 31) as usize).copied().map(char::from);
    for byte in bytes {
        pending = pending << 8 & 0xffff | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.extend(letter(pending >> bits));
        }
    }
    if bits > 0 {
        out.extend(letter(pending << (5 - bits)));
    }
}

/// Exactly `N` bytes from lower-case base32. `None` when a padding bit is set, a letter is foreign, the length differs.
fn read_base32<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    let mut slots = out.iter_mut();
    let (mut pending, mut bits) = (0u32, 0u32);
    for letter in text.bytes() {
        let value = match letter {
            b'a'..=b'z' => letter - b'a',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        pending = pending << 5 & 0xffff | u32::from(value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *slots.next()? = (pending >> bits & 0xff) as u8;
        }
    }
    let padding = pending & ((1 << bits) - 1);
    (slots.next().is_none() && bits < 5 && padding == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(kid: &str, secret: u8) -> Keyring {
        Keyring::new(SigningKey::new(kid, [secret; 32]).unwrap(), Vec::new())
    }

    const NOW: Timestamp = Timestamp(1_741_000_000_000);

    fn reference() -> SendReference {
        SendReference([0xfe, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xff])
    }

    #[test]
    fn a_token_of_ours_is_verified_in_any_case() {
        let token = ring("1", 5).sign(&reference(), NOW);
        assert_eq!(token.as_str().len(), "td1-".len() + 36);
        for text in [token.as_str().to_owned(), token.as_str().to_uppercase()] {
            assert_eq!(ring("1", 5).verify(&text), (TokenVerdict::Verified, Some(reference())), "{text}");
        }
    }

    #[test]
    fn a_token_of_a_retired_key_stays_ours() {
        let old = ring("1", 5).sign(&reference(), NOW);
        let keys = Keyring::new(SigningKey::new("2", [6; 32]).unwrap(), vec![SigningKey::new("1", [5; 32]).unwrap()]);
        assert_eq!(keys.verify(old.as_str()).0, TokenVerdict::Verified);
        assert!(keys.sign(&reference(), NOW).as_str().starts_with("td2-"));
    }

    #[test]
    fn a_key_signs_from_the_moment_it_was_made() {
        let key = |kid: &str, since: i64| SigningKey::new(kid, [6; 32]).unwrap().since(Timestamp(since));
        let keys = Keyring::new(key("3", 300), vec![key("2", 200), key("1", 100)]);
        for (at, kid) in
            [(50, "td1-"), (100, "td1-"), (199, "td1-"), (200, "td2-"), (299, "td2-"), (300, "td3-"), (999, "td3-")]
        {
            assert!(keys.sign(&reference(), Timestamp(at)).as_str().starts_with(kid), "{at}");
        }
    }

    #[test]
    fn a_token_of_another_key_id_is_of_an_unknown_key_and_one_of_another_secret_is_forged() {
        let token = ring("1", 5).sign(&reference(), NOW);
        assert_eq!(ring("2", 5).verify(token.as_str()), (TokenVerdict::UnknownKey, None));
        assert_eq!(ring("1", 6).verify(token.as_str()), (TokenVerdict::Forged, None));
    }

    #[test]
    fn the_key_id_is_part_of_what_is_signed() {
        let token = ring("1", 5).sign(&reference(), NOW);
        let renamed = token.as_str().replacen("td1-", "td2-", 1);
        assert_eq!(ring("2", 5).verify(&renamed), (TokenVerdict::Forged, None));
    }

    #[test]
    fn changing_any_letter_forges() {
        let token = ring("1", 5).sign(&reference(), NOW);
        for place in "td1-".len()..token.as_str().len() {
            for letter in ['a', 'q', '7'] {
                let mut changed: Vec<char> = token.as_str().chars().collect();
                if changed[place] != letter {
                    changed[place] = letter;
                    let changed: String = changed.into_iter().collect();
                    assert_eq!(ring("1", 5).verify(&changed), (TokenVerdict::Forged, None), "{changed}");
                }
            }
        }
    }

    #[test]
    fn set_padding_bits_are_refused_although_they_decode_to_the_same_reference() {
        let token = ring("1", 5).sign(&reference(), NOW);
        // 0xff ends the reference: its last letter holds one bit of it and four of padding.
        assert_eq!(&token.as_str()[23..24], "q");
        let padded = format!("{}r{}", &token.as_str()[..23], &token.as_str()[24..]);
        assert_eq!(ring("1", 5).verify(&padded), (TokenVerdict::Forged, None));
    }

    #[test]
    fn what_has_no_tokens_form_is_forged_and_harms_nobody() {
        for text in ["", "td", "td-", "td1-", "td1-é", "tdé-aaaa", "td12345-aaaa", "x", "td1-aaaaaaaaaaaaaaaaaaaééééé"]
        {
            assert_eq!(ring("1", 5).verify(text), (TokenVerdict::Forged, None), "{text:?}");
        }
    }

    #[test]
    fn key_ids_are_short_and_plain() {
        assert!(SigningKey::new("a1z9", [0; 32]).is_ok());
        for kid in ["", "A", "12345", "é", "a-b"] {
            assert_eq!(SigningKey::new(kid, [0; 32]).unwrap_err(), InvalidKid(kid.to_owned()));
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", ring("1", 173));
        assert!(shown.contains("kid: \"1\"") && !shown.contains("173"), "{shown}");
    }

    #[test]
    fn the_text_names_the_token_behind_a_mark() {
        let token = ring("1", 5).sign(&reference(), NOW);
        assert_eq!(token.body_marker(), format!("ref:{token}"));
    }

    #[test]
    fn the_plus_address_keeps_to_64_octets() {
        let token = ring("1", 5).sign(&reference(), NOW);
        let address = |local: &str| EmailAddress::parse(&format!("{local}@example.org")).unwrap();
        let plus = token.plus_address(&address("support")).unwrap();
        assert_eq!(plus.as_str(), format!("support+{token}@example.org"));
        assert_eq!(token.plus_address(&address("support+old")), Some(plus));
        assert!(token.plus_address(&address(&"a".repeat(23))).is_some());
        assert_eq!(token.plus_address(&address(&"a".repeat(24))), None);
        assert_eq!(token.plus_address(&address("\"a b\"")), None);
    }
}
