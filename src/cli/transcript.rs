//! What happened, in sentences: one block for each mail, each thing that a user did, each stretch of time that passed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use jiff::tz::TimeZone;

use super::message_json::review_of;
use super::naming::Naming;
use super::screen::{Paint, columns, cut, line, wrap};
use super::times::local;
use crate::domain::*;
use crate::engine::{Mail, Outcome};
use crate::explain::{self, Names};
use crate::store::views::Totals;

/// Where the text under the first line of a block begins: below the kind.
pub(super) const INDENT: usize = 18;

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub at: Timestamp,
    pub what: What<'a>,
}

/// What happened, and what came of it.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A mail arrived.
    Mail { mail: &'a Mail, outcome: &'a Outcome },
    /// Somebody did something: `word` names it (`move`), `deed` says it in words (`alice moves ticket 1 to Closed`).
    /// The result is the refusal's words where nothing happened.
    Did { word: &'a str, deed: &'a str, result: Result<&'a Outcome, &'a str> },
    /// Time passed until then; `span` says how much.
    Passed { span: &'a str },
}

/// How a transcript is printed.
pub struct Look {
    pub zone: TimeZone,
    pub paint: Paint,
    /// All evidence, losing candidates, rules that did not fire, effects that were skipped.
    pub explain: bool,
}

/// Prints entries one after the other, and counts them.
pub struct Transcript<W> {
    out: W,
    look: Look,
    naming: Naming,
    /// Names of closed stages.
    closed: BTreeSet<String>,
    /// The place that need not be said: the first team mailbox's INBOX.
    usual: String,
    pub counts: Counts,
}

/// What a transcript has seen.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub kinds: BTreeMap<Kind, usize>,
    /// By template, or purpose where a user wrote it.
    pub queued: BTreeMap<String, usize>,
    /// Mails that could not be composed, likewise.
    pub failed: BTreeMap<String, usize>,
    /// By label of their stage.
    pub tickets: BTreeMap<String, usize>,
    pub to_review: usize,
}

impl Counts {
    /// Counts an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        if let Some(kind) = outcome.decision.kind {
            *self.kinds.entry(kind).or_default() += 1;
        }
        for send in &outcome.queued {
            let name = send.template.clone().unwrap_or_else(|| send.purpose.to_string());
            let counts = if send.failure.is_none() { &mut self.queued } else { &mut self.failed };
            *counts.entry(name).or_default() += 1;
        }
        self.to_review += usize::from(review_of(&outcome.decision).is_some());
        self.to_review = self.to_review.saturating_sub(usize::from(settles_review(&outcome.decision)));
    }

    /// Adds what others came to.
    pub fn merge(&mut self, other: Counts) {
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        let ours = [&mut self.queued, &mut self.failed, &mut self.tickets];
        for (ours, theirs) in ours.into_iter().zip([other.queued, other.failed, other.tickets]) {
            for (what, count) in theirs {
                *ours.entry(what).or_default() += count;
            }
        }
        self.to_review += other.to_review;
    }

    /// Prints what it all came to.
    pub fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let named = |counts: &BTreeMap<String, usize>| counts.iter().map(|(what, n)| (what.clone(), *n)).collect();
        let messages = self.kinds.iter().map(|(kind, count)| (kind.to_string(), *count));
        let mut lines = vec![
            counted("message", "messages", messages.collect()),
            counted("ticket", "tickets", named(&self.tickets)),
            counted("mail queued, none sent", "mails queued, none sent", named(&self.queued)),
            format!("{} to review, {} quarantined", self.to_review, self.quarantined()),
        ];
        if !self.failed.is_empty() {
            lines.insert(3, counted("mail could not be composed", "mails could not be composed", named(&self.failed)));
        }
        for text in lines {
            for (n, part) in wrap(&text, 2).into_iter().enumerate() {
                writeln!(out, "{}{part}", if n == 0 { "" } else { "  " })?;
            }
        }
        out.flush()
    }

    /// Mails that could not be processed.
    pub fn quarantined(&self) -> usize {
        self.kinds.get(&Kind::Quarantined).copied().unwrap_or_default()
    }
}

impl<W: Write> Transcript<W> {
    /// An empty transcript on `out`, of what happens under `setup`.
    pub fn new(out: W, look: Look, naming: Naming, setup: &Setup) -> Self {
        let stages = setup.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        let closed = stages.filter(|stage| stage.state == StageState::Closed).map(|stage| stage.name.clone());
        let team = setup.mailboxes.iter().find(|mailbox| mailbox.kind == MailboxKind::Team);
        let usual = team.map(|mailbox| format!("{}:INBOX", mailbox.name)).unwrap_or_default();
        Transcript { out, look, naming, closed: closed.collect(), usual, counts: Counts::default() }
    }

    /// Prints the title of what follows.
    pub fn title(&mut self, title: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "{}\n", self.look.paint.bold(&line(title)))?)
    }

    /// Prints an entry.
    pub fn entry(&mut self, entry: &Entry<'_>) -> anyhow::Result<()> {
        let time = local(entry.at, &self.look.zone);
        match entry.what {
            What::Mail { mail, outcome } => self.mail(entry.at, mail, outcome),
            What::Did { word, deed, result } => self.did(&time, word, deed, result),
            What::Passed { span } => {
                let text = self.look.paint.dim(&format!("{} later", line(span)));
                Ok(writeln!(self.out, "{time}  {text}\n")?)
            }
        }
    }

    fn mail(&mut self, at: Timestamp, mail: &Mail, outcome: &Outcome) -> anyhow::Result<()> {
        let time = local(at, &self.look.zone);
        let kind = outcome.decision.kind.map_or("not processed yet", Kind::as_str);
        let place = format!("{}:{}", mail.place.mailbox, mail.place.folder);
        let place = (place != self.usual).then(|| format!("in {}", line(&place)));
        self.head(&time, kind, outcome, place)?;
        let facts = mail.facts.as_ref();
        let author = facts.and_then(Facts::author).map_or("(nobody)".to_owned(), person);
        let subject = facts.map(|facts| line(&facts.subject.text)).filter(|subject| !subject.is_empty());
        let subject = subject.unwrap_or_else(|| "(no subject)".to_owned());
        self.below(&cut(&format!("{author}: {subject}"), columns() - INDENT))?;
        // Found later than it arrived: which of the two counts where is what the rules of order are about.
        if let Some(arrived) = mail.arrived_at().filter(|arrived| at.since(*arrived) >= MINUTE) {
            self.below(&format!("arrived {}, found now", local(arrived, &self.look.zone)))?;
        }
        let defects = facts.map(|facts| facts.defects.as_slice()).unwrap_or_default();
        if !self.look.explain {
            for defect in worth_a_note(defects) {
                self.wrapped(&format!("note: {}", explain::defect(defect)))?;
            }
        }
        self.outcome(outcome)?;
        if let Some(failure) = &mail.reading.failure {
            self.wrapped(&format!("could not be read: {failure}"))?;
        }
        if self.look.explain {
            self.list("defect", defects.iter().map(|defect| explain::defect(*defect).to_owned()).collect())?;
        }
        Ok(writeln!(self.out)?)
    }

    fn did(&mut self, time: &str, word: &str, deed: &str, result: Result<&Outcome, &str>) -> anyhow::Result<()> {
        match result {
            Ok(outcome) => {
                self.head(time, outcome.decision.kind.map_or(word, |kind| kind.as_str()), outcome, None)?;
                self.wrapped(deed)?;
                self.outcome(outcome)?;
            }
            Err(refusal) => {
                writeln!(self.out, "{time}  {}", self.look.paint.red("refused"))?;
                self.wrapped(deed)?;
                self.wrapped(refusal)?;
            }
        }
        Ok(writeln!(self.out)?)
    }

    /// The names learnt so far.
    pub fn names(&self) -> &Names {
        self.naming.known()
    }

    /// From now on this setup is in force.
    pub fn learn(&mut self, setup: &Setup) {
        self.naming.learn(setup);
        let stages = setup.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
        let closed = stages.filter(|stage| stage.state == StageState::Closed).map(|stage| stage.name.clone());
        self.closed = closed.collect();
    }

    /// Time, kind, ticket, status.
    fn head(&mut self, time: &str, kind: &str, outcome: &Outcome, place: Option<String>) -> anyhow::Result<()> {
        let paint = self.look.paint;
        let mut parts = vec![time.to_owned(), paint.bold(&format!("{kind:<20}"))];
        if let Some(number) = outcome.ticket_number {
            parts.push(format!("ticket {number}"));
        }
        parts.extend(self.status(outcome));
        parts.extend(place.map(|place| paint.dim(&place)));
        Ok(writeln!(self.out, "{}", parts.join("  ").trim_end())?)
    }

    fn status(&self, outcome: &Outcome) -> Option<String> {
        let after = outcome.status_after.as_deref()?;
        let paint = self.look.paint;
        let closed = outcome.decision.status_after.as_ref().is_some_and(|stage| self.closed.contains(stage));
        let shown = if closed { paint.green(after) } else { paint.yellow(after) };
        let before = outcome.status_before.as_deref();
        let shown = if before == Some(after) { after } else { &shown };
        Some(Arrow(before, Some(shown)).to_string())
    }

    /// Prints what it all came to. `totals`: how many tickets there are by pipeline and stage.
    pub fn totals(&mut self, totals: &Totals) -> anyhow::Result<()> {
        self.count_tickets(totals);
        Ok(self.counts.print(&mut self.out)?)
    }

    /// Prints what is to be said after all of it.
    pub fn after(&mut self, text: &str) -> anyhow::Result<()> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Counts the tickets that there are now.
    pub fn count_tickets(&mut self, totals: &Totals) {
        for ((_, stage), count) in &totals.tickets {
            let label = self.naming.known().stage(stage);
            *self.counts.tickets.entry(label).or_default() += usize::try_from(*count).unwrap_or_default();
        }
    }

    /// Why, what was queued, what a person must see; with `--explain` all the rest.
    fn outcome(&mut self, outcome: &Outcome) -> anyhow::Result<()> {
        let explanation = &outcome.decision.explanation;
        let names = self.naming.of_outcome(outcome)?;
        let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
        let reason = explain::reason(outcome.decision.kind, explanation, before, after, names);
        let linked = explain::linked(explanation, names);
        let lists = self.look.explain.then(|| {
            [
                ("sign", explain::evidence_lines(explanation, names)),
                ("thread", explain::candidate_lines(explanation, names)),
                ("rule", explain::rule_lines(explanation, names)),
                ("effect", explain::effect_lines(explanation)),
            ]
        });
        if !reason.is_empty() {
            self.wrapped(&reason)?;
        }
        if !linked.is_empty() {
            self.below(&format!("linked to {}", linked.join(", ")))?;
        }
        for row in actions_of(&outcome.decision) {
            self.wrapped(&explain::action_line(row, &self.look.zone))?;
        }
        for set in &explanation.set {
            self.wrapped(&explain::property_line(set))?;
        }
        for send in &outcome.queued {
            let what = send.template.as_deref().unwrap_or(send.purpose.as_str());
            let to: Vec<_> = send.to.iter().map(|address| line(address.as_str())).collect();
            let to = to.join(", ");
            match &send.failure {
                None => self.below(&format!("queued {} → {to}", self.look.paint.bold(what)))?,
                Some(why) => self.wrapped_red(&format!("not sent: {what} → {to}: {why}"))?,
            }
        }
        if let Some(review) = review_of(&outcome.decision) {
            let text = format!("to review: {}", explain::review(review));
            self.below(&self.look.paint.red(&text))?;
        }
        if let Some(flag) = flag_of(&outcome.decision) {
            self.below(&self.look.paint.red(&format!("ticket flagged: {}", explain::flag(flag))))?;
        }
        for (word, lines) in lists.into_iter().flatten() {
            self.list(word, lines)?;
        }
        self.counts.add(outcome);
        Ok(())
    }

    fn list(&mut self, word: &str, lines: Vec<String>) -> anyhow::Result<()> {
        const WORD: usize = 8;
        for text in lines {
            for (n, part) in wrap(&line(&text), INDENT + WORD).into_iter().enumerate() {
                let word = if n == 0 { word } else { "" };
                self.below(&format!("{}{part}", self.look.paint.dim(&format!("{word:<WORD$}"))))?;
            }
        }
        Ok(())
    }

    fn wrapped(&mut self, text: &str) -> anyhow::Result<()> {
        wrap(&line(text), INDENT).iter().try_for_each(|line| self.below(line))
    }

    fn wrapped_red(&mut self, text: &str) -> anyhow::Result<()> {
        let paint = self.look.paint;
        wrap(&line(text), INDENT).iter().try_for_each(|line| self.below(&paint.red(line)))
    }

    fn below(&mut self, text: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "{:INDENT$}{text}", "")?)
    }
}

/// Defects because of which a reader sees less, or other, than was sent.
fn worth_a_note(defects: &[Defect]) -> Vec<Defect> {
    let has = |defect: Defect| defects.contains(&defect);
    let all =
        [Defect::NoHeaders, Defect::NoFrom, Defect::Undecodable, Defect::Nul, Defect::Truncated, Defect::BodyNotStored];
    // Where nothing is a header field, there is no From either.
    all.into_iter().filter(|defect| has(*defect) && !(*defect == Defect::NoFrom && has(Defect::NoHeaders))).collect()
}

fn settles_review(decision: &Decision) -> bool {
    decision.explanation.evidence.iter().any(|sign| matches!(sign, Evidence::Reviewed { .. }))
}

/// What workflows did, in order. What a stage automation sends at once is said otherwise.
fn actions_of(decision: &Decision) -> impl Iterator<Item = &ActionRow> {
    decision.changes.iter().filter_map(|change| match change {
        Change::Action(row) if row.revision.is_some() => Some(row),
        _ => None,
    })
}

/// The flag that the decision's ticket has now.
fn flag_of(decision: &Decision) -> Option<Flag> {
    decision.changes.iter().rev().find_map(|change| match change {
        Change::Ticket(row) if Some(row.record) == decision.ticket => row.flag,
        _ => None,
    })
}

/// `3 tickets: 2 New, 1 Closed`.
fn counted(one: &str, many: &str, parts: Vec<(String, usize)>) -> String {
    let total = super::config_file::counted(parts.iter().map(|(_, count)| count).sum(), one, many);
    let parts: Vec<_> = parts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if parts.is_empty() { total } else { format!("{total}: {}", parts.join(", ")) }
}

/// `New → Closed`; one label where nothing changed, nothing where there is no ticket.
pub(super) struct Arrow<'a>(pub Option<&'a str>, pub Option<&'a str>);

impl std::fmt::Display for Arrow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0, self.1) {
            (before, Some(after)) if before == Some(after) => f.write_str(after),
            (before, Some(after)) => write!(f, "{} → {after}", before.unwrap_or("–")),
            (before, None) => f.write_str(before.unwrap_or_default()),
        }
    }
}

/// `Ann Lee <ann@example.org>`.
pub(super) fn person(who: &Participant) -> String {
    let (name, address) = (line(&who.name), line(who.address.as_str()));
    if name.is_empty() { address } else { format!("{name} <{address}>") }
}
