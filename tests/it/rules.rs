//! The status rules of a ticket pipeline: the whole truth table of semantics section 3 against a model of its sentences,
//! then each sentence as an example.

use ticketd::decide::{RuleInput, Ruling, ThreadStanding, apply_rules};
use ticketd::domain::*;

const ARRIVED: Timestamp = Timestamp(1_800_000_000_000);
const PRESENT: &str = "in_work";
const FIRST_OPEN: &str = "new";

/// One row of the table.
#[derive(Debug, Clone, Copy)]
struct Case {
    kind: Kind,
    closed: Option<Closed>,
    reopened: bool,
    thread: ThreadStanding,
    contact: bool,
    on_send: bool,
    on_reply: bool,
    target: Target,
    window: Window,
    late: bool,
    history: bool,
    has_open_status: bool,
    sent_counts: bool,
    chosen: Chosen,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Closed {
    by_hand: bool,
    before_arrival: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Target {
    Open,
    Closed,
    Present,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Window {
    Unlimited,
    NotPassed,
    Passed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Chosen {
    Nothing,
    Other,
    Present,
}

/// What must come of it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Outcome {
    set: Option<(String, StageCause)>,
    new_linked_ticket: bool,
    flagged: bool,
}

impl Case {
    /// A customer answers in the origin thread of an open ticket; both switches are on.
    const REPLY: Case = Case {
        kind: Kind::CustomerReply,
        closed: None,
        reopened: false,
        thread: ThreadStanding::Origin,
        contact: true,
        on_send: true,
        on_reply: true,
        target: Target::Open,
        window: Window::Unlimited,
        late: false,
        history: false,
        has_open_status: true,
        sent_counts: false,
        chosen: Chosen::Nothing,
    };
    const SEND: Case = Case { kind: Kind::TicketSend, ..Case::REPLY };
    const BY_RULE: Option<Closed> = Some(Closed { by_hand: false, before_arrival: true });
    const BY_HAND: Option<Closed> = Some(Closed { by_hand: true, before_arrival: true });

    fn present(&self) -> &'static str {
        if self.closed.is_some() { "closed" } else { PRESENT }
    }

    fn target_of(&self, open: &'static str) -> &'static str {
        match self.target {
            Target::Open => open,
            Target::Closed => "filed",
            Target::Present => self.present(),
        }
    }

    /// The first position is a closed status: "first open" is not "first".
    fn pipeline(&self) -> Pipeline {
        let open = if self.has_open_status { StageState::Open } else { StageState::Closed };
        let stage = |name: &str, state| Stage {
            name: name.into(),
            label: name.into(),
            state,
            probability: None,
            archived: false,
        };
        Pipeline {
            name: "support".into(),
            label: "Support".into(),
            object: TICKET.into(),
            stages: vec![
                stage("filed", StageState::Closed),
                stage(FIRST_OPEN, open),
                stage(PRESENT, open),
                stage("on_contact", open),
                stage("on_us", open),
                stage("closed", StageState::Closed),
            ],
            on_send: TemplatedAutomation { on: self.on_send, target: self.target_of("on_contact").into() },
            on_reply: TemplatedAutomation { on: self.on_reply, target: self.target_of("on_us").into() },
            reopen_within: match self.window {
                Window::Unlimited => None,
                Window::NotPassed => Some(2 * HOUR),
                Window::Passed => Some(HOUR - 1),
            },
            automations: Vec::new(),
        }
    }

    fn ruling(&self) -> Ruling {
        let pipeline = self.pipeline();
        apply_rules(&RuleInput {
            kind: self.kind,
            sent_counts: self.sent_counts,
            pipeline: &pipeline,
            stage: self.present(),
            closed_at: self.closed.map(|closed| ARRIVED.plus(if closed.before_arrival { -HOUR } else { HOUR })),
            closed_by_hand: self.closed.is_some_and(|closed| closed.by_hand),
            reopened: self.reopened,
            thread: self.thread,
            contact_among_recipients: self.contact,
            chosen: match self.chosen {
                Chosen::Nothing => None,
                Chosen::Other => Some("on_us"),
                Chosen::Present => Some(self.present()),
            },
            late: self.late,
            history: self.history,
            arrived_at: ARRIVED,
        })
    }

    fn outcome(&self) -> Outcome {
        let ruling = self.ruling();
        Outcome { set: ruling.set, new_linked_ticket: ruling.new_ticket, flagged: ruling.cannot_reopen }
    }

    /// Whether such a case can be. What cannot: an open ticket in a pipeline without open status, a window that passed
    /// before the closing, a status chosen with anything but what a user sends here and now.
    fn can_be(&self) -> bool {
        let needs_open = self.closed.is_none() || self.target == Target::Open || self.chosen == Chosen::Other;
        let chosen = self.chosen != Chosen::Nothing;
        (self.has_open_status || !needs_open)
            && (self.window != Window::Passed || self.closed.is_some_and(|closed| closed.before_arrival))
            && (!chosen || (self.kind == Kind::TicketSend && !self.late && !self.history))
    }
}

/// Semantics section 3, sentence by sentence.
fn model(case: &Case) -> Outcome {
    let nothing = Outcome::default();
    let sets = |status: &str, cause| Outcome { set: Some((status.into(), cause)), ..Outcome::default() };
    // 3.4 "Never, whatever the switches say: every kind but 5, 12, 13, and 11 where set."
    let send = case.kind == Kind::TicketSend || (case.kind == Kind::MailboxSend && case.sent_counts);
    let reply = [Kind::CustomerReply, Kind::ParticipantReply].contains(&case.kind);
    if !send && !reply {
        return nothing;
    }
    // "History: threads and contacts, no tickets, no status, no sends."
    if case.history {
        return nothing;
    }
    // "`reply --status X` outranks 3.1." "A rule whose target is the present status changes and fires nothing."
    match case.chosen {
        Chosen::Nothing => {}
        Chosen::Other => return sets("on_us", StageCause::Chosen),
        Chosen::Present => return nothing,
    }
    // "A mail older than the newest one of a kind that can fire a rule joins the timeline and changes nothing."
    // "It still reopens a ticket closed by hand before it arrived."
    let still_reopens = reply && case.closed == Case::BY_HAND;
    if case.late && !still_reopens {
        return nothing;
    }
    // 3.1 "A ticket_send with a contact of the ticket among its recipients sets the chosen status." "Per pipeline: on/off".
    if send {
        let target = case.target_of("on_contact");
        let fires = case.on_send && case.contact && target != case.present();
        return if fires { sets(target, StageCause::OnSend) } else { nothing };
    }
    if case.closed.is_some() {
        // 3.3 "in any existing thread"; section 2: a subject tag makes, "on a closed ticket, a linked new one": that is
        // the classification's to say, and the closed ticket stays as it is.
        if case.thread == ThreadStanding::First {
            return nothing;
        }
        // 3.3 "later than that, a new ticket linked to the old one."
        if case.window == Window::Passed {
            return Outcome { new_linked_ticket: true, ..nothing };
        }
        // "A pipeline without an open status cannot reopen: message kept, ticket flagged, error named."
        if !case.has_open_status {
            return Outcome { flagged: true, ..nothing };
        }
        // 3.3 "sets the first open status, whatever the switches say. It outranks 3.2."
        return sets(FIRST_OPEN, StageCause::Reopen);
    }
    // 3.2 "in the ticket's origin thread". "Once the ticket has gone from closed to open by any cause, customer mail in any
    // of its threads does too, the first mail of a new thread included."
    let counts = case.thread == ThreadStanding::Origin || case.reopened;
    let target = case.target_of("on_us");
    if case.on_reply && counts && target != case.present() { sets(target, StageCause::OnReply) } else { nothing }
}

const BOTH: [bool; 2] = [false, true];

/// Every field's every value with every other's.
fn every_case() -> Vec<Case> {
    let mut cases = vec![Case::REPLY];
    cases = each(cases, Kind::ALL, |case, kind| Case { kind: *kind, ..case });
    let mut closings = vec![None];
    for by_hand in BOTH {
        closings.extend(BOTH.map(|before_arrival| Some(Closed { by_hand, before_arrival })));
    }
    cases = each(cases, &closings, |case, closed| Case { closed: *closed, ..case });
    cases = each(cases, &BOTH, |case, reopened| Case { reopened: *reopened, ..case });
    let threads = [ThreadStanding::Origin, ThreadStanding::Later, ThreadStanding::First];
    cases = each(cases, &threads, |case, thread| Case { thread: *thread, ..case });
    cases = each(cases, &BOTH, |case, contact| Case { contact: *contact, ..case });
    cases = each(cases, &BOTH, |case, on_send| Case { on_send: *on_send, ..case });
    cases = each(cases, &BOTH, |case, on_reply| Case { on_reply: *on_reply, ..case });
    cases =
        each(cases, &[Target::Open, Target::Closed, Target::Present], |case, target| Case { target: *target, ..case });
    let windows = [Window::Unlimited, Window::NotPassed, Window::Passed];
    cases = each(cases, &windows, |case, window| Case { window: *window, ..case });
    cases = each(cases, &BOTH, |case, late| Case { late: *late, ..case });
    cases = each(cases, &BOTH, |case, history| Case { history: *history, ..case });
    cases = each(cases, &BOTH, |case, has_open_status| Case { has_open_status: *has_open_status, ..case });
    cases = each(cases, &BOTH, |case, sent_counts| Case { sent_counts: *sent_counts, ..case });
    let choices = [Chosen::Nothing, Chosen::Other, Chosen::Present];
    cases = each(cases, &choices, |case, chosen| Case { chosen: *chosen, ..case });
    cases
}

/// Every case once for every value. What cannot be stays out.
fn each<T>(cases: Vec<Case>, values: &[T], with: impl Fn(Case, &T) -> Case) -> Vec<Case> {
    cases.iter().flat_map(|case| values.iter().map(|value| with(*case, value)).collect::<Vec<_>>()).collect()
}

#[test]
fn the_whole_truth_table() {
    let cases: Vec<Case> = every_case().into_iter().filter(Case::can_be).collect();
    assert!(cases.len() > 200_000, "the table has lost cases: {}", cases.len());
    for case in &cases {
        let ruling = case.ruling();
        let expected = model(case);
        assert_eq!(case.outcome(), expected, "{case:?}\n{:?}", ruling.outcomes);
        explained(case, &ruling);
    }
}

/// Promise 3: "the rules that fired and those that did not, and why".
fn explained(case: &Case, ruling: &Ruling) {
    for rule in [Rule::OnSend, Rule::OnReply, Rule::Reopen] {
        let said = ruling.outcomes.iter().filter(|outcome| outcome.rule == rule).count();
        assert_eq!(said, 1, "{rule} is said once: {case:?}");
    }
    let fired: Vec<_> = ruling.outcomes.iter().filter(|outcome| outcome.outcome == RuleResult::Fired).collect();
    let target = ruling.set.as_ref().map(|(status, _)| status.clone());
    assert_eq!(fired.first().and_then(|outcome| outcome.target.clone()), target, "{case:?}");
    assert!(fired.len() <= 1, "one rule at most: {case:?}");
    let rule_of = |cause| match cause {
        StageCause::OnSend => Rule::OnSend,
        StageCause::OnReply => Rule::OnReply,
        StageCause::Reopen => Rule::Reopen,
        _ => Rule::Chosen,
    };
    let cause = ruling.set.as_ref().map(|(_, cause)| rule_of(*cause));
    assert_eq!(ruling.fired().map(|outcome| outcome.rule), cause, "{case:?}");
}

#[track_caller]
fn sets(case: Case, status: &str, cause: StageCause) {
    assert_eq!(case.outcome(), Outcome { set: Some((status.into(), cause)), ..Outcome::default() }, "{case:?}");
}

/// Nothing changes, and that rule says why.
#[track_caller]
fn nothing(case: Case, rule: Rule, why: RuleResult) {
    assert_eq!(case.outcome(), Outcome::default(), "{case:?}");
    let ruling = case.ruling();
    let said = ruling.outcomes.iter().find(|outcome| outcome.rule == rule).map(|outcome| outcome.outcome);
    assert_eq!(said, Some(why), "{case:?}");
}

#[test]
fn rule_3_1_a_ticket_send_to_a_contact_sets_the_chosen_status() {
    sets(Case::SEND, "on_contact", StageCause::OnSend);
}

#[test]
fn rule_3_1_needs_a_contact_of_the_ticket_among_the_recipients() {
    nothing(Case { contact: false, ..Case::SEND }, Rule::OnSend, RuleResult::NoContactAmongRecipients);
}

#[test]
fn rule_3_1_has_a_switch_of_its_own() {
    nothing(Case { on_send: false, ..Case::SEND }, Rule::OnSend, RuleResult::SwitchedOff);
    sets(Case { on_reply: false, ..Case::SEND }, "on_contact", StageCause::OnSend);
}

#[test]
fn a_mail_sent_past_us_counts_only_where_its_mailbox_says_so() {
    let past_us = Case { kind: Kind::MailboxSend, ..Case::SEND };
    nothing(past_us, Rule::OnSend, RuleResult::WrongKind);
    sets(Case { sent_counts: true, ..past_us }, "on_contact", StageCause::OnSend);
}

#[test]
fn rule_3_2_a_customers_reply_in_the_origin_thread_sets_the_chosen_status() {
    sets(Case::REPLY, "on_us", StageCause::OnReply);
    sets(Case { kind: Kind::ParticipantReply, ..Case::REPLY }, "on_us", StageCause::OnReply);
}

#[test]
fn rule_3_2_does_nothing_in_a_later_thread_of_a_ticket_that_was_never_closed() {
    let later = Case { thread: ThreadStanding::Later, ..Case::REPLY };
    nothing(later, Rule::OnReply, RuleResult::NotOriginThread);
    let first = Case { thread: ThreadStanding::First, ..Case::REPLY };
    nothing(first, Rule::OnReply, RuleResult::NotAReply);
}

#[test]
fn rule_3_2_reaches_every_thread_once_the_ticket_was_reopened() {
    for thread in [ThreadStanding::Origin, ThreadStanding::Later, ThreadStanding::First] {
        sets(Case { thread, reopened: true, ..Case::REPLY }, "on_us", StageCause::OnReply);
    }
}

#[test]
fn rule_3_3_a_reply_in_any_existing_thread_of_a_closed_ticket_reopens_it_whatever_the_switches_say() {
    for thread in [ThreadStanding::Origin, ThreadStanding::Later] {
        let off = Case { on_send: false, on_reply: false, ..Case::REPLY };
        sets(Case { closed: Case::BY_RULE, thread, ..off }, FIRST_OPEN, StageCause::Reopen);
    }
}

#[test]
fn rule_3_3_outranks_3_2() {
    let closed = Case { closed: Case::BY_HAND, reopened: true, ..Case::REPLY };
    sets(closed, FIRST_OPEN, StageCause::Reopen);
    let ruling = closed.ruling();
    assert!(ruling.outcomes.iter().any(|o| o.rule == Rule::OnReply && o.outcome == RuleResult::Outranked));
}

#[test]
fn later_than_the_reopen_window_a_reply_makes_a_new_ticket_linked_to_the_old_one() {
    let late = Case { closed: Case::BY_RULE, window: Window::Passed, ..Case::REPLY };
    assert_eq!(late.outcome(), Outcome { new_linked_ticket: true, ..Outcome::default() });
    sets(Case { window: Window::NotPassed, ..late }, FIRST_OPEN, StageCause::Reopen);
}

#[test]
fn rule_3_4_no_other_kind_ever_sets_a_status() {
    let may = [Kind::TicketSend, Kind::CustomerReply, Kind::ParticipantReply];
    for kind in Kind::ALL.iter().filter(|kind| !may.contains(kind)) {
        for closed in [None, Case::BY_HAND, Case::BY_RULE] {
            let case = Case { kind: *kind, closed, reopened: true, ..Case::REPLY };
            assert_eq!(case.outcome(), Outcome::default(), "{kind}");
        }
    }
}

#[test]
fn a_status_chosen_with_the_reply_outranks_3_1() {
    sets(Case { chosen: Chosen::Other, ..Case::SEND }, "on_us", StageCause::Chosen);
    sets(Case { chosen: Chosen::Other, contact: false, on_send: false, ..Case::SEND }, "on_us", StageCause::Chosen);
    nothing(Case { chosen: Chosen::Present, ..Case::SEND }, Rule::OnSend, RuleResult::Outranked);
}

#[test]
fn a_closed_target_is_allowed() {
    sets(Case { target: Target::Closed, ..Case::SEND }, "filed", StageCause::OnSend);
    sets(Case { target: Target::Closed, ..Case::REPLY }, "filed", StageCause::OnReply);
}

#[test]
fn a_send_on_a_closed_ticket_follows_3_1() {
    sets(Case { closed: Case::BY_HAND, ..Case::SEND }, "on_contact", StageCause::OnSend);
}

#[test]
fn a_rule_whose_target_is_the_present_status_fires_nothing() {
    nothing(Case { target: Target::Present, ..Case::SEND }, Rule::OnSend, RuleResult::AlreadyThere);
    nothing(Case { target: Target::Present, ..Case::REPLY }, Rule::OnReply, RuleResult::AlreadyThere);
}

#[test]
fn a_pipeline_without_an_open_status_cannot_reopen_and_flags_the_ticket() {
    let case = Case { closed: Case::BY_RULE, has_open_status: false, target: Target::Closed, ..Case::REPLY };
    assert_eq!(case.outcome(), Outcome { flagged: true, ..Outcome::default() });
    let ruling = case.ruling();
    assert!(ruling.outcomes.iter().any(|o| o.rule == Rule::Reopen && o.outcome == RuleResult::NoOpenStatus));
}

#[test]
fn a_late_mail_changes_nothing() {
    nothing(Case { late: true, ..Case::SEND }, Rule::OnSend, RuleResult::Late);
    nothing(Case { late: true, ..Case::REPLY }, Rule::OnReply, RuleResult::Late);
    nothing(Case { late: true, closed: Case::BY_RULE, ..Case::REPLY }, Rule::Reopen, RuleResult::Late);
}

#[test]
fn a_late_mail_still_reopens_a_ticket_closed_by_hand_before_it_arrived() {
    let late = Case { late: true, ..Case::REPLY };
    sets(Case { closed: Case::BY_HAND, ..late }, FIRST_OPEN, StageCause::Reopen);
    let afterwards = Some(Closed { by_hand: true, before_arrival: false });
    nothing(Case { closed: afterwards, ..late }, Rule::Reopen, RuleResult::Late);
}

#[test]
fn history_sets_no_status() {
    nothing(Case { history: true, ..Case::SEND }, Rule::OnSend, RuleResult::History);
    nothing(Case { history: true, closed: Case::BY_HAND, ..Case::REPLY }, Rule::Reopen, RuleResult::History);
}
