//! From the status rules to the ticket: what a mail in a ticket's thread does to its status.

use super::arrival::MailInput;
use super::deciding::Deciding;
use super::rules::{self, RuleInput, Ruling, SAME_TIME, ThreadStanding};
use super::stage::Because;
use crate::domain::*;

impl Deciding<'_> {
    /// Applies rules 3.1 to 3.4 to a mail that joined a ticket.
    pub(super) fn apply_rules(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let Some(ticket) = c.standing.ticket.and_then(|ticket| self.ws.tickets.get(&ticket)).cloned() else { return };
        let Some(pipeline) = self.ws.pipeline_of(ticket.record).cloned() else { return };
        let late = self.is_late(mail, c, &ticket);
        self.apply_rules_to(mail, c.kind, &ticket, &pipeline, self.standing_in_ticket(c), late);
    }

    /// A person says that a mail is an answer on that ticket: it counts as one that arrives now, whatever came in between,
    /// and however long ago the ticket was closed. `late`: it was known to be late, and stays so.
    pub(super) fn apply_rules_by_hand(&mut self, mail: &MailInput<'_>, kind: Kind, ticket: RecordId, late: bool) {
        let Some(ticket) = self.ws.tickets.get(&ticket).cloned() else { return };
        let Some(pipeline) = self.ws.pipeline_of(ticket.record).cloned() else { return };
        let pipeline = Pipeline { reopen_within: None, ..pipeline };
        let thread = self.decision.thread.map_or(ThreadStanding::Later, |thread| self.thread_standing(thread));
        self.apply_rules_to(mail, kind, &ticket, &pipeline, thread, late);
    }

    fn apply_rules_to(
        &mut self,
        mail: &MailInput<'_>,
        kind: Kind,
        ticket: &TicketRow,
        pipeline: &Pipeline,
        thread: ThreadStanding,
        late: bool,
    ) {
        let stage = self.ws.stage_of(ticket.record).unwrap_or_default().to_owned();
        let sent_counts =
            self.ws.mailbox(mail.arrived.mailbox).is_some_and(|(_, setup)| setup.sent_counts_as_ticket_send);
        let ruling = rules::apply(&RuleInput {
            kind,
            sent_counts,
            pipeline,
            stage: &stage,
            closed_at: ticket.closed_at,
            closed_by_hand: ticket.closed_by_hand,
            reopened: ticket.reopened,
            thread,
            contact_among_recipients: self.is_sent_to_contact(mail, ticket.record),
            chosen: None,
            late,
            history: mail.history,
            arrived_at: mail.arrived.at,
        });
        self.decision.explanation.rules.clone_from(&ruling.outcomes);
        if can_fire(kind, sent_counts) && !mail.history {
            self.note_newest(ticket, mail, late);
            self.carry_out(mail, ticket, stage, ruling, late);
        }
    }

    fn carry_out(&mut self, mail: &MailInput<'_>, ticket: &TicketRow, stage: String, ruling: Ruling, late: bool) {
        let nothing_happened = ruling.set.is_none() && !ruling.new_ticket;
        let by_customer = matches!(self.decision.kind, Some(Kind::CustomerReply | Kind::ParticipantReply));
        if late && nothing_happened && by_customer {
            self.edit_message(|message| message.review = message.review.or(Some(ReviewReason::Late)));
        }
        if ruling.cannot_reopen
            && let Some(row) = self.ws.tickets.get(&ticket.record).cloned()
        {
            self.change(Change::Ticket(TicketRow { flag: Some(Flag::CannotReopen), ..row }));
        }
        if ruling.new_ticket {
            self.follow_up_ticket(mail, ticket.record);
        }
        if let Some((to, cause)) = ruling.set {
            let because = Because { silence: self.silence(mail, false), message: self.decision.message };
            self.enter_stage(ticket.record, Some(stage), &to, cause, because);
        }
    }

    /// Closed longer ago than `reopen_within`: a new ticket with a thread of its own, linked to the old one.
    fn follow_up_ticket(&mut self, mail: &MailInput<'_>, old: RecordId) {
        let Some(message) = self.decision.message else { return };
        let author = mail.facts.author().and_then(|author| self.ws.address(&author.address)).and_then(|a| a.contact);
        // A participant does not become a contact by writing: the ticket is still for whom the old one was for.
        let contacts = author.map_or_else(|| self.ws.contacts_of(old).collect(), |contact| vec![contact]);
        self.decision.explanation.evidence.push(Evidence::LinkedTo { ticket: old });
        let thread = self.new_thread(None, message, false);
        self.participants(thread, mail.facts.participants());
        self.decision.thread = Some(thread);
        self.decision.ticket = None;
        self.ticket_from_mail(mail, contacts, Some(old), false);
        self.decision.status_before = None;
    }

    /// "A mail older than the newest one of a kind that can fire a rule": what cites another is newer than it; beyond
    /// that dates decide only when over 5 minutes apart, else the order of receipt. A parent that came after its child is
    /// older, whatever its date.
    fn is_late(&self, mail: &MailInput<'_>, c: &Classification, ticket: &TicketRow) -> bool {
        if c.standing.by == Some(ThreadSign::CitedBy) {
            return true;
        }
        let (Some(newest), Some(newest_at)) = (ticket.newest_firing, ticket.newest_firing_at) else { return false };
        let cites_newest = c.candidates.iter().any(|candidate| {
            let by_citing = !matches!(candidate.by, ThreadSign::ThreadIndex | ThreadSign::CitedBy);
            let parent = candidate.message.filter(|_| by_citing);
            parent == Some(newest)
                || (candidate.ticket == Some(ticket.record) && self.is_newer(parent, newest, newest_at))
        });
        let cited = c.candidates.iter().any(|candidate| {
            let child = candidate.message.filter(|_| candidate.by == ThreadSign::CitedBy);
            child == Some(newest) || (candidate.ticket == Some(ticket.record) && self.counted(child))
        });
        cited || (!cites_newest && newest_at.since(mail.arrived.at) > SAME_TIME)
    }

    /// Whether the message is newer than the newest that counted: what cites it is newer than both.
    fn is_newer(&self, message: Option<MessageId>, newest: MessageId, newest_at: Timestamp) -> bool {
        message.and_then(|message| self.ws.messages.get(&message)).is_some_and(|message| {
            let gap = message.arrived_at.since(newest_at);
            if gap.abs() > SAME_TIME { gap > 0 } else { message.id > newest }
        })
    }

    /// Whether the message is a reply or a send that may have fired a rule: what it cites is older than the newest of these.
    fn counted(&self, message: Option<MessageId>) -> bool {
        let kind = message.and_then(|message| self.ws.messages.get(&message)).map(|message| message.kind);
        kind.is_some_and(|kind| can_fire(kind, false))
    }

    fn note_newest(&mut self, ticket: &TicketRow, mail: &MailInput<'_>, late: bool) {
        if late {
            return;
        }
        let newest_firing_at = Some(mail.arrived.at).max(ticket.newest_firing_at);
        let newest_firing = self.decision.message;
        self.change(Change::Ticket(TicketRow { newest_firing, newest_firing_at, ..ticket.clone() }));
    }

    fn standing_in_ticket(&self, c: &Classification) -> ThreadStanding {
        match self.decision.thread {
            _ if c.standing.begins_thread => ThreadStanding::First,
            Some(thread) => self.thread_standing(thread),
            None => ThreadStanding::Later,
        }
    }

    fn is_sent_to_contact(&self, mail: &MailInput<'_>, ticket: RecordId) -> bool {
        let recipients = mail.facts.to.iter().chain(&mail.facts.cc).chain(&mail.facts.bcc);
        self.reaches_contact(ticket, recipients.filter_map(|to| self.ws.address(&to.address)).map(|row| row.id))
    }
}
