//! The names of every table.

use crate::domain::row::Row;
use crate::domain::*;

/// A table's names, apart from its row type.
pub(super) struct TableNames {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) key: &'static [&'static str],
}

const fn names<R: Row>() -> TableNames {
    TableNames { table: R::TABLE, columns: R::COLUMNS, key: R::KEY_COLUMNS }
}

/// The tables that hold rows of the domain: journal first, then the state, each after those that it refers to (see
/// save.rs).
pub(super) const TABLES: [TableNames; 39] = [
    names::<RevisionRow>(),
    names::<EventRow>(),
    names::<DecisionRow>(),
    names::<MailboxRow>(),
    names::<FolderRow>(),
    names::<UserRow>(),
    names::<ContentRow>(),
    names::<ContactRow>(),
    names::<AddressRow>(),
    names::<RecordRow>(),
    names::<ThreadRow>(),
    names::<ThreadIndexRow>(),
    names::<MessageRow>(),
    names::<ReviewRow>(),
    names::<TicketRow>(),
    names::<DeliveryRow>(),
    names::<AliasRow>(),
    names::<AwaitedRow>(),
    names::<ParticipantRow>(),
    names::<TicketContactRow>(),
    names::<TicketLinkRow>(),
    names::<StageChangeRow>(),
    names::<EnrolmentRow>(),
    names::<SendRow>(),
    names::<RecipientRow>(),
    names::<TimerRow>(),
    names::<HeldNoticeRow>(),
    names::<PropertyRow>(),
    names::<CompanyRow>(),
    names::<RecordCompanyRow>(),
    names::<TaskRow>(),
    names::<NoteRow>(),
    names::<WorkflowRow>(),
    names::<WorkflowRevisionRow>(),
    names::<CommentRow>(),
    names::<RunRow>(),
    names::<ActionRow>(),
    names::<RotationRow>(),
    names::<WebhookRow>(),
];

/// What a new database has rows in from the beginning.
pub(super) const OWN_TABLES: [TableNames; 4] = [
    TableNames { table: "since", columns: &["name", "event"], key: &["name"] },
    TableNames { table: "counter", columns: &["name", "next"], key: &["name"] },
    TableNames { table: "meta", columns: &["key", "value"], key: &["key"] },
    TableNames { table: "signing_key", columns: &["kid", "secret", "created_at", "retired_at"], key: &["kid"] },
];

/// How far folders on servers were read (0003.sql, 0004.sql, 0006.sql).
pub(super) const WATCHED_TABLES: [TableNames; 5] = [
    TableNames {
        table: "watched_folder",
        columns: &["mailbox", "folder", "uidvalidity", "passed", "boundary", "since", "finished", "skipped"],
        key: &["mailbox", "folder"],
    },
    TableNames {
        table: "withheld",
        columns: &["mailbox", "folder", "uidvalidity", "uid", "tied"],
        key: &["mailbox", "folder", "uidvalidity", "uid"],
    },
    TableNames {
        table: "withheld_key",
        columns: &["key", "mailbox", "folder", "uidvalidity", "uid"],
        key: &["key", "mailbox", "folder", "uidvalidity", "uid"],
    },
    TableNames {
        table: "withheld_compared",
        columns: &["mailbox", "folder", "event", "id", "whole_at"],
        key: &["mailbox", "folder"],
    },
    TableNames {
        table: "unfetched",
        columns: &["mailbox", "folder", "uidvalidity", "uid", "count", "at", "failure"],
        key: &["mailbox", "folder", "uidvalidity", "uid"],
    },
];

/// Relays that are left alone, and copies for Sent folders (0005.sql).
pub(super) const SENDING_TABLES: [TableNames; 2] = [
    TableNames { table: "relay_pause", columns: &["relay", "since", "until", "why"], key: &["relay"] },
    TableNames { table: "sent_copy", columns: &["message", "settled_at"], key: &["message"] },
];

/// What the daemon says, and consents of OAuth (0006.sql).
pub(super) const DAEMON_TABLES: [TableNames; 2] = [
    TableNames { table: "daemon_status", columns: &["one", "at", "body"], key: &["one"] },
    TableNames {
        table: "oauth_consent",
        columns: &["client", "account", "refresh_token", "granted_at", "renewed_at", "expires_at"],
        key: &["client", "account"],
    },
];

/// Attempts to read, and the raw bytes.
pub(super) const BYTES_TABLES: [TableNames; 2] = [
    TableNames { table: "attempt", columns: &["key", "digests", "count", "reader"], key: &["key"] },
    TableNames { table: "content_chunk", columns: &["content", "n", "bytes"], key: &["content", "n"] },
];

/// Every table, each after those that it refers to.
pub(super) fn all() -> impl Iterator<Item = &'static TableNames> {
    OWN_TABLES.iter().chain(all_but_own())
}

/// The same without those that a new database has rows in.
pub(super) fn all_but_own() -> impl Iterator<Item = &'static TableNames> {
    TABLES.iter().chain(&WATCHED_TABLES).chain(&SENDING_TABLES).chain(&DAEMON_TABLES).chain(&BYTES_TABLES)
}
