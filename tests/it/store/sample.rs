//! A small desk with at least one row of every type: a customer's mail, its ticket, our answer.

use std::sync::Arc;

use ticketd::domain::row::Table;
use ticketd::domain::*;
use ticketd::store::{self, StoreError, Tx, journal};

pub const AT: Timestamp = Timestamp(1_700_000_000_000);
pub const MAILBOX: MailboxId = MailboxId(1);
pub const FOLDER: FolderId = FolderId(2);
pub const USER: UserId = UserId(3);
pub const CONTACT: ContactId = ContactId(10);
pub const CUSTOMER: AddressId = AddressId(11);
pub const COLLEAGUE: AddressId = AddressId(12);
pub const CUSTOMER_AT_HOME: AddressId = AddressId(13);
pub const QUESTION: MessageId = MessageId(30);
pub const ANSWER: MessageId = MessageId(31);
pub const THREAD: ThreadId = ThreadId(50);
pub const TICKET: RecordId = RecordId(60);
pub const MERGED: RecordId = RecordId(61);
pub const SEND: SendId = SendId(80);
pub const TIMER: TimerId = TimerId(90);
pub const REFERENCE: &str = "00112233445566778899aabb";
pub const INDEX_KEY: LookupKey = LookupKey(-7);

pub fn setup() -> Arc<Setup> {
    Arc::new(Setup {
        ticket_prefix: "T".into(),
        public_url: None,
        mailboxes: vec![],
        users: vec![],
        ignore: vec![],
        pipelines: vec![],
        templates: vec![],
        objects: vec![],
        workflows: vec![],
    })
}

pub fn revision() -> RevisionRow {
    RevisionRow { digest: "r1".into(), at: AT, body: "{}".into() }
}

pub fn event(seq: i64) -> EventRow {
    EventRow {
        seq: EventSeq(seq),
        at: AT,
        cause: (seq > 1).then_some(EventSeq(1)),
        actor: (seq > 1).then_some(USER),
        origin: Origin::Live,
        kind: "arrival".into(),
        payload: "{\"event\":\"setup\"}".into(),
        revision: "r1".into(),
        first_id: seq * 100,
        first_number: seq,
    }
}

pub fn decision(event: i64) -> DecisionRow {
    DecisionRow {
        event: EventSeq(event),
        delivery: None,
        message: Some(QUESTION),
        ticket: Some(TICKET),
        kind: Some(Kind::NewConversation),
        status_before: None,
        status_after: Some("new".into()),
        explanation: "{}".into(),
    }
}

pub fn content(id: i64) -> ContentRow {
    let digest = ContentDigest::of(format!("content {id}").as_bytes());
    ContentRow { id: ContentId(id), key: digest.dated_key(None), digest, size: 10 }
}

/// A customer's message in the thread; content, digest and Message-ID follow from the id.
pub fn message(id: i64) -> MessageRow {
    let digest = ContentDigest::of(format!("message {id}").as_bytes());
    let message_id = message_id(id);
    MessageRow {
        id: MessageId(id),
        delivery: None,
        content: ContentId(20),
        id_key: Some(LookupKey::of(&message_id)),
        message_id: Some(message_id),
        digest_key: digest.key(),
        digest,
        author: Some(CUSTOMER),
        subject: "Where is my order? — nº 7".into(),
        date: Some(AT),
        arrived_at: AT,
        kind: Kind::NewConversation,
        thread: Some(THREAD),
        ticket: Some(TICKET),
        contact: Some(CONTACT),
        parent: None,
        team: true,
        altered: false,
        automatic: true,
        history: false,
        review: Some(ReviewReason::Late),
        event: EventSeq(1),
    }
}

pub fn message_id(id: i64) -> String {
    format!("{id}@example.org")
}

pub fn address(id: AddressId, text: &str) -> AddressRow {
    AddressRow {
        id,
        key: LookupKey::of(text),
        address: EmailAddress::parse(text).expect("an address"),
        name: "Ann Lee".into(),
        contact: None,
        bounced: None,
    }
}

pub fn delivery(id: i64, message: MessageId) -> DeliveryRow {
    DeliveryRow {
        id: DeliveryId(id),
        folder: FOLDER,
        uidvalidity: 5,
        uid: id,
        message: Some(message),
        content: ContentId(20),
        arrived_at: AT,
        state: DeliveryState::Decided,
        event: EventSeq(1),
    }
}

pub fn ticket(record: RecordId, number: i64) -> TicketRow {
    TicketRow {
        record,
        number,
        mailbox: Some(MAILBOX),
        closed_at: None,
        closed_by_hand: false,
        reopened: true,
        newest_firing: Some(QUESTION),
        newest_firing_at: Some(AT),
        flag: Some(Flag::SendFailed),
        merged_into: None,
    }
}

pub fn record(id: RecordId, stage: &str) -> RecordRow {
    RecordRow {
        id,
        object: "ticket".into(),
        pipeline: "support".into(),
        stage: stage.into(),
        title: "Where is my order?".into(),
        source: Source::Email,
        created_at: AT,
        event: EventSeq(1),
    }
}

pub fn recipient(send: SendId, address: AddressId, automatic_at: Option<Timestamp>) -> RecipientRow {
    RecipientRow {
        send,
        address,
        role: RecipientRole::To,
        state: RecipientState::Pending,
        status: Some("4.2.2".into()),
        answer: Some("450 4.2.2 mailbox full".into()),
        told_at: None,
        automatic_at,
        subject_key: automatic_at.map(|_| LookupKey(4)),
    }
}

fn put<R: row::Row>(table: &mut Table<R>, rows: impl IntoIterator<Item = R>) {
    rows.into_iter().for_each(|row| table.put(row));
}

/// A workspace of the desk in which nothing is loaded.
pub fn nothing() -> Workspace {
    Workspace::new(setup())
}

/// Everything put, nothing saved.
pub fn workspace() -> Workspace {
    let mut desk = nothing();
    put(&mut desk.mailboxes, [MailboxRow { id: MAILBOX, name: "desk".into(), kind: MailboxKind::Team }]);
    put(
        &mut desk.folders,
        [FolderRow {
            id: FOLDER,
            mailbox: MAILBOX,
            name: "INBOX".into(),
            role: FolderRole::Inbox,
            uidvalidity: 5,
            last_uid: 9,
        }],
    );
    put(&mut desk.users, [UserRow { id: USER, name: "alice".into() }]);
    put(&mut desk.contents, [content(20), content(21)]);
    mails(&mut desk);
    people(&mut desk);
    tickets(&mut desk);
    desk
}

fn mails(desk: &mut Workspace) {
    let answer = MessageRow { kind: Kind::TicketSend, parent: Some(QUESTION), date: None, ..message(ANSWER.0) };
    put(&mut desk.messages, [MessageRow { review: None, ..message(QUESTION.0) }, answer]);
    put(&mut desk.deliveries, [delivery(40, QUESTION)]);
    put(
        &mut desk.reviews,
        [ReviewRow {
            event: EventSeq(2),
            message: QUESTION,
            reason: ReviewReason::Stranger,
            verdict: Verdict::Attach,
            from_kind: Kind::StrangerReply,
            to_kind: Kind::ParticipantReply,
            from_ticket: Some(TICKET),
            to_ticket: Some(TICKET),
            reviewer: Some(USER),
            at: AT,
        }],
    );
    let relayed = "relayed@example.net".to_owned();
    put(&mut desk.aliases, [AliasRow { key: LookupKey::of(&relayed), message: ANSWER, message_id: relayed }]);
    let awaited = "lost@example.com".to_owned();
    put(&mut desk.awaited, [AwaitedRow { key: LookupKey::of(&awaited), message: QUESTION, awaited_id: awaited }]);
    put(
        &mut desk.threads,
        [ThreadRow { id: THREAD, ticket: Some(TICKET), origin: true, root: QUESTION, newest: ANSWER }],
    );
    put(&mut desk.thread_indexes, [ThreadIndexRow { key: INDEX_KEY, thread: THREAD }]);
    put(
        &mut desk.sends,
        [SendRow {
            id: SEND,
            message: ANSWER,
            reference: REFERENCE.into(),
            reference_key: LookupKey::of(REFERENCE),
            purpose: SendPurpose::Ticket,
            ticket: Some(TICKET),
            author: Some(USER),
            automation: Some("support/ticket_received".into()),
            template: None,
            queued_at: AT,
            state: SendState::Held,
            due_at: AT,
            attempt: 0,
            lease_until: None,
            fence: 3,
        }],
    );
    put(&mut desk.recipients, [recipient(SEND, CUSTOMER, Some(AT))]);
    put(
        &mut desk.timers,
        [TimerRow {
            id: TIMER,
            due_at: AT.plus(MINUTE),
            kind: TimerKind::RetryMail,
            subject: 40,
            attempt: 1,
            lease_until: Some(AT),
            fence: 2,
            done_at: None,
        }],
    );
    put(
        &mut desk.held_notices,
        [HeldNoticeRow {
            id: HeldNoticeId(95),
            recipient: USER,
            ticket: TICKET,
            template: "new_work".into(),
            at: AT,
            event: EventSeq(2),
            digest: None,
        }],
    );
}

fn people(desk: &mut Workspace) {
    let of_contact = |row| AddressRow { contact: Some(CONTACT), ..row };
    put(
        &mut desk.addresses,
        [
            of_contact(address(CUSTOMER, "ann@example.com")),
            AddressRow { bounced: Some(BounceClass::Hard), ..address(COLLEAGUE, "bo@example.com") },
            of_contact(address(CUSTOMER_AT_HOME, "ann@example.net")),
        ],
    );
    put(&mut desk.contacts, [ContactRow { id: CONTACT, name: "Ann Lee".into(), marketing: false, address: CUSTOMER }]);
    put(&mut desk.participants, [CUSTOMER, COLLEAGUE].map(|address| ParticipantRow { thread: THREAD, address }));
}

fn tickets(desk: &mut Workspace) {
    put(&mut desk.records, [record(TICKET, "new"), record(MERGED, "closed")]);
    let merged = TicketRow { merged_into: Some(TICKET), closed_at: Some(AT), ..ticket(MERGED, 2) };
    put(&mut desk.tickets, [ticket(TICKET, 1), merged]);
    put(&mut desk.ticket_contacts, [TicketContactRow { ticket: TICKET, contact: CONTACT }]);
    put(&mut desk.ticket_links, [TicketLinkRow { ticket: TICKET, other: MERGED, message: Some(QUESTION) }]);
    put(
        &mut desk.stage_changes,
        [StageChangeRow {
            id: StageChangeId(70),
            record: TICKET,
            from_stage: None,
            to_stage: "new".into(),
            at: AT,
            cause: StageCause::Created,
            event: EventSeq(1),
        }],
    );
    let automation = "support/ticket_received".into();
    put(&mut desk.enrolments, [EnrolmentRow { record: TICKET, automation, event: EventSeq(1), at: AT }]);
}

/// Saves the sample desk with its journal.
pub fn save(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    journal::keep_revision(tx, &revision())?;
    journal::append(tx, &[event(1), event(2)])?;
    journal::append_decisions(tx, &[decision(1)])?;
    store::save(tx, &workspace())
}
