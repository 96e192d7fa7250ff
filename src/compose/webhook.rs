//! The signature of a webhook (standardwebhooks.com): who gets it can tell that we sent it, and when.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// HMAC-SHA256 (RFC 2104) of the request's id, the time in seconds, and the body, with points between them.
pub fn sign_webhook(secret: &str, id: &str, timestamp: i64, body: &str) -> Vec<u8> {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    mac.finalize().into_bytes().to_vec()
}
