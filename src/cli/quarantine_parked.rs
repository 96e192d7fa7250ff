//! Mail that a server does not give: nothing of it is here, so it has no row. It is named by its place,
//! `MAILBOX/FOLDER/UID`.

use serde_json::{Value, json};

use super::database::Database;
use super::screen::{Paint, columns, cut, line};
use super::times::{local, rfc3339};
use super::{Code, Failure};
use crate::domain::DeliveryId;
use crate::store::unfetched::{self, Unfetched};
use crate::store::watched::Position;

/// What a user names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A delivery.
    Row(DeliveryId),
    /// A mail that is parked. A folder's name may have slashes in it.
    Parked { mailbox: String, folder: String, uid: i64 },
}

/// `12`, `#12` or `MAILBOX/FOLDER/UID`.
pub(super) fn named(text: &str) -> Result<Named, String> {
    if let Ok(row) = text.strip_prefix('#').unwrap_or(text).parse() {
        return Ok(Named::Row(DeliveryId(row)));
    }
    let parts = text.split_once('/').and_then(|(mailbox, rest)| {
        let (folder, uid) = rest.rsplit_once('/')?;
        Some(Named::Parked { mailbox: mailbox.to_owned(), folder: folder.to_owned(), uid: uid.parse().ok()? })
    });
    parts.ok_or_else(|| {
        "write it as `ticketd quarantine list` prints it: 12, #12, or MAILBOX/FOLDER/UID of what a server does not give"
            .to_owned()
    })
}

/// All of them.
pub(super) fn all(database: &Database) -> anyhow::Result<Vec<Unfetched>> {
    Ok(database.store.read(unfetched::parked)?)
}

/// That one, which must be parked.
pub(super) fn find(database: &Database, named: &Named) -> anyhow::Result<Option<Unfetched>> {
    let Named::Parked { mailbox, folder, uid } = named else { return Ok(None) };
    let is_it = |one: &Unfetched| one.mailbox == *mailbox && one.folder == *folder && one.uid == *uid;
    match all(database)?.into_iter().find(is_it) {
        Some(found) => Ok(Some(found)),
        None => {
            let message = format!("{} is not parked", line(&format!("{mailbox}/{folder}/{uid}")));
            Err(Failure::new(Code::NoInput, message, "`ticketd quarantine list` shows what is").into())
        }
    }
}

/// The next sync asks for it again.
pub(super) fn ask_again(database: &Database, one: &Unfetched) -> anyhow::Result<()> {
    let at = Position { mailbox: &one.mailbox, folder: &one.folder, uidvalidity: one.uidvalidity };
    Ok(database.store.write(|tx| unfetched::ask_again(tx, &at, one.uid))?)
}

/// How it is named.
pub(super) fn name(one: &Unfetched) -> String {
    line(&format!("{}/{}/{}", one.mailbox, one.folder, one.uid))
}

pub(super) fn as_line(database: &Database, one: &Unfetched) -> String {
    format!(
        "{}  {}  asked for {} times, the server does not give it\n{:8}{}",
        name(one),
        local(one.at, &database.zone),
        one.count,
        "",
        Paint::for_stdout().red(&cut(&line(&one.failure), columns() - 8)),
    )
}

/// `state`: `parked`, or what became of it.
pub(super) fn as_json(one: &Unfetched, state: &str) -> Value {
    json!({
        "row": null,
        "parked": name(one),
        "place": format!("{}:{}", one.mailbox, one.folder),
        "uidvalidity": one.uidvalidity,
        "uid": one.uid,
        "times": one.count,
        "tried_at": rfc3339(one.at),
        "state": state,
        "failure": one.failure,
    })
}

#[cfg(test)]
mod tests {
    use super::{Named, named};
    use crate::domain::DeliveryId;

    #[test]
    fn a_row_and_a_place_are_told_apart_and_anything_else_is_refused() {
        let parked =
            |folder: &str| Ok(Named::Parked { mailbox: "support".to_owned(), folder: folder.to_owned(), uid: 7 });
        assert_eq!((named("#12"), named("12")), (Ok(Named::Row(DeliveryId(12))), Ok(Named::Row(DeliveryId(12)))));
        assert_eq!((named("support/INBOX/7"), named("support/Work/Done/7")), (parked("INBOX"), parked("Work/Done")));
        for wrong in ["", "x", "support/7", "support/INBOX/x", "#"] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }
}
