//! Telling a story: its steps, one after the other, on a database of its own with fixed keys, so that it is the same
//! every time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::desk::{Judgement, Letter, Reply, open_order, record_order};
use super::handle::{Engine, EngineError};
use super::mail::{Mail, Place, RawMail};
use super::unit::{Input, Outcome, QueuedSend, WorkflowOrder};
use crate::config::story::{MailStep, OpenStep, RecordStep, ReviewStep, Script, SendStep, Step, duration};
use crate::config::{self, Problem};
use crate::decide::Refusal;
use crate::domain::*;
use crate::store::keys::SigningKey;
use crate::store::{Store, StoreError, content, keys, views};

/// Why a story cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    #[error("{path}: {error}")]
    File { path: String, error: std::io::Error },
    #[error("{path}:{}:{}: {}", problem.line, problem.column, problem.message)]
    Script { path: String, problem: Box<Problem> },
    #[error("step {step}: {what}")]
    Step { step: usize, what: String },
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A step that was told.
#[derive(Debug)]
pub struct Told {
    pub at: Timestamp,
    pub what: What,
    /// What it led to; `None` when time passed.
    pub outcome: Option<Result<Outcome, Refusal>>,
}

/// What happened in a step.
#[derive(Debug)]
pub enum What {
    /// A mail arrived; `file` says what it was made from.
    Mail { file: String, mail: Arc<Mail> },
    /// Somebody ordered something; a new setup is nobody's.
    Ordered { user: Option<String>, order: Input },
    /// So much time passed. `fired`: what came of the timers that were due.
    Wait { text: String, fired: Vec<Outcome> },
}

pub(super) type Done = Result<(What, Option<Result<Outcome, EngineError>>), StoryError>;

/// The folders with a `story.toml` at or directly below `path`, by name.
pub fn stories_in(path: &Path) -> Vec<PathBuf> {
    if path.join("story.toml").is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut stories: Vec<PathBuf> = entries.filter(|path| path.join("story.toml").is_file()).collect();
    stories.sort();
    stories
}

/// A story at hand.
pub struct Story {
    pub folder: PathBuf,
    pub script: Script,
    pub setup: Setup,
}

impl Story {
    /// Reads the script and the configuration of a story.
    pub fn read(folder: &Path) -> Result<Story, StoryError> {
        let path = folder.join("story.toml");
        let script = config::story::parse(&text_of(&path)?)
            .map_err(|problem| StoryError::Script { path: path.display().to_string(), problem: Box::new(problem) })?;
        let above = folder.parent().unwrap_or(folder);
        let found = [folder.join("ticketd.toml"), above.join("ticketd.toml")].into_iter().find(|path| path.is_file());
        let setup = match script.config.as_ref().map(|name| folder.join(name)).or(found) {
            Some(path) => setup_of(&path)?,
            None => config::builtin().setup,
        };
        Ok(Story { folder: folder.to_owned(), script, setup })
    }

    /// Tells it on `store`, which must be empty. `report` gets every step.
    pub async fn tell(&self, store: Store, mut report: impl FnMut(Told) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let clock = time(&self.script.start).ok_or_else(|| wrong(0, "`start` is no RFC 3339 date"))?;
        store.write(|tx| keys::set(tx, &[fixed_key(clock)], &keys::Seeds::of([7; 32])))?;
        // Nothing that a story queues may ever be sent, should its database be kept.
        let engine = Engine::start(store, Origin::Replay, &self.setup, clock).await?;
        let mut teller = Teller { folder: &self.folder, engine, clock, queued: Vec::new(), mails: Vec::new() };
        for (number, step) in self.script.steps.iter().enumerate() {
            let told = teller.step(step).await.map_err(|error| in_step(number + 1, error))?;
            report(told)?;
        }
        Ok(())
    }
}

/// Stories sign with a key that everybody knows: their tokens stand in the fixtures.
fn fixed_key(created_at: Timestamp) -> SigningKey {
    SigningKey { kid: "1".to_owned(), secret: [42; 32], created_at, retired_at: None }
}

fn in_step(step: usize, error: StoryError) -> StoryError {
    match error {
        StoryError::Step { what, .. } => StoryError::Step { step, what },
        other => StoryError::Step { step, what: other.to_string() },
    }
}

pub(super) fn wrong(step: usize, what: impl Into<String>) -> StoryError {
    StoryError::Step { step, what: what.into() }
}

fn text_of(path: &Path) -> Result<String, StoryError> {
    let failed = |error| StoryError::File { path: path.display().to_string(), error };
    std::fs::read_to_string(path).map_err(failed)
}

fn setup_of(path: &Path) -> Result<Setup, StoryError> {
    config::parse(&text_of(path)?).map(|config| config.setup).map_err(|problems| {
        let first = problems.into_iter().find(|problem| problem.severity == config::Severity::Error);
        match first {
            Some(problem) => StoryError::Script { path: path.display().to_string(), problem: Box::new(problem) },
            None => wrong(0, format!("{} cannot be used", path.display())),
        }
    })
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()))
}

/// A story in the telling.
pub(super) struct Teller<'a> {
    folder: &'a Path,
    pub(super) engine: Engine,
    clock: Timestamp,
    /// Everything queued so far; `{{send:1.…}}` is the first.
    queued: Vec<QueuedSend>,
    /// The messages of the mails so far.
    mails: Vec<Option<MessageId>>,
}

impl Teller<'_> {
    async fn step(&mut self, step: &Step) -> Result<Told, StoryError> {
        let (what, result) = match step {
            Step::Mail(step) => self.mail(step).await?,
            Step::Send(step) => self.send(step).await?,
            Step::Forward(step) => self.forward(step).await?,
            Step::Record(step) => self.record(step).await?,
            Step::Open(step) => self.open(step).await?,
            Step::Move(step) => {
                let ticket = self.record_meant(step.ticket, step.record.as_deref())?;
                let order = Input::Move { ticket, to: step.to.clone() };
                self.ordered(Some(&step.user), order).await
            }
            Step::Merge(step) => {
                let order = Input::Merge { from: self.ticket(step.ticket)?, into: self.ticket(step.into)? };
                self.ordered(Some(&step.user), order).await
            }
            Step::Clear(step) => {
                let order = Input::ClearBounce { address: person(&step.address)?.address };
                self.ordered(Some(&step.user), order).await
            }
            Step::Review(step) => self.review(step).await?,
            Step::Create(step) => self.create(step).await?,
            Step::Set(step) => self.set(step).await?,
            Step::Note(step) => self.note(step).await?,
            Step::Enrol(step) => {
                let record = self.record_meant(step.ticket, step.record.as_deref())?;
                let order = WorkflowOrder::Enrol { workflow: step.workflow.clone(), record };
                self.ordered(Some(&step.user), Input::Workflow(order)).await
            }
            Step::Unenrol(step) => {
                let record = self.record_meant(step.ticket, step.record.as_deref())?;
                let order = WorkflowOrder::Unenrol { workflow: step.workflow.clone(), record };
                self.ordered(Some(&step.user), Input::Workflow(order)).await
            }
            Step::Wait(text) => {
                let span = duration(text).ok_or_else(|| wrong(0, format!("`{text}` is no duration like `2 days`")))?;
                self.clock = self.clock.plus(span);
                let fired = self.engine.pass_time(self.clock).await?;
                self.queued.extend(fired.iter().flat_map(|outcome| outcome.queued.iter().cloned()));
                (What::Wait { text: text.clone(), fired }, None)
            }
            Step::Config(file) => {
                let setup = setup_of(&self.folder.join(file))?;
                self.ordered(None, Input::Setup(Arc::new(setup.into()))).await
            }
        };
        let outcome = match result {
            None => None,
            Some(Ok(outcome)) => {
                self.queued.extend(outcome.queued.iter().cloned());
                Some(Ok(outcome))
            }
            Some(Err(EngineError::Refused(refusal))) => Some(Err(refusal)),
            Some(Err(error)) => return Err(error.into()),
        };
        Ok(Told { at: self.clock, what, outcome })
    }

    async fn mail(&mut self, step: &MailStep) -> Done {
        let (file, raw) = match (&step.file, step.copy_of) {
            (Some(file), None) => (file.clone(), self.filled(&text_of(&self.folder.join(file))?)?.into_bytes()),
            (None, Some(number)) => (format!("copy of send {number}"), self.copy(number, step.message_id.as_deref())?),
            _ => return Err(wrong(0, "a mail has either `file` or `copy_of`")),
        };
        let place = Place {
            mailbox: step.mailbox.clone(),
            folder: step.folder.clone(),
            role: None,
            position: None,
            arrived_at: None,
            history: step.history,
        };
        let mail = Arc::new(self.engine.read(RawMail::new(raw, place)).await?);
        let found = match &step.at {
            Some(at) => Some(time(at).ok_or_else(|| wrong(0, format!("`{at}` is no RFC 3339 date")))?),
            None => mail.arrived_at(),
        };
        self.clock = self.clock.max(found.unwrap_or(self.clock));
        let outcome = self.engine.deliver(mail.clone(), self.clock).await?.get().await?;
        self.mails.push(outcome.decision.message);
        let result = match outcome.refused.clone() {
            Some(refusal) => Err(EngineError::Refused(refusal)),
            None => Ok(outcome),
        };
        Ok((What::Mail { file, mail }, Some(result)))
    }

    pub(super) async fn ordered(
        &self,
        user: Option<&str>,
        order: Input,
    ) -> (What, Option<Result<Outcome, EngineError>>) {
        let result = self.engine.command(self.clock, user, order.clone()).await;
        (What::Ordered { user: user.map(str::to_owned), order }, Some(result))
    }

    async fn send(&mut self, step: &SendStep) -> Done {
        let ticket = self.ticket(step.ticket)?;
        let reply = Reply {
            letter: self.letter(step)?,
            status: step.status.clone(),
            new_thread: step.new_thread,
            answers: step.answer.map(|number| self.mail_numbered(number)).transpose()?,
            quote: step.quote,
        };
        let order = self.engine.reply_order(ticket, reply)?;
        Ok(self.ordered(Some(&step.user), order).await)
    }

    async fn forward(&mut self, step: &SendStep) -> Done {
        let ticket = self.ticket(step.ticket)?;
        let message = self.mail_numbered(step.mail.unwrap_or(1))?;
        let order = self.engine.forward_order(ticket, message, self.letter(step)?)?;
        Ok(self.ordered(Some(&step.user), order).await)
    }

    async fn record(&mut self, step: &RecordStep) -> Done {
        let draft = Draft {
            to: people(&step.to)?,
            subject: Some(step.subject.clone()),
            text: step.text.clone(),
            ..Draft::default()
        };
        Ok(self.ordered(Some(&step.user), record_order(None, draft.into())).await)
    }

    async fn open(&mut self, step: &OpenStep) -> Done {
        let source: Source = step.source.parse().map_err(|error: String| wrong(0, error))?;
        let from = Some(person(&step.contact)?);
        let draft = Draft { from, subject: Some(step.subject.clone()), ..Draft::default() };
        Ok(self.ordered(Some(&step.user), open_order(&step.pipeline, source, draft)).await)
    }

    async fn review(&mut self, step: &ReviewStep) -> Done {
        let judgement = match (step.attach, step.new, step.drop) {
            (Some(ticket), false, false) => Judgement::Attach { ticket: self.ticket(ticket)?, contact: step.contact },
            (None, true, false) => Judgement::New { original: step.original.as_deref().map(person).transpose()? },
            (None, false, true) => Judgement::Drop,
            _ => return Err(wrong(0, "a review has one of `attach = TICKET`, `new = true` and `drop = true`")),
        };
        let order = self.engine.review_order(self.mail_numbered(step.of)?, judgement).await?;
        Ok(self.ordered(Some(&step.user), order).await)
    }

    /// What the user wrote, and the files beside the script that go with it.
    fn letter(&self, step: &SendStep) -> Result<Letter, StoryError> {
        let mut letter = Letter::from(Draft {
            to: people(&step.to)?,
            cc: people(&step.cc)?,
            subject: step.subject.clone(),
            text: step.text.clone(),
            ..Draft::default()
        });
        for file in &step.attach {
            let path = self.folder.join(file);
            let failed = |error| StoryError::File { path: path.display().to_string(), error };
            letter.attach(file, std::fs::read(&path).map_err(failed)?);
        }
        Ok(letter)
    }

    /// The message of the how-manieth mail of the story.
    fn mail_numbered(&self, number: usize) -> Result<MessageId, StoryError> {
        let message = number.checked_sub(1).and_then(|index| self.mails.get(index).copied().flatten());
        message.ok_or_else(|| wrong(0, format!("there is no mail {number} yet")))
    }

    pub(super) fn ticket(&self, number: i64) -> Result<RecordId, StoryError> {
        let found = self.engine.store().read(|tx| views::ticket_by_number(tx, number))?;
        found.map(|ticket| ticket.record.id).ok_or_else(|| wrong(0, format!("there is no ticket {number}")))
    }

    fn queued(&self, number: usize) -> Result<&QueuedSend, StoryError> {
        let found = number.checked_sub(1).and_then(|index| self.queued.get(index));
        found.ok_or_else(|| wrong(0, format!("nothing was queued as send {number}; {} so far", self.queued.len())))
    }

    /// The bytes of a send, with another Message-ID where a relay replaced it.
    fn copy(&self, number: usize, message_id: Option<&str>) -> Result<Vec<u8>, StoryError> {
        let send = self.queued(number)?;
        let message = send.message;
        let raw = self.engine.store().read(|tx| match views::message(tx, message)? {
            Some(row) => content::raw(tx, row.content),
            None => Ok(Vec::new()),
        })?;
        let (Some(replaced), Some(own)) = (message_id, &send.message_id) else { return Ok(raw) };
        let text = String::from_utf8_lossy(&raw).into_owned();
        Ok(text.replacen(&format!("Message-ID: <{own}>"), &format!("Message-ID: {replaced}"), 1).into_bytes())
    }

    /// Fills in `{{send:N.message_id}}`, `{{send:N.token}}` and `{{send:N.subject}}`.
    fn filled(&self, text: &str) -> Result<String, StoryError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{send:") {
            let unreadable = || wrong(0, "a placeholder is written {{send:1.message_id}}");
            let (inside, behind) = after.split_once("}}").ok_or_else(unreadable)?;
            let (number, field) = inside.split_once('.').ok_or_else(unreadable)?;
            let send = self.queued(number.parse().map_err(|_| unreadable())?)?;
            let id = send.message_id.as_deref().unwrap_or_default();
            out.push_str(before);
            out.push_str(match field {
                "message_id" => id,
                "token" => id.split('@').next().unwrap_or_default(),
                "subject" => &send.subject,
                other => return Err(wrong(0, format!("a send has message_id, token and subject, no `{other}`"))),
            });
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

pub(super) fn people(list: &[String]) -> Result<Vec<Participant>, StoryError> {
    list.iter().map(|text| person(text)).collect()
}

/// `Name <address>` or an address.
fn person(text: &str) -> Result<Participant, StoryError> {
    Participant::parse(text).ok_or_else(|| wrong(0, format!("`{text}` is no address")))
}
