//! A consent by a redirect that a person pastes: there is no browser where we run, and nobody listens where it leads.

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::form::{form, value};
use crate::config::{Endpoint, OauthClient};
use crate::net::{Secret, base64url};

/// Where the browser is sent with the code (RFC 8252 7.3): to its own computer.
pub(super) const REDIRECT: &str = "http://localhost";

/// A person is asked for consent.
#[derive(Debug)]
pub struct Asking {
    /// Where they are asked.
    pub url: String,
    /// What has to come back (RFC 6749 10.12).
    state: String,
    /// What proves that the one who has the code is who asked for it (RFC 7636 4.1).
    pub(super) verifier: Secret,
}

impl Asking {
    /// A new question. `authorize`: where. `user`: who is to consent, as a hint. `None`: the system has no random numbers.
    pub fn new(client: &OauthClient, authorize: &Endpoint, user: &str) -> Option<Asking> {
        Some(Asking::of(client, authorize, user, random()?, random()?))
    }

    fn of(client: &OauthClient, authorize: &Endpoint, user: &str, state: String, verifier: String) -> Asking {
        let challenge = base64url(digest(&SHA256, verifier.as_bytes()).as_ref());
        let scopes = client.scopes.join(" ");
        let mut asked = vec![
            ("response_type", "code"),
            ("client_id", &client.client_id),
            ("redirect_uri", REDIRECT),
            ("state", &state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            // OpenID Connect 3.1.2.1; others leave it out of account.
            ("login_hint", user),
        ];
        asked.extend(Some(("scope", scopes.as_str())).filter(|_| !scopes.is_empty()));
        let mark = if authorize.path.contains('?') { '&' } else { '?' };
        Asking { url: format!("{authorize}{mark}{}", form(&asked)), state, verifier: Secret::new(verifier) }
    }

    /// The code in the address that the browser was sent to (RFC 6749 4.1.2), or what is wrong with it.
    pub fn code(&self, pasted: &str) -> Result<Secret, Pasted> {
        let query = pasted.trim().split_once('?').map(|(_, query)| query.split('#').next().unwrap_or_default());
        let query = query.ok_or(Pasted::Garbled)?;
        // Before anything in it is believed.
        if value(query, "state").as_deref() != Some(&self.state) {
            return Err(Pasted::OtherState);
        }
        if let Some(error) = value(query, "error") {
            let more = value(query, "error_description").map(|more| format!(": {more}")).unwrap_or_default();
            return Err(Pasted::Refused(super::error::said(&format!("{error}{more}"), &[])));
        }
        value(query, "code").filter(|code| !code.is_empty()).map(Secret::new).ok_or(Pasted::Garbled)
    }
}

/// What is wrong with what was pasted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Pasted {
    #[error("that is no address with a code in it")]
    Garbled,
    #[error("that address does not belong to this login (its `state` is another one)")]
    OtherState,
    #[error("the consent was not given: {0}")]
    Refused(String),
}

/// 43 characters of 256 random bits.
fn random() -> Option<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(base64url(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn client() -> OauthClient {
        let text = "[[oauth]]\nname = \"a\"\nclient_id = \"my id\"\ntoken_url = \"https://id.example.org/token\"\n\
                    authorize_url = \"https://id.example.org/auth?prompt=consent\"\nscopes = [\"mail\", \"more\"]\n";
        config::parse(text).unwrap().oauth.remove(0)
    }

    fn asking() -> Asking {
        let client = client();
        let authorize = client.authorize.clone().unwrap();
        // RFC 7636 appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        Asking::of(&client, &authorize, "support@example.org", "st".to_owned(), verifier)
    }

    #[test]
    fn the_address_carries_the_challenge_of_rfc_7636_and_not_what_proves_it() {
        assert_eq!(
            asking().url,
            "https://id.example.org/auth?prompt=consent&response_type=code&client_id=my%20id\
             &redirect_uri=http%3A%2F%2Flocalhost&state=st&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
             &code_challenge_method=S256&login_hint=support%40example.org&scope=mail%20more"
        );
    }

    #[test]
    fn a_code_counts_only_with_the_state_that_was_given() {
        let asking = asking();
        assert_eq!(asking.code("http://localhost/?code=c%2F1&state=st#x\n"), Ok(Secret::new("c/1")));
        assert_eq!(asking.code("http://localhost/?code=c&state=other"), Err(Pasted::OtherState));
        assert_eq!(asking.code("http://localhost/?code=c"), Err(Pasted::OtherState));
        assert_eq!(asking.code("http://localhost/?state=st&code="), Err(Pasted::Garbled));
        assert_eq!(asking.code("c"), Err(Pasted::Garbled));
        let refused = asking.code("http://localhost?error=access_denied&error_description=No%0Away&state=st");
        assert_eq!(refused, Err(Pasted::Refused("access_denied: No way".to_owned())));
    }

    #[test]
    fn no_two_questions_have_the_same_state_or_proof() {
        let client = client();
        let new = || Asking::new(&client, client.authorize.as_ref().unwrap(), "a").unwrap();
        let (one, other) = (new(), new());
        assert!(one.state != other.state && one.verifier != other.verifier && one.state.len() == 43);
    }
}
