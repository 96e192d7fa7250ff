//! What a login by OAuth needs and when it ends, as far as anybody said so.

use crate::config::OauthClient;
use crate::domain::{DAY, Ends, Timestamp};

/// How long before an end it is warned of.
const WARNED: i64 = 14 * DAY;

/// Something that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    pub what: Ends,
    pub at: Timestamp,
}

/// What of a client's is known to end, the earliest first. `consent`: when the consent does, where the server said so.
pub fn endings(client: &OauthClient, consent: Option<Timestamp>) -> Vec<Ending> {
    let consent = consent.map(|at| Ending { what: Ends::Consent, at });
    let secret = client.secret_expires.map(|at| Ending { what: Ends::Secret, at });
    let mut endings: Vec<Ending> = consent.into_iter().chain(secret).collect();
    endings.sort_by_key(|ending| ending.at);
    endings
}

impl Ending {
    /// Whole days that are left; negative once it is over.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        self.at.since(now).div_euclid(DAY)
    }

    /// Whether it is time to do something about it.
    pub fn is_near(&self, now: Timestamp) -> bool {
        self.at.since(now) < WARNED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[test]
    fn an_end_is_warned_of_from_fourteen_days_before_and_what_nobody_said_is_not_guessed() {
        let text = "[[oauth]]\nname = \"a\"\nclient_id = \"id\"\nprovider = \"microsoft\"\ntenant = \"example.org\"\n";
        let client = |more: &str| config::parse(&format!("{text}{more}")).unwrap().oauth.remove(0);
        assert_eq!(endings(&client(""), None), []);
        let secret = client("client_secret_env = \"S\"\nsecret_expires = \"2027-01-31\"\n");
        let end = Timestamp(1_801_353_600_000);
        let consent = end.plus(-DAY);
        let both = endings(&secret, Some(consent));
        assert_eq!(both, [Ending { what: Ends::Consent, at: consent }, Ending { what: Ends::Secret, at: end }]);
        let secret = both[1];
        assert!(!secret.is_near(end.plus(-14 * DAY)) && secret.is_near(end.plus(-14 * DAY + 1)));
        assert_eq!((secret.days_left(end.plus(-DAY)), secret.days_left(end.plus(1))), (1, -1));
    }
}
