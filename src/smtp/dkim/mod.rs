//! DKIM signatures (RFC 6376), with RSA or Ed25519 (RFC 8463). Most relays sign what they send; this is for those that do
//! not. Made from the bytes of the mail as they are, when it is handed over: by what the relay at hand is configured for.

mod canonical;

use std::path::Path;

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};

use self::canonical::{Field, body, fields, header};
use crate::config::Dkim;
use crate::domain::Timestamp;
use crate::net::{base64, load_key};

/// The fields that are signed where they are there (RFC 6376 5.4.1), and those that mail programs act on.
const SIGNED: [&str; 18] = [
    "from",
    "reply-to",
    "subject",
    "date",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// Characters of a line of the signature.
const LINE: usize = 72;

/// Signs mails of one domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A key that nothing can be signed with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key_file {path}: {what}")]
pub struct KeyError {
    pub path: String,
    pub what: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("domain", &self.domain).field("selector", &self.selector).finish()
    }
}

impl Signer {
    /// Reads the key.
    pub fn load(dkim: &Dkim) -> Result<Self, KeyError> {
        let wrong = |what: String| KeyError { path: dkim.key_file.clone(), what };
        let der = load_key(Path::new(&dkim.key_file)).map_err(wrong)?;
        let key = Key::read(&der).map_err(|what| wrong(what.to_owned()))?;
        Ok(Signer { domain: dkim.domain.clone(), selector: dkim.selector.clone(), key })
    }

    /// The mail with a DKIM-Signature above it. It has CRLF at its line ends, a header and, behind an empty line, a body.
    /// `None`: the signature could not be made.
    pub fn sign(&self, mail: &[u8], at: Timestamp) -> Option<Vec<u8>> {
        let end = memchr::memmem::find(mail, b"\r\n\r\n").map_or(mail.len(), |at| at + 2);
        let (head, rest) = mail.split_at(end);
        let fields = fields(head);
        let signed = chosen(&fields);
        let hash = base64(digest(&SHA256, &body(rest.strip_prefix(b"\r\n").unwrap_or(rest))).as_ref());
        let names = signed.iter().map(|field| field.name.as_str()).chain(["from"]).collect::<Vec<_>>().join(":");
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={}; s={};\r\n\tt={}; h={};\r\n\tbh={hash};\r\n\tb=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            at.0 / 1000,
            names.replace(':', ":\r\n\t "),
        );
        let mut text = Vec::new();
        for field in signed {
            text.extend_from_slice(&header(field));
            text.extend_from_slice(b"\r\n");
        }
        text.extend(fields_of_signature(&unsigned));
        let signature = base64(&self.key.sign(&text)?);
        let lines = signature.as_bytes().chunks(LINE).map(String::from_utf8_lossy).collect::<Vec<_>>();
        let mut out = format!("{unsigned}{}\r\n", lines.join("\r\n\t ")).into_bytes();
        out.extend_from_slice(mail);
        Some(out)
    }
}

/// The signature's own field as it is signed: without its line end (RFC 6376 3.7).
fn fields_of_signature(unsigned: &str) -> Vec<u8> {
    fields(unsigned.as_bytes()).first().map(header).unwrap_or_default()
}

/// The fields of each name from below (RFC 6376 5.4.2). `from` is named once more than there are: another one that is put
/// in above breaks the signature (8.15).
fn chosen(fields: &[Field]) -> Vec<&Field> {
    SIGNED.iter().flat_map(|name| fields.iter().rev().filter(move |field| field.name == *name)).collect()
}

impl Key {
    fn read(der: &[u8]) -> Result<Self, &'static str> {
        let rsa = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
        if let Ok(pair) = rsa {
            return Ok(Key::Rsa(Box::new(pair)));
        }
        // As openssl writes it, without the public half.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der);
        pair.map(|pair| Key::Ed25519(Box::new(pair))).map_err(|_| "no RSA key of 2048 to 4096 bits, and no Ed25519 key")
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).ok()?;
                Some(signature)
            }
            // Of the hash, not of the text (RFC 8463 3).
            Key::Ed25519(pair) => Some(pair.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec()),
        }
    }
}
