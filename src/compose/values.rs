//! What templates may name: the variables of each sort of mail, and samples of them to check a template with.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::domain::EmailAddress;

/// Who reads what a template says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Contacts: `send_email` uses it. No user has to do with such a mail.
    Contacts,
    /// Users alone: notifications.
    Users,
    /// A user whose mail did not arrive.
    Author,
    /// A user, of many notifications at once.
    Digest,
}

impl Readers {
    pub(super) const ALL: [Readers; 4] = [Readers::Contacts, Readers::Users, Readers::Author, Readers::Digest];
}

/// What the template may name that tells of a mail that did not arrive. Notifications may name all but the failure; what
/// contacts read all but the user too. `user` and `failure` alone are for asking whether there is one.
const OF_TICKETS: [&str; 16] = [
    "ticket.number",
    "ticket.tag",
    "ticket.subject",
    "ticket.status",
    "record.title",
    "record.stage",
    "record.object",
    "contact.name",
    "contact.address",
    "mailbox.name",
    "mailbox.address",
    "user",
    "user.name",
    "failure",
    "failure.address",
    "failure.reason",
];

/// What the digest may name. Each entry has `template`, `count` and `ticket` with `number`, `tag`, `subject`, `status`.
const OF_DIGESTS: [&str; 7] =
    ["digest.count", "digest.entries", "digest.more", "mailbox.name", "mailbox.address", "user", "user.name"];

/// What a template may name that is for these readers.
pub fn known_variables(readers: Readers) -> &'static [&'static str] {
    match readers {
        Readers::Contacts => OF_TICKETS.get(..11).unwrap_or_default(),
        Readers::Users => OF_TICKETS.get(..13).unwrap_or_default(),
        Readers::Author => &OF_TICKETS,
        Readers::Digest => &OF_DIGESTS,
    }
}

/// What fills a template about a record, a ticket mostly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Values {
    pub ticket: TicketValues,
    pub record: RecordValues,
    pub contact: ContactValues,
    pub mailbox: MailboxValues,
    /// The user whom a notification tells something.
    pub user: Option<UserValues>,
    /// The mail of that user's that did not arrive.
    pub failure: Option<FailureValues>,
}

/// Of a record of any object; empty where a mail is about none.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RecordValues {
    pub title: String,
    /// The stage's label.
    pub stage: String,
    /// What one of its object is called: `Deal`.
    pub object: String,
}

/// Number 0 and empty texts where a mail has no ticket; of another record what it has alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct TicketValues {
    pub number: i64,
    /// `[PREFIX-123]`.
    pub tag: String,
    pub subject: String,
    /// The status's label.
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactValues {
    pub name: String,
    pub address: EmailAddress,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MailboxValues {
    /// The display name.
    pub name: String,
    pub address: EmailAddress,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UserValues {
    /// The display name.
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureValues {
    /// Who did not get it.
    pub address: EmailAddress,
    /// What a server said, or a code and its words; may be empty.
    pub reason: String,
}

/// What fills the digest of notifications.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestValues {
    pub digest: DigestList,
    pub mailbox: MailboxValues,
    pub user: Option<UserValues>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestList {
    /// Notifications in all.
    pub count: i64,
    pub entries: Vec<DigestLine>,
    /// Notifications that no entry stands for: there are too many.
    pub more: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DigestLine {
    /// Name of the template that would have told it.
    pub template: String,
    pub ticket: TicketValues,
    /// How often.
    pub count: i64,
}

/// Values as a template for these readers gets them.
pub(super) fn sample(readers: Readers) -> Value {
    let values = ticket_values(readers);
    if readers != Readers::Digest {
        return Value::from(Serde(values));
    }
    let Values { ticket, mailbox, user, .. } = values;
    let line = DigestLine { template: "template".to_owned(), ticket, count: 1 };
    Value::from(Serde(DigestValues { digest: DigestList { count: 2, entries: vec![line], more: 1 }, mailbox, user }))
}

/// Those of a mail about a ticket.
pub(super) fn ticket_values(readers: Readers) -> Values {
    let address = || EmailAddress::parse("name@example.org").unwrap_or_default();
    Values {
        ticket: TicketValues {
            number: 1,
            tag: "[TD-1]".to_owned(),
            subject: "Subject".to_owned(),
            status: "New".to_owned(),
        },
        record: RecordValues { title: "Subject".to_owned(), stage: "New".to_owned(), object: "Ticket".to_owned() },
        contact: ContactValues { name: "Name".to_owned(), address: address() },
        mailbox: MailboxValues { name: "Mailbox".to_owned(), address: address() },
        user: (readers != Readers::Contacts).then(|| UserValues { name: "User".to_owned() }),
        failure: (readers == Readers::Author)
            .then(|| FailureValues { address: address(), reason: "550 5.1.1 no such user".to_owned() }),
    }
}
