//! The words of a login by a token: OAUTHBEARER (RFC 7628) and XOAUTH2, which Google and Microsoft describe.

use serde_json::Value;

use crate::config::Server;
use crate::net::{self, Secret, base64, of_base64};

/// Characters of what a refusal says that are shown.
const LONGEST_SAID: usize = 200;

/// A login by a token.
pub(crate) struct TokenLogin {
    /// Its name: `XOAUTH2`.
    pub mechanism: &'static str,
    /// The only thing that is said, in base64.
    pub response: Secret,
    /// What is said to a refusal's reason, in base64, so that the refusal itself comes.
    pub bye: &'static str,
}

pub(crate) fn xoauth2(user: &str, token: &Secret) -> TokenLogin {
    let words = format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", token.reveal());
    TokenLogin { mechanism: "XOAUTH2", response: Secret::new(base64(words.as_bytes())), bye: "" }
}

/// RFC 7628 3.1. The name of the user is written as RFC 5801 4 wants it.
pub(crate) fn oauthbearer(user: &str, server: &Server, token: &Secret) -> TokenLogin {
    let user = user.replace('=', "=3D").replace(',', "=2C");
    let (host, port) = (server.host.trim_matches(['[', ']']), server.port);
    let words = format!("n,a={user},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {}\u{1}\u{1}", token.reveal());
    // RFC 7628 3.2.3: one 0x01.
    TokenLogin { mechanism: "OAUTHBEARER", response: Secret::new(base64(words.as_bytes())), bye: "AQ==" }
}

/// The reason of a refusal (RFC 7628 3.2.2), as base64 with JSON in it says it. `None`: it says nothing.
pub(crate) fn refusal(challenge: &str) -> Option<String> {
    let reason: Value = serde_json::from_slice(&of_base64(challenge.trim())?).ok()?;
    let status = match reason.get("status")? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(format!("status {}", net::said(&status, LONGEST_SAID)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Security;

    #[test]
    fn the_words_are_those_of_google_and_of_rfc_7628() {
        let token = Secret::new("vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==");
        // https://developers.google.com/workspace/gmail/imap/xoauth2-protocol, with its example put together.
        let login = xoauth2("someuser@example.com", &token);
        let words = of_base64(login.response.reveal()).unwrap();
        let expected = "user=someuser@example.com\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==\u{1}\u{1}";
        assert_eq!(String::from_utf8(words).unwrap(), expected);
        // RFC 7628 4.1.
        let (host, ca_file) = ("server.example.com".to_owned(), None);
        let server = Server { host, port: 143, security: Security::StartTls, allow_unencrypted: false, ca_file };
        let login = oauthbearer("user@example.com", &server, &token);
        let expected = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRm\
                        dDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2c9PQEB";
        assert_eq!(login.response.reveal(), expected);
        let login = oauthbearer("a=b,c", &server, &token);
        assert!(of_base64(login.response.reveal()).unwrap().starts_with(b"n,a=a=3Db=2Cc,\x01host="));
    }

    #[test]
    fn a_refusal_says_its_status_and_garbage_nothing() {
        let coded = |text: &str| refusal(&base64(text.as_bytes()));
        let reason = r#"{"status":"invalid_token","scope":"mail"}"#;
        assert_eq!(coded(reason).as_deref(), Some("status invalid_token"));
        assert_eq!(coded(r#"{"status":401}"#).as_deref(), Some("status 401"));
        assert_eq!(coded(r#"{"status":"a\u0007b"}"#).as_deref(), Some("status a b"));
        assert_eq!((coded("{}"), coded("no"), refusal("???"), refusal("")), (None, None, None, None));
    }
}
