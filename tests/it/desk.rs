//! A desk to state behaviour on: the pure core with its workspace in memory, facts instead of bytes. A team mailbox
//! `support`, another `sales`, the user alice with a connected inbox. Customers are cleo and dora.

use std::sync::Arc;

use ticketd::classify::classify;
use ticketd::config;
use ticketd::decide::{self, Composed, Context, Deciding, MailInput, Refusal};
use ticketd::domain::*;

pub const SUPPORT: &str = "support@example.org";
pub const SALES: &str = "sales@example.org";
pub const ALICE: &str = "alice@example.org";
pub const CLEO: &str = "cleo@example.com";
pub const DORA: &str = "dora@example.net";

pub struct Desk {
    pub ws: Workspace,
    pub now: Timestamp,
    /// Who decides what is decided; `None` for the program.
    pub actor: Option<UserId>,
    seq: i64,
    uid: i64,
    ids: IdBlock,
    numbers: IdBlock,
}

/// What a decision that queued something left behind.
pub struct Sent {
    pub decision: Decision,
    /// Message-ID of the (first) mail queued.
    pub id: String,
    pub token: String,
}

impl Desk {
    pub fn new() -> Desk {
        Desk::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Setup)) -> Desk {
        let mut setup = config::builtin().setup;
        setup.ticket_prefix = "TD".into();
        setup.mailboxes[0].trusted_authserv_ids = vec!["mx.example.org".into()];
        let support = setup.mailboxes[0].clone();
        setup.mailboxes.push(MailboxSetup { name: "sales".into(), addresses: vec![address(SALES)], ..support.clone() });
        setup.mailboxes.push(MailboxSetup {
            name: "alice".into(),
            kind: MailboxKind::Personal,
            addresses: vec![address(ALICE)],
            user: Some("alice".into()),
            ..support
        });
        let alice = vec![address(ALICE)];
        setup.users.push(UserSetup {
            name: "alice".into(),
            display_name: "Alice".into(),
            addresses: alice,
            roles: vec![Role::Agent],
            disabled: false,
        });
        change(&mut setup);
        let (ids, numbers) = (IdBlock::new(1_000), IdBlock::new(1));
        let ws = Workspace::new(Arc::new(setup));
        let mut desk =
            Desk { ws, now: Timestamp::from_seconds(1_800_000_000), actor: None, seq: 0, uid: 0, ids, numbers };
        desk.decide(|d| decide::setup(d, &[]));
        desk
    }

    /// A desk with one ticket: cleo wrote `first@example.com` to support.
    pub fn with_ticket() -> (Desk, RecordId) {
        let mut desk = Desk::new();
        let ticket = desk.ticket_of(CLEO, "first@example.com");
        (desk, ticket)
    }

    /// A customer writes to support.
    pub fn ticket_of(&mut self, customer: &str, id: &str) -> RecordId {
        self.take("support", "INBOX", &mail(customer, SUPPORT, id)).ticket.expect("a ticket")
    }

    pub fn pass(&mut self, span: Millis) {
        self.now = self.now.plus(span);
    }

    /// One event; what it queues is composed at once.
    pub fn decide<T>(&mut self, event: impl FnOnce(&mut Deciding<'_>) -> T) -> (T, Decision) {
        self.seq += 1;
        let context = Context {
            seq: EventSeq(self.seq),
            at: self.now,
            origin: Origin::Live,
            actor: self.actor,
            ids: self.ids,
            numbers: self.numbers,
            seed: [7; 32],
        };
        let mut deciding = Deciding::new(&mut self.ws, context);
        let value = event(&mut deciding);
        let (decision, context) = deciding.finish();
        (self.ids, self.numbers) = (context.ids, context.numbers);
        for plan in &decision.sends {
            let id = message_id(&token(&plan.reference));
            let digest = ContentDigest::of(id.as_bytes());
            let composed =
                Composed { message_id: Some(id), failure: None, subject: String::new(), digest, raw: digest, size: 1 };
            for change in decide::queued(&self.ws, plan, &composed) {
                decide::fold(&mut self.ws, &change);
            }
        }
        (value, decision)
    }

    pub fn take(&mut self, mailbox: &str, folder: &str, facts: &Facts) -> Decision {
        let at = self.now;
        self.take_at(mailbox, folder, facts, at, false)
    }

    pub fn take_at(&mut self, mailbox: &str, folder: &str, facts: &Facts, at: Timestamp, history: bool) -> Decision {
        self.uid += 1;
        let (mailbox, uid) = (self.mailbox(mailbox), self.uid);
        let arrival = Arrival {
            mailbox,
            folder: folder.into(),
            role: None,
            position: Some((1, uid)),
            arrived_at: at,
            content: ContentId(uid),
            history,
            reading: Reading::default(),
        };
        let (_, decision) = self.decide(|d| {
            let delivery = decide::receive(d, &arrival);
            let folder = d.ws.deliveries.get(&delivery).expect("a delivery").folder;
            let role = d.ws.folders.get(&folder).expect("a folder").role;
            let arrived = Arrived { facts, mailbox, role, at };
            let classification = classify(&arrived, d.ws);
            let input = MailInput { facts, content: arrival.content, history, arrived, delivery };
            decide::arrival(d, &input, classification);
        });
        decision
    }

    pub fn classify(&self, mailbox: &str, role: FolderRole, facts: &Facts) -> Classification {
        classify(&Arrived { facts, mailbox: self.mailbox(mailbox), role, at: self.now }, &self.ws)
    }

    /// What the mail is in support's inbox.
    pub fn kind(&self, facts: &Facts) -> Kind {
        self.classify("support", FolderRole::Inbox, facts).kind
    }

    /// A user sends from the ticket; to nobody named: to its contacts.
    pub fn send(&mut self, ticket: RecordId, to: &[&str]) -> Sent {
        self.try_send(Some(ticket), SendPurpose::Ticket, to, None).expect("it may be sent")
    }

    /// The same by alice.
    pub fn alice_sends(&mut self, ticket: Option<RecordId>, purpose: SendPurpose, to: &[&str]) -> Sent {
        self.actor = self.ws.user_named("alice").map(|row| row.id);
        let sent = self.try_send(ticket, purpose, to, None).expect("it may be sent");
        self.actor = None;
        sent
    }

    pub fn try_send(
        &mut self,
        ticket: Option<RecordId>,
        purpose: SendPurpose,
        to: &[&str],
        status: Option<&str>,
    ) -> Result<Sent, Refusal> {
        let draft = Draft { to: to.iter().map(|to| who(to)).collect(), ..Draft::default() };
        let request = SendRequest {
            purpose,
            ticket,
            mailbox: None,
            forwards: None,
            status: status.map(str::to_owned),
            new_thread: false,
            answers: None,
        };
        let (done, decision) = self.decide(|d| decide::send(d, &request, &draft));
        done?;
        let token = token(&decision.sends[0].reference);
        Ok(Sent { decision, id: message_id(&token), token })
    }

    /// A user opens a ticket by hand for a customer.
    pub fn open(&mut self, customer: &str) -> RecordId {
        let draft = Draft { from: Some(who(customer)), subject: Some("By phone".into()), ..Draft::default() };
        let (_, decision) = self.decide(|d| decide::open(d, "support", Source::Phone, None, &draft).expect("it opens"));
        decision.ticket.expect("a ticket")
    }

    pub fn move_to(&mut self, ticket: RecordId, stage: &str) -> Decision {
        self.decide(|d| decide::move_record(d, ticket, stage).expect("it moves")).1
    }

    pub fn status(&self, ticket: RecordId) -> &str {
        self.ws.stage_of(ticket).expect("the ticket has a status")
    }

    pub fn mailbox(&self, name: &str) -> MailboxId {
        self.ws.mailbox_named(name).expect("the mailbox is set up").id
    }

    pub fn message(&self, decision: &Decision) -> &MessageRow {
        self.ws.messages.get(&decision.message.expect("a message")).expect("it is stored")
    }

    pub fn address(&self, text: &str) -> &AddressRow {
        self.ws.address(&address(text)).expect("the address is known")
    }

    pub fn number(&self, ticket: RecordId) -> i64 {
        self.ws.tickets.get(&ticket).expect("a ticket").number
    }
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

pub fn who(text: &str) -> Participant {
    Participant { name: String::new(), address: address(text) }
}

/// A mail that says nothing but who wrote it to whom.
pub fn mail(from: &str, to: &str, id: &str) -> Facts {
    Facts {
        message_id: Some(id.into()),
        date: Some(Timestamp::from_seconds(1_800_000_000)),
        from: vec![who(from)],
        to: vec![who(to)],
        digest: ContentDigest::of(id.as_bytes()),
        subject: Subject { text: "Printer".into(), base: "Printer".into(), prefixes: Vec::new() },
        ..Facts::default()
    }
}

/// A mail that answers another, by In-Reply-To.
pub fn answer(from: &str, to: &str, id: &str, parent: &str) -> Facts {
    let mut facts = mail(from, to, id);
    facts.in_reply_to = vec![parent.into()];
    facts.references = vec![parent.into()];
    facts.subject.prefixes = vec![SubjectPrefix::Reply];
    facts.body =
        Body { text: "yes\n> no\n".into(), new_spans: vec![(0, 4)], quoted_spans: vec![(4, 9)], ..Body::default() };
    facts
}

pub fn claim(place: TokenPlace, token: &str, verdict: TokenVerdict) -> TokenClaim {
    TokenClaim { place, token: token.into(), verdict }
}

/// The token of a send: its reference in base32 and a signature that nobody checks here.
pub fn token(reference: &SendReference) -> String {
    let bits = reference.0.iter().fold(0u128, |bits, byte| bits << 8 | u128::from(*byte)) << 4;
    let letters = (0..20).rev().map(|n| b"abcdefghijklmnopqrstuvwxyz234567"[(bits >> (5 * n)) as usize & 31] as char);
    format!("td1-{}aaaaaaaaaaaaaaaa", letters.collect::<String>())
}

/// The token of a send that we know nothing of.
pub fn foreign_token() -> String {
    token(&SendReference([9; 12]))
}

pub fn message_id(token: &str) -> String {
    format!("{token}@example.org")
}

pub fn forwarded(mark: ForwardMark, original: &[&str]) -> Option<Forwarded> {
    Some(Forwarded { mark, from: original.iter().map(|from| who(from)).collect(), ..Forwarded::default() })
}

pub fn authentication(server: &str, results: &[(&str, &str, &str)]) -> AuthenticationResults {
    let results = results.iter().map(|(m, r, d)| (m.to_string(), r.to_string(), d.to_string())).collect();
    AuthenticationResults { authserv_id: server.into(), results, received_by: Vec::new() }
}

/// A delivery report about a mail of that Message-ID, for one recipient.
pub fn report(about: &str, recipient: &str, class: BounceClass) -> Option<Report> {
    let status = if class == BounceClass::Soft { "4.2.2" } else { "5.1.1" };
    Some(Report {
        kind: ReportKind::Dsn,
        class,
        status: status.into(),
        recipients: vec![ReportedRecipient { address: address(recipient), class, status: status.into() }],
        original_message_id: Some(about.into()),
        original_token: None,
    })
}

/// The mail, changed.
pub fn with(mut facts: Facts, change: impl FnOnce(&mut Facts)) -> Facts {
    change(&mut facts);
    facts
}

pub fn tag(number: i64) -> SubjectTag {
    SubjectTag { prefix: "TD".into(), number }
}
