//! A setup comes into force: its mailboxes and users get rows.

use super::deciding::Deciding;
use crate::domain::*;

/// Takes over the directory of the workspace's setup. Rows of what is no longer named stay: the past refers to them.
pub fn setup(d: &mut Deciding<'_>) {
    let setup = d.ws.setup.clone();
    for mailbox in &setup.mailboxes {
        match d.ws.mailbox_named(&mailbox.name).cloned() {
            Some(row) if row.kind == mailbox.kind => {}
            Some(row) => d.change(Change::Mailbox(MailboxRow { kind: mailbox.kind, ..row })),
            None => {
                let row = MailboxRow { id: d.id(), name: mailbox.name.clone(), kind: mailbox.kind };
                d.change(Change::Mailbox(row));
            }
        }
    }
    for user in &setup.users {
        if d.ws.user_named(&user.name).is_none() {
            let row = UserRow { id: d.id(), name: user.name.clone() };
            d.change(Change::User(row));
        }
    }
}
