//! Floor 1, pure: an [`Explanation`] in sentences, for people. English for now. Says ids and names of the setup, never
//! addresses or text of mails: what stands here may be logged and kept.

mod actions;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::*;

pub use actions::{action_line, action_reason, property_line};
pub use words::{defect, effect_result, flag, review, rule_result, stage_cause, verdict};

/// How people call what explanations name by id. What is missing is shown as its id.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Numbers of tickets.
    pub tickets: BTreeMap<RecordId, i64>,
    pub mailboxes: BTreeMap<MailboxId, String>,
    pub users: BTreeMap<UserId, String>,
    /// Labels of stages by their names.
    pub stages: BTreeMap<String, String>,
}

impl Names {
    /// Takes the labels of a setup's stages; the first pipeline that has a name counts.
    pub fn learn_stages(&mut self, setup: &Setup) {
        for stage in setup.pipelines.iter().flat_map(|pipeline| &pipeline.stages) {
            self.stages.entry(stage.name.clone()).or_insert_with(|| stage.label.clone());
        }
    }

    fn ticket(&self, id: RecordId) -> String {
        self.tickets.get(&id).map_or_else(|| format!("record {id}"), |number| format!("ticket {number}"))
    }

    fn mailbox(&self, id: MailboxId) -> String {
        self.mailboxes.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn user(&self, id: UserId) -> String {
        self.users.get(&id).cloned().unwrap_or_else(|| format!("user {id}"))
    }

    /// Whoever did something: a user, or the operator at the command line.
    pub fn person(&self, user: Option<UserId>) -> String {
        user.map_or_else(|| "the operator".to_owned(), |user| self.user(user))
    }

    /// The label of a stage.
    pub fn stage(&self, name: &str) -> String {
        self.stages.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// Tickets that an explanation names.
pub fn tickets_named(explanation: &Explanation) -> impl Iterator<Item = RecordId> {
    let of_evidence = explanation.evidence.iter().filter_map(|evidence| match evidence {
        Evidence::LinkedTo { ticket } => Some(*ticket),
        _ => None,
    });
    of_evidence.chain(explanation.candidates.iter().filter_map(|candidate| candidate.ticket))
}

/// Why, in one line: what tied the message, who wrote it, what that does. `before`, `after`: labels of the status.
pub fn reason(
    kind: Option<Kind>,
    explanation: &Explanation,
    before: Option<&str>,
    after: Option<&str>,
    names: &Names,
) -> String {
    let mut sentences = Vec::new();
    let tie = kind.filter(|kind| !kind.is_further_delivery()).and_then(|_| tie(explanation, names));
    let signs = explanation.evidence.iter().filter(|evidence| !says_nothing(evidence));
    let on_ticket = tie.is_some();
    let signs =
        signs.map(|sign| in_passing(sign, on_ticket).map_or_else(|| words::evidence(sign, names), str::to_owned));
    let signs: Vec<String> = tie.into_iter().chain(signs).collect();
    if !signs.is_empty() {
        sentences.push(sentence(&signs.join("; ")));
    }
    sentences.extend(consequence(kind, explanation, before, after, names));
    sentences.extend(unsaid(explanation));
    sentences.join(" ")
}

/// Each reason for the kind.
pub fn evidence_lines(explanation: &Explanation, names: &Names) -> Vec<String> {
    explanation.evidence.iter().map(|evidence| words::evidence(evidence, names)).collect()
}

/// Each thing that pointed at a thread or ticket, and why it won or lost.
pub fn candidate_lines(explanation: &Explanation, names: &Names) -> Vec<String> {
    explanation.candidates.iter().map(|candidate| candidate_line(candidate, names)).collect()
}

/// One candidate, as in [`candidate_lines`].
pub fn candidate_line(candidate: &Candidate, names: &Names) -> String {
    format!("{}: {}", pointing(candidate, names), words::candidate_outcome(candidate.outcome))
}

/// One sign, as in [`evidence_lines`].
pub fn evidence_line(evidence: &Evidence, names: &Names) -> String {
    words::evidence(evidence, names)
}

/// Each status rule, fired or not, and why.
pub fn rule_lines(explanation: &Explanation, names: &Names) -> Vec<String> {
    let line = |found: &RuleOutcome| {
        let (rule, why) = (words::rule(found.rule), words::rule_result(found.outcome));
        let target = found.target.as_ref().map(|target| format!(" → {}", names.stage(target))).unwrap_or_default();
        match found.outcome {
            RuleResult::Fired => format!("{rule}{target}: fired"),
            _ => format!("{rule}{target}: did not fire: {why}"),
        }
    };
    explanation.rules.iter().map(line).collect()
}

/// Each action of a stage automation, queued or skipped, and why.
pub fn effect_lines(explanation: &Explanation) -> Vec<String> {
    let line = |effect: &Effect| match effect.outcome {
        EffectResult::Queued => {
            let send = effect.send.map(|send| format!(" as send {send}")).unwrap_or_default();
            format!("{} ({}): queued{send}", effect.automation, effect.template)
        }
        EffectResult::Failed => {
            format!("{} ({}): failed: {}", effect.automation, effect.template, why_not(explanation, effect))
        }
        EffectResult::Digested => {
            let why = words::effect_result(effect.outcome);
            format!("{} ({}): kept for later: {why}", effect.automation, effect.template)
        }
        skipped => format!("{} ({}): skipped: {}", effect.automation, effect.template, words::effect_result(skipped)),
    };
    explanation.effects.iter().map(line).collect()
}

/// Other tickets that something pointed at: they got a link.
pub fn linked(explanation: &Explanation, names: &Names) -> Vec<String> {
    let outranked = explanation.candidates.iter().filter(|candidate| candidate.outcome == CandidateOutcome::Outranked);
    let tickets: BTreeSet<RecordId> = outranked.filter_map(|candidate| candidate.ticket).collect();
    tickets.into_iter().map(|ticket| names.ticket(ticket)).collect()
}

/// The rule that fired.
pub fn fired(explanation: &Explanation) -> Option<Rule> {
    explanation.rules.iter().find(|found| found.outcome == RuleResult::Fired).map(|found| found.rule)
}

/// What tied the message to its thread.
fn tie(explanation: &Explanation, names: &Names) -> Option<String> {
    let won = explanation.candidates.iter().find(|candidate| candidate.outcome == CandidateOutcome::Won)?;
    Some(pointing(won, names))
}

fn pointing(candidate: &Candidate, names: &Names) -> String {
    let sign = words::thread_sign(candidate.by);
    let ticket = candidate.ticket.map(|ticket| names.ticket(ticket));
    match (candidate.message, candidate.thread, ticket) {
        (Some(message), _, Some(ticket)) => format!("{sign} names {message} of {ticket}"),
        (Some(message), _, None) => format!("{sign} names {message}"),
        (None, _, Some(ticket)) => format!("{sign} names {ticket}"),
        (None, Some(thread), None) => format!("{sign} names thread {thread}"),
        (None, None, None) => sign.to_owned(),
    }
}

/// Evidence that is worth a line of its own and not a place in the one-line reason.
fn says_nothing(evidence: &Evidence) -> bool {
    matches!(evidence, Evidence::Authentication { verdict: Authentication::None | Authentication::Pass })
}

/// Shorter words for the one-line reason, beside what tied the message to its ticket.
fn in_passing(evidence: &Evidence, on_ticket: bool) -> Option<&'static str> {
    match evidence {
        Evidence::AuthorIsContact { .. } if on_ticket => Some("the author is its contact"),
        Evidence::AuthorIsContact { .. } => Some("the author is a contact"),
        Evidence::AuthorIsParticipant { .. } => Some("the author takes part in the thread and is no contact"),
        Evidence::WeakEvidenceFromStranger => Some("weak evidence from someone who is not on the ticket"),
        _ => None,
    }
}

/// What it does to the ticket's status.
fn consequence(
    kind: Option<Kind>,
    explanation: &Explanation,
    before: Option<&str>,
    after: Option<&str>,
    names: &Names,
) -> Option<String> {
    let fired = explanation.rules.iter().find(|found| found.outcome == RuleResult::Fired);
    if let Some(fired) = fired {
        let target = fired.target.as_deref().map(|target| names.stage(target));
        let (from, to) = (before.unwrap_or("–"), after.map(str::to_owned).or(target).unwrap_or_default());
        return Some(match fired.rule {
            Rule::Chosen => format!("The status chosen with it: {from} → {to}."),
            rule => format!("Rule {rule}: {from} → {to}."),
        });
    }
    if kind == Some(Kind::NewConversation) || (before.is_none() && after.is_some()) {
        let made = explanation.made.as_ref().map_or_else(|| "ticket".to_owned(), |made| made.to_lowercase());
        return after.map(|after| format!("A new {made}, in {after}."));
    }
    let applies = |found: &&RuleOutcome| {
        !matches!(found.outcome, RuleResult::WrongKind | RuleResult::Outranked | RuleResult::TicketIsOpen)
    };
    match explanation.rules.iter().find(applies) {
        Some(found) if found.rule == Rule::Chosen => Some(sentence(words::rule_result(found.outcome))),
        Some(found) => Some(format!("Rule {} did not fire: {}.", found.rule, words::rule_result(found.outcome))),
        None if kind.is_none() => {
            let moved = before.zip(after).filter(|(before, after)| before != after);
            moved.map(|(before, after)| format!("{before} → {after}."))
        }
        None => kind.map(|kind| sentence(words::consequence(kind))),
    }
}

/// What a stage would have said, and why it did not.
fn unsaid(explanation: &Explanation) -> Option<String> {
    let effect = explanation.effects.iter().find(|effect| effect.outcome != EffectResult::Queued)?;
    Some(format!("No {}: {}.", effect.template, why_not(explanation, effect)))
}

/// Why an effect was not carried out: of a failed one the failure itself.
fn why_not<'e>(explanation: &'e Explanation, effect: &Effect) -> &'e str {
    let failed = effect.send.and_then(|send| failure(explanation, send));
    failed.unwrap_or_else(|| words::effect_result(effect.outcome))
}

/// Why a send could not be composed, if it could not.
pub fn failure(explanation: &Explanation, send: SendId) -> Option<&str> {
    explanation.failed.iter().find(|failed| failed.send == send).map(|failed| failed.why.as_str())
}

/// With a capital first letter and a full stop. A header's name or an id stays as it is.
fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests;
