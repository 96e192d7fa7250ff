use ticketd::domain::Timestamp;
use ticketd::net::Secret;
use ticketd::store::consents::{self, Consent};

use super::empty;

fn consent(account: &str, token: &str, at: i64) -> Consent {
    Consent {
        client: "own".to_owned(),
        account: account.to_owned(),
        refresh_token: Secret::new(token),
        granted_at: Timestamp(at),
        renewed_at: Timestamp(at),
        expires_at: None,
    }
}

#[test]
fn a_consent_is_kept_by_client_and_account_and_changed_only_by_who_used_it() {
    let Some(store) = empty() else { return };
    let find = |account: &str| store.read(|tx| consents::find(tx, "own", account)).unwrap();
    let (ann, bo) = (consent("ann@example.org", "a", 1), consent("bo@example.org", "b", 2));
    store.write(|tx| consents::give(tx, &ann)).unwrap();
    store.write(|tx| consents::give(tx, &bo)).unwrap();
    assert_eq!((find("ann@example.org"), find("bo@example.org")), (Some(ann.clone()), Some(bo.clone())));
    assert_eq!(store.read(|tx| consents::find(tx, "other", "ann@example.org")).unwrap(), None);

    let renewed =
        Consent { expires_at: Some(Timestamp(9)), granted_at: Timestamp(1), ..consent("ann@example.org", "c", 3) };
    assert!(store.write(|tx| consents::renew(tx, &ann.refresh_token, &renewed)).unwrap());
    assert_eq!(find("ann@example.org"), Some(renewed.clone()));
    // Whoever used the one before comes too late.
    let late = consent("ann@example.org", "late", 4);
    assert!(!store.write(|tx| consents::renew(tx, &ann.refresh_token, &late)).unwrap());
    assert_eq!((find("ann@example.org"), find("bo@example.org")), (Some(renewed), Some(bo)));

    let anew = consent("ann@example.org", "d", 5);
    store.write(|tx| consents::give(tx, &anew)).unwrap();
    assert_eq!(find("ann@example.org"), Some(anew));
}
