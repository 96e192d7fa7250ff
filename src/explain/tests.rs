//! Every sign and outcome has words of its own, and the one-line reasons read as sentences.

use std::collections::BTreeSet;

use super::*;

fn names() -> Names {
    Names {
        tickets: [(RecordId(7), 1001), (RecordId(8), 1002)].into(),
        mailboxes: [(MailboxId(1), "support".to_owned())].into(),
        users: [(UserId(2), "alice".to_owned())].into(),
        stages: [("waiting_on_us".to_owned(), "Waiting on us".to_owned())].into(),
    }
}

fn candidate(by: ThreadSign, outcome: CandidateOutcome) -> Candidate {
    Candidate { by, message: Some(MessageId(12)), thread: Some(ThreadId(3)), ticket: Some(RecordId(7)), outcome }
}

fn rule(rule: Rule, outcome: RuleResult) -> RuleOutcome {
    RuleOutcome { rule, outcome, target: Some("waiting_on_us".to_owned()) }
}

/// Distinct phrases that can be joined: not empty, no full stop, no word that only the program uses.
fn check_phrases<T: Copy + std::fmt::Debug>(all: &[T], words: impl Fn(T) -> String) {
    let phrases: BTreeSet<String> = all.iter().map(|value| words(*value)).collect();
    assert_eq!(phrases.len(), all.len(), "some of {all:?} share their words: {phrases:?}");
    for phrase in phrases {
        assert!(!phrase.trim().is_empty() && !phrase.ends_with('.'), "{phrase:?}");
    }
}

#[test]
fn every_value_has_words_of_its_own() {
    check_phrases(ThreadSign::ALL, |value| words::thread_sign(value).to_owned());
    check_phrases(CandidateOutcome::ALL, |value| words::candidate_outcome(value).to_owned());
    check_phrases(Rule::ALL, |value| words::rule(value).to_owned());
    check_phrases(RuleResult::ALL, |value| rule_result(value).to_owned());
    check_phrases(EffectResult::ALL, |value| effect_result(value).to_owned());
    check_phrases(ReviewReason::ALL, |value| review(value).to_owned());
    check_phrases(StageCause::ALL, |value| stage_cause(value).to_owned());
    check_phrases(Flag::ALL, |value| flag(value).to_owned());
    check_phrases(Defect::ALL, |value| defect(value).to_owned());
    check_phrases(ReportKind::ALL, |value| words::report_kind(value).to_owned());
    check_phrases(BounceClass::ALL, |value| words::bounce_class(value).to_owned());
    check_phrases(AutomaticSign::ALL, |value| words::automatic_sign(value).to_owned());
    check_phrases(SecondSign::ALL, |value| words::second_sign(value).to_owned());
    check_phrases(ForwardMark::ALL, |value| words::forward_mark(value).to_owned());
    check_phrases(Authentication::ALL, |value| words::authentication(value).to_owned());
}

#[test]
fn each_verdict_says_what_it_would_do_about_whatever_waits() {
    for (reason, kind) in ReviewReason::ALL.iter().flat_map(|reason| Kind::ALL.iter().map(move |kind| (reason, kind))) {
        for on_ticket in [false, true] {
            check_phrases(Verdict::ALL, |value| verdict(value, *kind, *reason, on_ticket).to_owned());
        }
    }
}

#[test]
fn a_reply_is_explained_by_what_tied_it_who_wrote_it_and_the_rule_that_fired() {
    let explanation = Explanation {
        evidence: vec![
            Evidence::Authentication { verdict: Authentication::Pass },
            Evidence::AuthorIsContact { contact: ContactId(4) },
        ],
        candidates: vec![
            candidate(ThreadSign::InReplyToToken, CandidateOutcome::Forged),
            candidate(ThreadSign::InReplyTo, CandidateOutcome::Won),
        ],
        rules: vec![rule(Rule::OnSend, RuleResult::WrongKind), rule(Rule::OnReply, RuleResult::Fired)],
        ..Explanation::default()
    };
    let (before, after) = (Some("Waiting on contact"), Some("Waiting on us"));
    assert_eq!(
        reason(Some(Kind::CustomerReply), &explanation, before, after, &names()),
        "In-Reply-To names #12 of ticket 1001; the author is its contact. \
         Rule 3.2: Waiting on contact → Waiting on us."
    );
    assert_eq!(fired(&explanation), Some(Rule::OnReply));
    assert_eq!(
        candidate_lines(&explanation, &names()),
        [
            "our token in In-Reply-To names #12 of ticket 1001: lost: the signature is not ours",
            "In-Reply-To names #12 of ticket 1001: won: the strongest that counts",
        ]
    );
    assert_eq!(
        rule_lines(&explanation, &names()),
        [
            "3.1 (an e-mail is sent to a customer) → Waiting on us: did not fire: \
             this kind of message never fires it",
            "3.2 (a customer replies) → Waiting on us: fired",
        ]
    );
}

#[test]
fn where_no_rule_fired_the_reason_says_which_could_have_and_why_it_did_not() {
    let of = |outcomes: &[(Rule, RuleResult)]| {
        let rules = outcomes.iter().map(|(found, outcome)| rule(*found, *outcome)).collect();
        let explanation = Explanation { rules, ..Explanation::default() };
        reason(Some(Kind::CustomerReply), &explanation, Some("New"), Some("New"), &names())
    };
    assert_eq!(
        of(&[
            (Rule::OnSend, RuleResult::WrongKind),
            (Rule::OnReply, RuleResult::SwitchedOff),
            (Rule::Reopen, RuleResult::TicketIsOpen)
        ]),
        "Rule 3.2 did not fire: it is switched off."
    );
    assert_eq!(
        of(&[
            (Rule::OnSend, RuleResult::WrongKind),
            (Rule::OnReply, RuleResult::Outranked),
            (Rule::Reopen, RuleResult::Late)
        ]),
        "Rule 3.3 did not fire: older than the newest mail of the ticket that counts."
    );
}

#[test]
fn kinds_that_fire_no_rule_say_what_they_mean() {
    let of = |kind, evidence| {
        let explanation = Explanation { evidence: vec![evidence], ..Explanation::default() };
        reason(Some(kind), &explanation, Some("Closed"), Some("Closed"), &names())
    };
    assert_eq!(
        of(Kind::AutoReply, Evidence::Automatic { signs: vec![AutomaticSign::VacationHeader] }),
        "Written by a machine (out-of-office header). Never reopens, is never answered."
    );
    assert_eq!(
        of(Kind::Duplicate, Evidence::SameContent { message: MessageId(12) }),
        "The same content as #12. A further delivery without effect."
    );
    assert_eq!(
        of(Kind::PersonalInboxReply, Evidence::AuthorIsUser { user: UserId(2) }),
        "The author is alice, of the team. A reply from a user's own mailbox changes no status."
    );
    assert_eq!(
        of(Kind::Ignored, Evidence::IgnoreRule { name: "spam".to_owned() }),
        "Ignore rule `spam`. Kept, without effect."
    );
}

#[test]
fn a_new_ticket_says_why_nobody_acknowledged_it() {
    let explanation = Explanation {
        evidence: vec![Evidence::ToTeamMailbox { mailbox: MailboxId(1) }, Evidence::WeakEvidenceFromStranger],
        effects: vec![Effect {
            automation: "support/ticket_received".to_owned(),
            template: "ticket_received".to_owned(),
            outcome: EffectResult::ListMail,
            send: None,
        }],
        ..Explanation::default()
    };
    assert_eq!(
        reason(Some(Kind::NewConversation), &explanation, None, Some("New"), &names()),
        "To team mailbox support; weak evidence from someone who is not on the ticket. A new ticket, in New. \
         No ticket_received: list and bulk mail is never acknowledged."
    );
    assert_eq!(
        effect_lines(&explanation),
        ["support/ticket_received (ticket_received): skipped: list and bulk mail is never acknowledged"]
    );
}

#[test]
fn what_was_done_by_hand_is_its_own_reason() {
    let nothing = Explanation::default();
    assert_eq!(reason(None, &nothing, Some("New"), Some("Closed"), &names()), "New → Closed.");
    assert_eq!(reason(None, &nothing, Some("New"), Some("New"), &names()), "");
}

#[test]
fn what_has_no_name_is_called_by_its_id() {
    let named = |ticket| evidence_line(&Evidence::LinkedTo { ticket: RecordId(ticket) }, &names());
    assert_eq!(named(8), "linked to ticket 1002, which is closed");
    assert_eq!(named(9), "linked to record #9, which is closed");
}
