//! The step: a batch of units in one transaction. Loads what they need, decides one after the other (each sees what the
//! one before it did), writes what changed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inputs::decide_input;
use super::needs::{add_keys, addresses_of_users, own_addresses};
use super::unit::{Input, Outcome, QueuedSend, Unit, Work, WorkflowOrder};
use super::{outgoing, permitted};
use crate::compose::Keyring;
use crate::decide::{self, Context, Deciding, Refusal, fold};
use crate::domain::*;
use crate::store::content::{self, Packed};
use crate::store::counter::{self, Counter};
use crate::store::keys::Seeds;
use crate::store::{self, StoreError, Tx, attempts, journal, record_views, sent_copies};

/// Units whose journal is written while the next are decided: a database on a server is at work meanwhile.
const TOGETHER: usize = 128;

/// What the step keeps between batches: nothing that a rollback could make wrong.
pub(super) struct Step {
    pub keyring: Keyring,
    pub seeds: Seeds,
    /// What was composed when a journal that is folded again was new: what has left is what it was, and templates and
    /// fields are written otherwise in another version.
    pub composed: BTreeMap<ContentId, Vec<u8>>,
    /// The setup read last, under its revision.
    setup: Option<(String, Arc<Setup>)>,
}

impl Step {
    pub fn new(keyring: Keyring, seeds: Seeds) -> Self {
        Step { keyring, seeds, composed: BTreeMap::new(), setup: None }
    }

    /// Carries out a batch and notes which mails are about to be read. One outcome each, in order.
    pub fn carry_out(&mut self, tx: &mut Tx<'_>, work: &[Work]) -> Result<Vec<Outcome>, StoreError> {
        // The empty note is the pulse of a daemon.
        if !matches!(work, [Work::Note { digests, .. }] if digests.is_empty()) {
            tracing::debug!(inputs = work.len(), "a batch is carried out");
        }
        let units = work.iter().filter_map(|work| if let Work::Unit(unit) = work { Some(unit) } else { None });
        let mut outcomes = self.run(tx, &units.collect::<Vec<_>>())?.into_iter();
        let mut all = Vec::with_capacity(work.len());
        for work in work {
            match work {
                Work::Unit(_) => all.extend(outcomes.next()),
                Work::Note { reader, digests } => {
                    attempts::note(tx, *reader, digests)?;
                    all.push(Outcome::nothing(Timestamp::default()));
                }
            }
        }
        Ok(all)
    }

    /// Carries out a batch. One outcome a unit, in order.
    pub fn run(&mut self, tx: &mut Tx<'_>, units: &[&Unit]) -> Result<Vec<Outcome>, StoreError> {
        let mut outcomes = Vec::with_capacity(units.len());
        // Whether a setup may come into force depends on where all tickets are: what stands before it is written first.
        for part in units.chunk_by(|_, next| !matches!(next.input, Input::Setup(_))) {
            outcomes.extend(self.run_part(tx, part)?);
        }
        Ok(outcomes)
    }

    /// The same for units of which only the first may be a setup.
    fn run_part(&mut self, tx: &mut Tx<'_>, units: &[&Unit]) -> Result<Vec<Outcome>, StoreError> {
        let (revision, setup) = self.setup(tx, units)?;
        let mut keys = Keys::default();
        units.iter().for_each(|unit| add_keys(&mut keys, unit));
        keys.addresses.extend(own_addresses(&setup));
        keys.users.extend(addresses_of_users(&setup));
        let occupied = match units.first().map(|unit| &unit.input) {
            Some(Input::Setup(order)) => {
                for one in &order.moves {
                    keys.tickets.extend(record_views::in_stage(tx, &one.pipeline, &one.from)?);
                }
                record_views::occupied(tx, &decide::doubtful_properties(&setup, &order.setup))?
            }
            _ => Occupied::default(),
        };
        let next = counter::next(tx)?;
        let mut batch = Batch {
            ws: store::load(tx, setup, &keys)?,
            revision,
            seq: next.event,
            ids: IdBlock::new(next.id),
            numbers: IdBlock::new(next.ticket_number),
            events: Vec::new(),
            decisions: Vec::new(),
            revisions: Vec::new(),
            contents: Vec::new(),
            sent: Vec::new(),
            occupied,
        };
        let mut outcomes = Vec::with_capacity(units.len());
        for several in units.chunks(TOGETHER) {
            outcomes.extend(several.iter().map(|unit| batch.decide(self, unit)));
            batch.write_journal(tx)?;
        }
        let used = [
            (Counter::Event, batch.seq - next.event),
            (Counter::Id, batch.ids.peek() - next.id),
            (Counter::TicketNumber, batch.numbers.peek() - next.ticket_number),
        ];
        counter::advance(tx, used)?;
        batch.write(tx)?;
        attempts::forget(tx, units.iter().zip(&outcomes).filter_map(|(unit, outcome)| ended(unit, outcome)))?;
        Ok(outcomes)
    }

    /// The setup in force: that of the newest event, or, on an empty journal, the first unit's.
    fn setup(&mut self, tx: &mut Tx<'_>, units: &[&Unit]) -> Result<(String, Arc<Setup>), StoreError> {
        let Some(digest) = journal::current_digest(tx)? else {
            return Ok(match units.first().map(|unit| &unit.input) {
                Some(Input::Setup(order)) => (String::new(), order.setup.clone()),
                _ => (String::new(), Arc::default()),
            });
        };
        if let Some((known, setup)) = self.setup.as_ref().filter(|(known, _)| *known == digest) {
            return Ok((known.clone(), setup.clone()));
        }
        let row = journal::revision(tx, &digest)?.ok_or_else(|| tx.damaged("the revision in force is missing"))?;
        let setup = Arc::new(journal::setup_of(tx, &row)?);
        self.setup = Some((digest.clone(), setup.clone()));
        Ok((digest, setup))
    }
}

/// The attempt to read that ends with this outcome. A mail that is tried again keeps what was noted about it alone: the
/// next try may be the one that ends the program.
fn ended(unit: &Unit, outcome: &Outcome) -> Option<ContentDigest> {
    let mail = unit.input.mail()?;
    let pending = outcome.decision.kind.is_none();
    mail.attempt.filter(|attempt| !(pending && *attempt == mail.packed.digest))
}

/// The revision that a setup is.
pub fn digest_of(setup: &Setup) -> String {
    revision_of(setup, Timestamp::default()).digest
}

/// What a revision looks like as a row: the setup as JSON, and the digest of that.
pub(super) fn revision_of(setup: &Setup, at: Timestamp) -> RevisionRow {
    // A setup is plain data: writing it cannot fail.
    let body = serde_json::to_string(setup).unwrap_or_default();
    let digest: String =
        ContentDigest::of(body.as_bytes()).0.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    RevisionRow { digest, at, body }
}

/// A batch while it is decided.
struct Batch<'a> {
    ws: Workspace,
    revision: String,
    seq: i64,
    ids: IdBlock,
    numbers: IdBlock,
    events: Vec<EventRow>,
    decisions: Vec<DecisionRow>,
    revisions: Vec<RevisionRow>,
    contents: Vec<(ContentId, std::borrow::Cow<'a, Packed>)>,
    /// What people sent and a relay took now: perhaps a mailbox wants a copy.
    sent: Vec<MessageId>,
    /// Where records are before the batch, for a setup.
    occupied: Occupied,
}

impl<'a> Batch<'a> {
    fn decide(&mut self, step: &Step, unit: &'a Unit) -> Outcome {
        if let Err(refusal) = permitted::check(unit, &self.ws.setup, &self.revision, &self.occupied) {
            return refused(unit, refusal);
        }
        if let Input::Setup(order) = &unit.input {
            let setup = &order.setup;
            let row = revision_of(setup, unit.at);
            self.revision.clone_from(&row.digest);
            self.revisions.push(row);
            self.ws.setup = setup.clone();
        }
        if let Some(journaled) = unit.journaled {
            self.ids = IdBlock::new(journaled.first_id);
            self.numbers = IdBlock::new(journaled.first_number);
        }
        let (first_id, first_number) = (self.ids.peek(), self.numbers.peek());
        let context = Context {
            seq: EventSeq(self.seq),
            at: unit.at,
            origin: unit.origin,
            actor: unit.actor.as_deref().and_then(|name| self.ws.user_named(name)).map(|row| row.id),
            ids: self.ids,
            numbers: self.numbers,
            seed: step.seeds.at(EventSeq(self.seq)),
        };
        let actor = context.actor;
        let mut deciding = Deciding::new(&mut self.ws, context);
        let result = decide_input(&mut deciding, &unit.input);
        let (mut decision, context) = deciding.finish();
        let payload = match result {
            Ok(payload) => payload,
            Err(refusal) => return refused(unit, refusal),
        };
        (self.ids, self.numbers) = (context.ids, context.numbers);
        self.keep_content(&unit.input, &decision);
        self.sent.extend(self.taken_by_relay(unit));
        let queued = self.compose(step, &unit.input, &mut decision);
        let seq = EventSeq(self.seq);
        self.seq += 1;
        self.events.push(EventRow {
            seq,
            at: unit.at,
            cause: unit.cause,
            actor,
            origin: unit.origin,
            kind: payload.word().to_owned(),
            // Plain data: writing it cannot fail.
            payload: serde_json::to_string(&payload).unwrap_or_default(),
            revision: self.revision.clone(),
            first_id,
            first_number,
        });
        self.decisions.push(decision_row(seq, &decision));
        self.outcome(seq, unit.at, decision, queued)
    }

    /// The bytes of the input, where they are stored for the first time.
    fn keep_content(&mut self, input: &'a Input, decision: &Decision) {
        let packed = match input {
            Input::Mail(mail) => &mail.packed,
            Input::Send(order) => &order.draft.packed,
            Input::Open { draft, .. } => &draft.packed,
            Input::Record(order) => match order.draft() {
                Some(draft) => &draft.packed,
                None => return,
            },
            Input::Workflow(WorkflowOrder::Comment { draft, .. }) => &draft.packed,
            Input::Review(order) => match &order.original {
                Some(original) => &original.packed,
                None => return,
            },
            Input::Setup(_)
            | Input::Retry { .. }
            | Input::Move { .. }
            | Input::Merge { .. }
            | Input::QuarantineRetry { .. }
            | Input::QuarantineDrop { .. }
            | Input::Lease { .. }
            | Input::Release { .. }
            | Input::Lapse { .. }
            | Input::Dispatch { .. }
            | Input::ClearBounce { .. }
            | Input::Outbox { .. }
            | Input::Workflow(_)
            | Input::Webhook(_)
            | Input::Digest { .. } => return,
        };
        let new = decision.changes.iter().find_map(|change| match change {
            Change::Content(row) => Some(row.id),
            _ => None,
        });
        self.contents.extend(new.map(|id| (id, std::borrow::Cow::Borrowed(packed))));
    }

    /// The message that a relay took for somebody, where a person sent it. Folding the journal again sends nothing.
    fn taken_by_relay(&self, unit: &Unit) -> Option<MessageId> {
        let Input::Dispatch { dispatch, .. } = &unit.input else { return None };
        let taken = dispatch.answers.iter().any(|answer| answer.verdict == RelayVerdict::Accepted);
        let send = self.ws.sends.get(&dispatch.send).filter(|send| taken && !send.purpose.is_automated())?;
        unit.journaled.is_none().then_some(send.message)
    }

    /// Composes what was planned, in the unit that queues it.
    fn compose(&mut self, step: &Step, input: &Input, decision: &mut Decision) -> Vec<QueuedSend> {
        let files = if let Input::Send(order) = input { order.files.as_slice() } else { &[] };
        let mut queued = Vec::new();
        let plans = std::mem::take(&mut decision.sends);
        for plan in &plans {
            let mut built = outgoing::build(&self.ws, &step.keyring, plan, files);
            if let Some(bytes) = step.composed.get(&plan.content) {
                built = built.sent_as(bytes);
            }
            let mut changes = Vec::new();
            if let Some(why) = &built.composed.failure {
                changes = decide::note_failure(decision, plan.send, why);
            }
            changes.extend(decide::queued(&self.ws, plan, &built.composed));
            for change in changes {
                fold(&mut self.ws, &change);
                decision.changes.push(change);
            }
            let addresses = plan.to.iter().chain(&plan.cc);
            queued.push(QueuedSend {
                send: plan.send,
                message: plan.message,
                message_id: built.composed.message_id.clone(),
                failure: built.composed.failure,
                purpose: plan.purpose,
                template: self.ws.sends.get(&plan.send).and_then(|row| row.template.clone()),
                to: addresses.filter_map(|id| self.ws.addresses.get(id)).map(|row| row.address.clone()).collect(),
                subject: built.composed.subject,
            });
            self.contents.push((plan.content, std::borrow::Cow::Owned(built.packed)));
        }
        decision.sends = plans;
        queued
    }

    fn outcome(&self, seq: EventSeq, at: Timestamp, mut decision: Decision, queued: Vec<QueuedSend>) -> Outcome {
        let message = decision.message;
        decision.changes.retain(|change| is_told(change, message));
        decision.changes.shrink_to_fit();
        decision.sends = Vec::new();
        let label = |stage: &Option<String>| {
            let pipeline = decision.ticket.and_then(|ticket| self.ws.pipeline_of(ticket));
            let stage = stage.as_deref()?;
            Some(pipeline.and_then(|pipeline| pipeline.stage(stage)).map_or(stage, |found| &found.label).to_owned())
        };
        Outcome {
            seq,
            at,
            ticket_number: decision.ticket.and_then(|ticket| self.ws.tickets.get(&ticket)).map(|row| row.number),
            status_before: label(&decision.status_before),
            status_after: label(&decision.status_after),
            queued,
            refused: None,
            decision,
        }
    }

    /// Writes what no later unit of the batch can change any more.
    fn write_journal(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for revision in std::mem::take(&mut self.revisions) {
            journal::keep_revision(tx, &revision)?;
        }
        journal::append(tx, &std::mem::take(&mut self.events))?;
        journal::append_decisions(tx, &std::mem::take(&mut self.decisions))?;
        let contents = std::mem::take(&mut self.contents);
        content::put(tx, contents.iter().map(|(id, packed)| (*id, packed.as_ref())))
    }

    /// Writes the rest: the rows as they are in the end. The events that they name are there already.
    fn write(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        store::save(tx, &self.ws)?;
        sent_copies::note(tx, &self.sent)
    }
}

/// Whether whoever brought the input is told of it: what came into being, moved, was done or leaves, and what a person must
/// see. The rest only the database asks for; outcomes wait in hundreds to be told.
/// `message`: the one that the decision is about.
fn is_told(change: &Change, message: Option<MessageId>) -> bool {
    match change {
        // What a row says in the end counts: a later one takes back what an earlier one said.
        Change::Message(row) => Some(row.id) == message,
        Change::Ticket(_) | Change::OpenTicket { .. } | Change::Record(_) | Change::TicketLink(_) => true,
        Change::SetStage(_) | Change::Action(_) | Change::Send(_) | Change::Recipient(_) | Change::Webhook(_) => true,
        _ => false,
    }
}

fn refused(unit: &Unit, refusal: Refusal) -> Outcome {
    Outcome { refused: Some(refusal), ..Outcome::nothing(unit.at) }
}

fn decision_row(event: EventSeq, decision: &Decision) -> DecisionRow {
    DecisionRow {
        event,
        delivery: decision.delivery,
        message: decision.message,
        ticket: decision.ticket,
        kind: decision.kind,
        status_before: decision.status_before.clone(),
        status_after: decision.status_after.clone(),
        // Plain data: writing it cannot fail.
        explanation: serde_json::to_string(&decision.explanation).unwrap_or_default(),
    }
}
