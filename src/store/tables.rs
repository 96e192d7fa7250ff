//! The names of every table that holds rows of the domain.

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

/// Journal first, then the state in the order in which things refer to each other.
pub(super) const TABLES: [TableNames; 26] = [
    names::<RevisionRow>(),
    names::<EventRow>(),
    names::<DecisionRow>(),
    names::<MailboxRow>(),
    names::<FolderRow>(),
    names::<UserRow>(),
    names::<ContentRow>(),
    names::<DeliveryRow>(),
    names::<MessageRow>(),
    names::<ReviewRow>(),
    names::<AliasRow>(),
    names::<AwaitedRow>(),
    names::<ThreadRow>(),
    names::<ThreadIndexRow>(),
    names::<AddressRow>(),
    names::<ParticipantRow>(),
    names::<ContactRow>(),
    names::<RecordRow>(),
    names::<TicketRow>(),
    names::<TicketContactRow>(),
    names::<TicketLinkRow>(),
    names::<StageChangeRow>(),
    names::<EnrolmentRow>(),
    names::<SendRow>(),
    names::<RecipientRow>(),
    names::<TimerRow>(),
];
