//! The status rules of a ticket pipeline (semantics, section 3), as one pure function over everything they depend on.
//! A test states the whole truth table.

use crate::domain::*;

/// Dates decide only when they are further apart than this (semantics 3, Order).
pub const SAME_TIME: Millis = 5 * MINUTE;

/// All that the rules look at.
#[derive(Debug, Clone)]
pub struct RuleInput<'a> {
    pub kind: Kind,
    /// A `mailbox_send` of this mailbox counts as a ticket send.
    pub sent_counts: bool,
    pub pipeline: &'a Pipeline,
    /// The ticket's present status.
    pub stage: &'a str,
    pub closed_at: Option<Timestamp>,
    pub closed_by_hand: bool,
    /// The ticket has gone from closed to open at least once.
    pub reopened: bool,
    pub thread: ThreadStanding,
    pub contact_among_recipients: bool,
    /// The status chosen with a reply.
    pub chosen: Option<&'a str>,
    /// Older than the newest mail of a kind that can fire a rule.
    pub late: bool,
    pub history: bool,
    pub arrived_at: Timestamp,
}

/// The thread of the message, as the ticket sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThreadStanding {
    /// An origin thread of the ticket.
    Origin,
    /// A thread that joined the ticket later.
    Later,
    /// The message begins a thread of the ticket.
    First,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ruling {
    /// Every rule, fired or not.
    pub outcomes: Vec<RuleOutcome>,
    /// The status to set.
    pub set: Option<(String, StageCause)>,
    /// Too late to reopen: a new ticket, linked to the old one.
    pub new_ticket: bool,
    /// The ticket should have been reopened and has no open status.
    pub cannot_reopen: bool,
}

impl Ruling {
    fn not(&mut self, rule: Rule, outcome: RuleResult, target: Option<&str>) {
        self.outcomes.push(RuleOutcome { rule, outcome, target: target.map(str::to_owned) });
    }

    fn fire(&mut self, rule: Rule, target: &str, cause: StageCause) {
        self.not(rule, RuleResult::Fired, Some(target));
        self.set = Some((target.to_owned(), cause));
    }

    /// Whether a rule fired.
    pub fn fired(&self) -> Option<&RuleOutcome> {
        self.outcomes.iter().find(|outcome| outcome.outcome == RuleResult::Fired)
    }
}

/// Applies rules 3.1 to 3.4.
pub fn apply(input: &RuleInput<'_>) -> Ruling {
    let mut ruling = Ruling::default();
    let is_send = input.kind == Kind::TicketSend || (input.kind == Kind::MailboxSend && input.sent_counts);
    let is_reply = matches!(input.kind, Kind::CustomerReply | Kind::ParticipantReply);
    let on_send = (Rule::OnSend, input.pipeline.on_send.target.as_str());
    let on_reply = (Rule::OnReply, input.pipeline.on_reply.target.as_str());
    let reopen = (Rule::Reopen, input.pipeline.first_open().map(|stage| stage.name.as_str()).unwrap_or_default());
    let all = |ruling: &mut Ruling, outcome: RuleResult| {
        for (rule, target) in [on_send, on_reply, reopen] {
            ruling.not(rule, outcome, Some(target).filter(|target| !target.is_empty()));
        }
    };
    if !is_send && !is_reply {
        all(&mut ruling, RuleResult::WrongKind);
    } else if input.history {
        all(&mut ruling, RuleResult::History);
    } else if is_send {
        send_rule(input, &mut ruling);
        ruling.not(Rule::OnReply, RuleResult::WrongKind, None);
        ruling.not(Rule::Reopen, RuleResult::WrongKind, None);
    } else {
        ruling.not(Rule::OnSend, RuleResult::WrongKind, None);
        reply_rules(input, &mut ruling);
    }
    ruling
}

/// Rule 3.1; a status chosen with the reply outranks it.
fn send_rule(input: &RuleInput<'_>, ruling: &mut Ruling) {
    let automation = &input.pipeline.on_send;
    let target = automation.target.as_str();
    if let Some(chosen) = input.chosen {
        match chosen == input.stage {
            true => ruling.not(Rule::Chosen, RuleResult::AlreadyThere, Some(chosen)),
            false => ruling.fire(Rule::Chosen, chosen, StageCause::Chosen),
        }
        ruling.not(Rule::OnSend, RuleResult::Outranked, Some(target));
        return;
    }
    let hindrance = if !automation.on {
        Some(RuleResult::SwitchedOff)
    } else if !input.contact_among_recipients {
        Some(RuleResult::NoContactAmongRecipients)
    } else if input.late {
        Some(RuleResult::Late)
    } else if target == input.stage {
        Some(RuleResult::AlreadyThere)
    } else {
        None
    };
    match hindrance {
        Some(outcome) => ruling.not(Rule::OnSend, outcome, Some(target)),
        None => ruling.fire(Rule::OnSend, target, StageCause::OnSend),
    }
}

/// Rules 3.2 and 3.3. Reopening outranks 3.2: that reply sets the first open status and no other.
fn reply_rules(input: &RuleInput<'_>, ruling: &mut Ruling) {
    let target = input.pipeline.on_reply.target.as_str();
    if input.pipeline.is_closed(input.stage) {
        ruling.not(Rule::OnReply, RuleResult::Outranked, Some(target));
        reopen_rule(input, ruling);
        return;
    }
    let hindrance = if !input.pipeline.on_reply.on {
        Some(RuleResult::SwitchedOff)
    } else if input.thread == ThreadStanding::First && !input.reopened {
        Some(RuleResult::NotAReply)
    } else if input.thread != ThreadStanding::Origin && !input.reopened {
        Some(RuleResult::NotOriginThread)
    } else if input.late {
        Some(RuleResult::Late)
    } else if target == input.stage {
        Some(RuleResult::AlreadyThere)
    } else {
        None
    };
    match hindrance {
        Some(outcome) => ruling.not(Rule::OnReply, outcome, Some(target)),
        None => ruling.fire(Rule::OnReply, target, StageCause::OnReply),
    }
    ruling.not(Rule::Reopen, RuleResult::TicketIsOpen, None);
}

/// Rule 3.3, whatever the switches say. A late mail reopens only what was closed by hand before it arrived.
fn reopen_rule(input: &RuleInput<'_>, ruling: &mut Ruling) {
    let first_open = input.pipeline.first_open().map(|stage| stage.name.as_str());
    let closed_before = input.closed_at.is_some_and(|closed| closed <= input.arrived_at);
    let window_passed = match (input.pipeline.reopen_within, input.closed_at) {
        (Some(window), Some(closed)) => input.arrived_at.since(closed) > window,
        _ => false,
    };
    if input.thread == ThreadStanding::First {
        ruling.not(Rule::Reopen, RuleResult::NotAReply, first_open);
    } else if input.late && !(input.closed_by_hand && closed_before) {
        ruling.not(Rule::Reopen, RuleResult::Late, first_open);
    } else if window_passed {
        ruling.not(Rule::Reopen, RuleResult::WindowPassed, first_open);
        ruling.new_ticket = true;
    } else if let Some(target) = first_open {
        ruling.fire(Rule::Reopen, target, StageCause::Reopen);
    } else {
        ruling.not(Rule::Reopen, RuleResult::NoOpenStatus, None);
        ruling.cannot_reopen = true;
    }
}
