//! What a user writes at the command line: its text, its files, and what is said of it once it is queued.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::database::Database;
use super::message_json::queued;
use super::screen::{line, wrap};
use super::transcript::Arrow;
use super::{Code, Failure};
use crate::decide::MOST_ATTACHED;
use crate::domain::*;
use crate::engine::{Letter, Outcome, QueuedSend};
use crate::explain;

/// Nobody reads longer texts in a mail.
const MOST_TEXT: u64 = 1_000_000;

/// Where text and attachments come from.
#[derive(Debug, clap::Args)]
pub(super) struct LetterArgs {
    /// The text, in UTF-8; `-` and without it: standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Files that go with it, 25 MB together at most
    #[arg(long, value_name = "FILE", num_args = 1..)]
    attach: Vec<PathBuf>,
}

impl LetterArgs {
    /// Reads text and files into a letter to these people.
    pub fn letter(&self, draft: Draft) -> anyhow::Result<Letter> {
        let text = self.text()?.unwrap_or_default();
        if text.trim().is_empty() {
            let message = "the text is empty";
            return Err(Failure::new(Code::Data, message, "nothing was queued; write what you have to say").into());
        }
        self.with_files(Draft { text, ..draft })
    }

    /// The same where somebody else's text follows: there need not be any of one's own.
    pub fn comment(&self, draft: Draft) -> anyhow::Result<Letter> {
        let on_terminal = self.file.is_none() && std::io::stdin().is_terminal();
        let text = if on_terminal { None } else { self.text()? };
        self.with_files(Draft { text: text.unwrap_or_default(), ..draft })
    }

    fn text(&self) -> anyhow::Result<Option<String>> {
        let named = self.file.as_deref().filter(|file| *file != Path::new("-"));
        let bytes = match named {
            Some(file) => read(file, MOST_TEXT)?,
            None if self.file.is_none() && std::io::stdin().is_terminal() => {
                let way_out = "name a file with --file FILE, pipe it in, or type it after --file - and end with Ctrl-D";
                return Err(Failure::new(Code::Usage, "there is no text", way_out).into());
            }
            None => bounded(std::io::stdin().lock(), MOST_TEXT)
                .map_err(|error| Failure::new(Code::Io, format!("cannot read standard input: {error}"), "try again"))?,
        };
        let name = named.map_or("standard input".to_owned(), |file| file.display().to_string());
        if bytes.len() as u64 > MOST_TEXT {
            let message = format!("the text in {name} has more than {MOST_TEXT} bytes");
            return Err(Failure::new(Code::Data, message, "attach it with --attach, and write what it is").into());
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            let message = format!("the text in {name} is not UTF-8");
            Failure::new(Code::Data, message, "save it as UTF-8, or attach it with --attach")
        })?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }

    fn with_files(&self, draft: Draft) -> anyhow::Result<Letter> {
        let mut letter = Letter::from(draft);
        let mut room = MOST_ATTACHED;
        for file in &self.attach {
            let bytes = read(file, room)?;
            room = room.checked_sub(bytes.len() as u64).ok_or_else(|| {
                let message = format!("the attachments have more than {} MB together", MOST_ATTACHED / 1_000_000);
                Failure::new(Code::Data, message, "nothing was queued; send them in several mails, or as a link")
            })?;
            letter.attach(&file.to_string_lossy(), bytes);
        }
        Ok(letter)
    }
}

/// A file's bytes, one more than `most` at the utmost.
fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let opened = std::fs::File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        true => Err(std::io::ErrorKind::IsADirectory.into()),
        false => bounded(file, most),
    });
    opened.map_err(|error| {
        let way_out = "nothing was queued; name a file that can be read";
        Failure::new(Code::NoInput, format!("cannot read {}: {error}", path.display()), way_out)
    })
}

fn bounded(from: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Says what was queued, and how it leaves.
pub(super) fn tell(
    database: &mut Database,
    outcome: &Outcome,
    attached: &[AttachedFile],
    as_json: bool,
) -> anyhow::Result<Code> {
    let Some((send, others)) = outcome.queued.split_first() else { anyhow::bail!("nothing was queued") };
    let names = database.naming.of_outcome(outcome)?;
    let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
    let reason = explain::reason(None, &outcome.decision.explanation, before, after, names);
    let state = database.store.read(|tx| crate::store::outbox::find(tx, send.send.0))?.map(|entry| entry.send.state);
    let mut out = std::io::stdout().lock();
    match as_json {
        true => writeln!(out, "{}", to_json(outcome, send, others, attached, state, &reason))?,
        false => write!(out, "{}", to_text(outcome, send, others, attached, state, &reason))?,
    }
    Ok(if send.failure.is_none() { Code::Success } else { Code::Negative })
}

fn to_text(
    outcome: &Outcome,
    send: &QueuedSend,
    others: &[QueuedSend],
    attached: &[AttachedFile],
    state: Option<SendState>,
    reason: &str,
) -> String {
    let ticket = outcome.ticket_number.map(|number| format!("  ticket {number}")).unwrap_or_default();
    let status = Arrow(outcome.status_before.as_deref(), outcome.status_after.as_deref());
    let mut lines = vec![format!("{}{ticket}  {status}", send.send).trim_end().to_owned()];
    let mut below = |text: &str| lines.extend(wrap(&line(text), 4).into_iter().map(|part| format!("  {part}")));
    below(reason);
    let to = |send: &QueuedSend| send.to.iter().map(EmailAddress::as_str).collect::<Vec<_>>().join(", ");
    below(&format!("to {}: {}", to(send), send.subject));
    for AttachedFile { name, media_type, size, .. } in attached {
        below(&format!("with {name} ({media_type}, {size} bytes)"));
    }
    for other in others {
        let what = other.template.as_deref().unwrap_or(other.purpose.as_str());
        match &other.failure {
            None => below(&format!("queued {what} → {}", to(other))),
            Some(why) => below(&format!("not sent: {what} → {}: {why}", to(other))),
        }
    }
    match (&send.failure, state) {
        (Some(why), _) => below(&format!("not sent: {why}")),
        (None, Some(SendState::Held)) => {
            below("held: this database holds a replay of files, and a replay never sends");
        }
        (None, _) => below("waits to be sent: the daemon does it, `ticketd sync` or `ticketd outbox flush`"),
    }
    lines.join("\n") + "\n"
}

fn to_json(
    outcome: &Outcome,
    send: &QueuedSend,
    others: &[QueuedSend],
    attached: &[AttachedFile],
    state: Option<SendState>,
    reason: &str,
) -> Value {
    let attached = attached.iter().map(|file| json!({ "name": file.name, "type": file.media_type, "size": file.size }));
    json!({
        "row": send.send,
        "message": send.message,
        "message_id": send.message_id,
        "kind": send.purpose.kind(),
        "ticket": outcome.ticket_number,
        "thread": outcome.decision.thread,
        "status_before": outcome.status_before,
        "status_after": outcome.status_after,
        "rule": explain::fired(&outcome.decision.explanation),
        "reason": reason,
        "to": send.to.iter().map(EmailAddress::as_str).collect::<Vec<_>>(),
        "subject": send.subject,
        "attachments": attached.collect::<Vec<_>>(),
        "state": state,
        "failure": send.failure,
        "queued": others.iter().map(queued).collect::<Vec<_>>(),
        "event": outcome.seq,
    })
}
