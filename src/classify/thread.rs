//! Thread evidence: what points at threads and tickets, and which of it counts (semantics section 2, "Thread evidence").

use super::author;
use crate::domain::*;

/// All that points somewhere, and where the message stands because of it.
pub(super) struct ThreadEvidence {
    pub candidates: Vec<Candidate>,
    pub standing: Standing,
    pub links: Vec<RecordId>,
}

/// Weighs the evidence. `outranked`: the stored row of this same mail, which is no evidence for itself.
pub(super) fn evidence(arrived: &Arrived<'_>, ws: &Workspace, outranked: Option<MessageId>) -> ThreadEvidence {
    let mut candidates = Finder { arrived, ws, outranked }.all();
    let winner = choose(&candidates).and_then(|winner| Some((winner, candidates.get(winner)?.clone())));
    let Some((winner, won)) = winner else {
        return ThreadEvidence { candidates, standing: Standing::default(), links: Vec::new() };
    };
    let mut links = Vec::new();
    for (position, candidate) in candidates.iter_mut().enumerate() {
        if candidate.outcome != CandidateOutcome::Won || position == winner {
            continue;
        }
        let elsewhere = candidate.ticket.filter(|ticket| won.ticket.is_some_and(|won| won != *ticket));
        candidate.outcome = if elsewhere.is_some() { CandidateOutcome::Outranked } else { CandidateOutcome::Agrees };
        if let Some(ticket) = elsewhere.filter(|ticket| !links.contains(ticket)) {
            links.push(ticket);
        }
    }
    let standing = standing(&candidates, &won, ws);
    if standing.linked_to.is_some()
        && let Some(won) = candidates.get_mut(winner)
    {
        won.outcome = CandidateOutcome::TicketClosed;
    }
    ThreadEvidence { candidates, standing, links }
}

/// In-Reply-To first, then the newest Reference, then the first To: the order of the list. One that leads to a ticket
/// outranks one that leads to a thread without.
fn choose(candidates: &[Candidate]) -> Option<usize> {
    let counts = |candidate: &&Candidate| candidate.outcome == CandidateOutcome::Won;
    let with_ticket = candidates.iter().position(|c| counts(&c) && c.ticket.is_some());
    with_ticket.or_else(|| candidates.iter().position(|c| counts(&c)))
}

fn standing(candidates: &[Candidate], won: &Candidate, ws: &Workspace) -> Standing {
    let parent = candidates
        .iter()
        .filter(|c| matches!(c.outcome, CandidateOutcome::Won | CandidateOutcome::Agrees | CandidateOutcome::Outranked))
        .filter(|c| c.by != ThreadSign::CitedBy)
        .find_map(|c| c.message);
    let by_tag = won.by == ThreadSign::SubjectTag;
    let closed = by_tag && won.ticket.is_some_and(|ticket| is_closed(ws, ticket));
    Standing {
        by: Some(won.by),
        parent,
        thread: won.thread,
        ticket: won.ticket.filter(|_| !closed),
        begins_thread: by_tag && !closed,
        linked_to: won.ticket.filter(|_| closed),
    }
}

fn is_closed(ws: &Workspace, ticket: RecordId) -> bool {
    let (Some(pipeline), Some(stage)) = (ws.pipeline_of(ticket), ws.stage_of(ticket)) else { return false };
    pipeline.is_closed(stage)
}

struct Finder<'a> {
    arrived: &'a Arrived<'a>,
    ws: &'a Workspace,
    outranked: Option<MessageId>,
}

impl Finder<'_> {
    /// Every candidate, strongest first; those that count have the outcome `Won` until they are weighed.
    fn all(&self) -> Vec<Candidate> {
        let facts = self.arrived.facts;
        let mut found = Vec::new();
        self.tokens(&mut found, TokenPlace::InReplyTo, ThreadSign::InReplyToToken);
        found.extend(facts.in_reply_to.iter().map(|id| self.known_id(id, ThreadSign::InReplyTo)));
        self.references(&mut found);
        self.tokens(&mut found, TokenPlace::PlusAddress, ThreadSign::PlusAddress);
        self.tokens(&mut found, TokenPlace::Body, ThreadSign::BodyMarker);
        self.report(&mut found);
        self.children(&mut found);
        self.thread_index(&mut found);
        self.subject_tags(&mut found);
        found
    }

    /// The References, newest first; each by the token in it, then by the id itself.
    fn references(&self, found: &mut Vec<Candidate>) {
        let mut claims = self.arrived.facts.tokens_at(TokenPlace::References).peekable();
        for id in self.arrived.facts.references.iter().rev() {
            // The claims stand in the same order as the ids.
            let local = || id.split('@').next().unwrap_or_default();
            if let Some(claim) = claims.next_if(|claim| claim.token.eq_ignore_ascii_case(local())) {
                found.push(self.token(claim, ThreadSign::ReferencesToken));
            }
            found.push(self.known_id(id, ThreadSign::References));
        }
        found.extend(claims.map(|claim| self.token(claim, ThreadSign::ReferencesToken)));
    }

    fn tokens(&self, found: &mut Vec<Candidate>, place: TokenPlace, by: ThreadSign) {
        found.extend(self.arrived.facts.tokens_at(place).map(|claim| self.token(claim, by)));
    }

    fn token(&self, claim: &TokenClaim, by: ThreadSign) -> Candidate {
        let outcome = match claim.verdict {
            TokenVerdict::Verified => CandidateOutcome::UnknownSend,
            TokenVerdict::Forged => CandidateOutcome::Forged,
            TokenVerdict::UnknownKey | TokenVerdict::Unchecked => CandidateOutcome::UnknownKey,
        };
        let send = claim.reference().and_then(|reference| self.ws.send_with_reference(&reference));
        match send.filter(|_| claim.verdict == TokenVerdict::Verified) {
            Some(send) => self.message(send.message, by),
            None => lost(by, outcome),
        }
    }

    fn known_id(&self, message_id: &str, by: ThreadSign) -> Candidate {
        let known = self.ws.messages_with_id(message_id);
        match known.into_iter().find(|message| Some(message.id) != self.outranked) {
            Some(message) => self.message(message.id, by),
            None => lost(by, CandidateOutcome::UnknownId),
        }
    }

    /// The mail that a report is about.
    fn report(&self, found: &mut Vec<Candidate>) {
        let Some(report) = &self.arrived.facts.report else { return };
        found.extend(report.original_token.iter().map(|claim| self.token(claim, ThreadSign::Report)));
        found.extend(report.original_message_id.iter().map(|id| self.known_id(id, ThreadSign::Report)));
    }

    /// Mails that cite this one and came before it.
    fn children(&self, found: &mut Vec<Candidate>) {
        let Some(message_id) = &self.arrived.facts.message_id else { return };
        let children = self.ws.awaiting(message_id);
        found.extend(children.into_iter().map(|awaited| self.message(awaited.message, ThreadSign::CitedBy)));
    }

    /// Weak: Outlook's Thread-Index, from a participant of the thread.
    fn thread_index(&self, found: &mut Vec<Candidate>) {
        let Some(index) = &self.arrived.facts.thread_index else { return };
        for thread in self.ws.threads_with_index(thread_index_key(index)) {
            let ticket = thread.ticket.and_then(|ticket| self.resolve(ticket));
            let on_it = match ticket {
                Some(ticket) => author::is_on_ticket(self.arrived, self.ws, ticket),
                None => author::is_in_thread(self.arrived, self.ws, thread.id),
            };
            found.push(Candidate {
                by: ThreadSign::ThreadIndex,
                message: on_it.then_some(thread.newest),
                thread: Some(thread.id),
                ticket,
                outcome: if on_it { CandidateOutcome::Won } else { CandidateOutcome::NotAParticipant },
            });
        }
    }

    /// Weak: `[PREFIX-123]` in the subject, from a participant of the ticket.
    fn subject_tags(&self, found: &mut Vec<Candidate>) {
        let tags = &self.arrived.facts.subject_tags;
        for tag in tags.iter().filter(|tag| tag.prefix == self.ws.setup.ticket_prefix) {
            let ticket = self.ws.ticket_numbered(tag.number).and_then(|ticket| self.resolve(ticket.record));
            let outcome = match ticket {
                None => CandidateOutcome::UnknownTicket,
                Some(ticket) if author::is_on_ticket(self.arrived, self.ws, ticket) => CandidateOutcome::Won,
                Some(_) => CandidateOutcome::NotAParticipant,
            };
            found.push(Candidate { by: ThreadSign::SubjectTag, message: None, thread: None, ticket, outcome });
        }
    }

    fn message(&self, id: MessageId, by: ThreadSign) -> Candidate {
        let message = self.ws.messages.get(&id);
        let thread = message.and_then(|message| message.thread);
        let of_thread = thread.and_then(|thread| self.ws.threads.get(&thread)).and_then(|thread| thread.ticket);
        let ticket = of_thread.or_else(|| message.and_then(|message| message.ticket));
        Candidate {
            by,
            message: Some(id),
            thread,
            ticket: ticket.and_then(|ticket| self.resolve(ticket)),
            outcome: CandidateOutcome::Won,
        }
    }

    /// The ticket itself, or the one that it was merged into.
    fn resolve(&self, ticket: RecordId) -> Option<RecordId> {
        let mut ticket = ticket;
        // A merge never makes a circle; the bound keeps a damaged database from being one.
        for _ in 0..16 {
            match self.ws.tickets.get(&ticket)?.merged_into {
                Some(into) => ticket = into,
                None => return Some(ticket),
            }
        }
        None
    }
}

fn lost(by: ThreadSign, outcome: CandidateOutcome) -> Candidate {
    Candidate { by, message: None, thread: None, ticket: None, outcome }
}

/// The look-up key of Outlook's conversation root.
pub(super) fn thread_index_key(index: &[u8; 22]) -> LookupKey {
    ContentDigest::of(index).key()
}
