//! `ticketd task`: what somebody has to do about records.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use super::database::{Database, DatabaseArgs, UserArgs, wait_for};
use super::numbers::RecordName;
use super::screen::line;
use super::timeline::{task_json, task_text};
use super::times::now;
use super::{Code, Failure};
use crate::domain::*;
use crate::store::{record_views, views};

/// See what is to be done, and say that it is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd task list                       what is to be done, the most urgent first
  ticketd task list --user alice
  ticketd task list --record 41 --all     what is done, too
  ticketd task done 57 --as alice

Exit codes: 0 done; 1 it is done already; 64 wrong arguments; 66 no such task, record or database; 75 the database is in
use; 77 the user of --as has no role for it.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Done(DoneArgs),
}

/// List what is to be done, the most urgent first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd task list --user alice --db desk.db\n  ticketd task list --all --json")]
struct ListArgs {
    /// Only this user's
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only those about this record: its row, or a ticket's number (TICKET-12)
    #[arg(long, value_name = "RECORD", value_parser = super::numbers::record)]
    record: Option<RecordName>,
    /// What is done, too
    #[arg(long)]
    all: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and task
    #[arg(long)]
    json: bool,
}

/// Say that a task is done
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd task done 57 --as alice --db desk.db")]
struct DoneArgs {
    /// Its row, as `list` prints it
    #[arg(value_name = "TASK", value_parser = super::numbers::row)]
    task: i64,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Done(args) => done(&args),
    }
}

/// The row of a user, who need not be one any more.
pub(super) fn user_row(database: &Database, name: &str) -> anyhow::Result<UserId> {
    let users = database.store.read(views::users)?;
    let found = users.iter().find(|user| user.name == name).map(|user| user.id);
    Ok(found.ok_or_else(|| {
        let known: Vec<_> = users.iter().map(|user| user.name.as_str()).collect();
        let message = format!("there is no user `{}`", line(name));
        Failure::new(Code::Usage, message, format!("users: {}", known.join(", ")))
    })?)
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = args.user.as_deref().map(|name| user_row(&database, name)).transpose()?;
    let record = args.record.map(|record| database.record(record)).transpose()?.map(|record| record.id);
    let (tasks, records) = database.store.read(|tx| {
        let tasks = record_views::tasks(tx, user, record, args.all, args.limit.saturating_add(1))?;
        let mut records = BTreeMap::new();
        for task in &tasks {
            records.extend(record_views::record(tx, task.record)?.map(|record| (record.id, record)));
        }
        Ok((tasks, records))
    })?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let mut out = std::io::stdout().lock();
    for task in tasks.iter().take(limit) {
        if args.json {
            writeln!(out, "{}", task_json(&database, task))?;
            continue;
        }
        let record = records.get(&task.record);
        let about = record.map(|record| format!("{} {}: {}", record.object, record.id, line(&record.title)));
        writeln!(out, "{}\n    {}", task_text(&database, task), about.unwrap_or_default())?;
    }
    drop(out);
    if tasks.is_empty() && !args.json {
        writeln!(std::io::stderr().lock(), "nothing is to be done")?;
    } else if tasks.len() > limit {
        writeln!(std::io::stderr().lock(), "there are more: --limit {}", args.limit.saturating_mul(2))?;
    }
    Ok(Code::Success)
}

fn done(args: &DoneArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let task = TaskId(args.task);
    let engine = database.engine()?;
    let outcome = wait_for(engine.finish_task(now(), user, task))??;
    drop(engine);
    let row = database.store.read(|tx| record_views::task(tx, task))?;
    let Some(row) = row else { anyhow::bail!("task {task} is gone") };
    let mut out = std::io::stdout().lock();
    match args.json {
        true => {
            let mut object = task_json(&database, &row);
            if let Some(fields) = object.as_object_mut() {
                fields.insert("event".to_owned(), json!(outcome.seq));
            }
            writeln!(out, "{object}")?;
        }
        false => writeln!(out, "{}", task_text(&database, &row))?,
    }
    Ok(Code::Success)
}
