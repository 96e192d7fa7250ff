//! The database that a question is put to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};
use jiff::tz::TimeZone;

use super::naming::Naming;
use super::numbers::RecordName;
use super::{Code, Failure, load_config, setup, times};
use crate::config::Config;
use crate::domain::*;
use crate::engine::Engine;
use crate::store::views::{self, Ticket};
use crate::store::{Location, Store, StoreError, journal, record_views};

/// Which database to ask.
#[derive(Debug, clap::Args)]
pub(super) struct DatabaseArgs {
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
    /// The configuration; without it, ./ticketd.toml where there is one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// An open database, and what showing it needs.
pub(super) struct Database {
    pub store: Store,
    /// The setup in force in it.
    pub setup: Setup,
    /// The revision that it is; empty: nothing is in force yet.
    pub revision: String,
    pub naming: Naming,
    pub zone: TimeZone,
}

impl DatabaseArgs {
    /// Opens the database. One that is missing is never made here.
    pub fn open(&self) -> anyhow::Result<Database> {
        let config = self.config()?;
        let store = existing(&self.location(config.database.as_deref())?)?;
        let (setup, revision) = store.read(|tx| Ok((journal::current_setup(tx)?, journal::current_digest(tx)?)))?;
        let setup = setup.unwrap_or(config.setup);
        let mut naming = Naming::new(store.clone(), &setup)?;
        // Reads the names of mailboxes and users.
        naming.of(&Explanation::default())?;
        Ok(Database {
            store,
            setup,
            revision: revision.unwrap_or_default(),
            naming,
            zone: times::zone(config.time_zone.as_deref())?,
        })
    }

    /// The configuration: that of --config, else ./ticketd.toml where there is one, else what is built in.
    pub fn config(&self) -> Result<Config, Failure> {
        let named = self.config.is_some();
        load_config(self.file()).map_err(|failure| if named { failure } else { setup::why_read(failure) })
    }

    /// The file of the configuration, where there is one.
    pub fn file(&self) -> Option<&Path> {
        self.config.as_deref().or_else(|| setup::found())
    }

    /// The file of the configuration, where it names the database and another setup than that, which is in force there.
    pub fn file_beside(&self, in_force: &Setup) -> Result<Option<&Path>, Failure> {
        let Some(file) = self.file().filter(|_| self.db.is_none()) else { return Ok(None) };
        Ok((self.config()?.setup != *in_force).then_some(file))
    }

    /// The place of the database, which must be there; it is not opened.
    pub fn existing_location(&self) -> anyhow::Result<Location> {
        let location = self.location(self.config()?.database.as_deref())?;
        if location.exists() { Ok(location) } else { Err(missing(&location).into()) }
    }

    /// Where the database is: --db, else what a configuration says.
    pub fn location(&self, configured: Option<&str>) -> Result<Location, Failure> {
        let named = self.db.clone().or_else(|| configured.map(Location::from));
        named.ok_or_else(|| {
            let way_out = "name it with --db FILE, or set `database` in the configuration (--config FILE)";
            Failure::new(Code::Usage, "which database?", way_out)
        })
    }
}

/// As whom somebody gives an order.
#[derive(Debug, clap::Args)]
pub(super) struct UserArgs {
    /// The user who decides; without it, the operator at the command line
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
}

/// Who writes or moves: somebody of the team.
#[derive(Debug, clap::Args)]
pub(super) struct AuthorArgs {
    /// The user who does it
    #[arg(long = "as", value_name = "USER")]
    user: String,
}

impl Database {
    /// The engine at work on it, for orders. What a replayed database decides to send stays held.
    pub fn engine(&self) -> anyhow::Result<Engine> {
        let origin = self.store.read(journal::origin)?.unwrap_or(Origin::Live);
        Ok(Engine::resume(self.store.clone(), origin)?)
    }

    /// The user that is named, who must be one.
    pub fn user<'a>(&self, args: &'a UserArgs) -> Result<Option<&'a str>, Failure> {
        args.user.as_deref().map(|name| self.known_user(name, "leave out --as")).transpose()
    }

    /// The user who writes, who must be one.
    pub fn author<'a>(&self, args: &'a AuthorArgs) -> Result<&'a str, Failure> {
        self.known_user(&args.user, "add a [[user]] to the configuration, then `ticketd apply` it")
    }

    fn known_user<'a>(&self, name: &'a str, without_users: &str) -> Result<&'a str, Failure> {
        if self.setup.user(name).is_some() {
            return Ok(name);
        }
        let known: Vec<_> = self.setup.users.iter().map(|user| user.name.as_str()).collect();
        let way_out = match known.is_empty() {
            true => format!("this database has no users: {without_users}"),
            false => format!("users: {}", known.join(", ")),
        };
        Err(Failure::new(Code::Usage, format!("there is no user `{}`", super::screen::line(name)), way_out))
    }

    /// The ticket of that number.
    pub fn ticket(&self, number: i64) -> anyhow::Result<Ticket> {
        let found = self.store.read(|tx| views::ticket_by_number(tx, number))?;
        Ok(found.ok_or_else(|| {
            let way_out = "`ticketd ticket list` shows which there are";
            Failure::new(Code::NoInput, format!("there is no ticket {number}"), way_out)
        })?)
    }

    /// The ticket of that number, on which something can still be done.
    pub fn ticket_at_work(&self, number: i64) -> anyhow::Result<Ticket> {
        let ticket = self.ticket(number)?;
        let Some(into) = ticket.ticket.merged_into else { return Ok(ticket) };
        let into = self.store.read(|tx| views::ticket(tx, into))?.map_or(0, |into| into.ticket.number);
        let message = format!("ticket {number} is merged into ticket {into}");
        Err(Failure::new(Code::Negative, message, format!("name ticket {into} instead")).into())
    }

    /// The stage of that ticket's pipeline that a name or label means.
    pub fn stage_of(&self, ticket: &Ticket, wanted: &str) -> anyhow::Result<String> {
        let what = "status `{}` in the pipeline of the ticket";
        Ok(stage_named(self.setup.pipeline(&ticket.record.pipeline), wanted, what)?)
    }

    /// The stage of that record's pipeline that a name or label means.
    pub fn stage_of_record(&self, record: &RecordRow, wanted: &str) -> anyhow::Result<String> {
        let what = format!("stage `{{}}` in pipeline `{}`", record.pipeline);
        Ok(stage_named(self.setup.pipeline(&record.pipeline), wanted, &what)?)
    }

    /// The pipeline of that name.
    pub fn pipeline(&self, name: &str) -> anyhow::Result<&Pipeline> {
        Ok(self.setup.pipeline(name).ok_or_else(|| {
            let known: Vec<_> = self.setup.pipelines.iter().map(|pipeline| pipeline.name.as_str()).collect();
            let message = format!("there is no pipeline `{}`", super::screen::line(name));
            Failure::new(Code::Usage, message, format!("known: {}", known.join(", ")))
        })?)
    }

    /// The object of that name.
    pub fn object(&self, name: &str) -> anyhow::Result<&ObjectSetup> {
        Ok(self.setup.object(name).ok_or_else(|| {
            let known: Vec<_> = self.setup.objects().map(|object| object.name.as_str()).collect();
            let way_out = format!("known: {}; `ticketd object define` makes another", known.join(", "));
            Failure::new(Code::Usage, format!("there is no object `{}`", super::screen::line(name)), way_out)
        })?)
    }

    /// The record that somebody names.
    pub fn record(&self, wanted: RecordName) -> anyhow::Result<RecordRow> {
        let (row, number) = match wanted {
            RecordName::Ticket(number) => return Ok(self.ticket(number)?.record),
            RecordName::Row(row) => (row, row.0),
        };
        let (found, ticket) =
            self.store.read(|tx| Ok((record_views::record(tx, row)?, views::ticket_by_number(tx, number)?)))?;
        Ok(found.ok_or_else(|| {
            let way_out = match ticket {
                Some(_) => format!("ticket {number} is named `{}-{number}`", self.setup.ticket_prefix),
                None => "`ticketd record list` shows which there are".to_owned(),
            };
            Failure::new(Code::NoInput, format!("there is no record {row}"), way_out)
        })?)
    }

    /// What records are called where one is asked for: `TICKET-12`, or `record #41` of one that is no ticket.
    pub fn record_names(&self, records: &BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, String>, StoreError> {
        self.store.read(|tx| {
            let named = records.iter().map(|record| {
                let ticket = views::ticket(tx, *record)?;
                let number = ticket.map(|found| format!("{}-{}", self.setup.ticket_prefix, found.ticket.number));
                Ok((*record, number.unwrap_or_else(|| format!("record {record}"))))
            });
            named.collect()
        })
    }

    /// The one message that `wanted` names, as in [`messages`].
    pub fn message(&self, wanted: &str) -> anyhow::Result<MessageRow> {
        let mut found = messages(&self.store, wanted)?;
        match (found.pop(), found.is_empty()) {
            (Some(message), true) => Ok(message),
            (last, _) => {
                let rows: Vec<_> = found.iter().chain(&last).map(|message| message.id.0.to_string()).collect();
                let way_out = format!("name one by its row: {}", rows.join(", "));
                Err(Failure::new(Code::Usage, "several messages have that Message-ID", way_out).into())
            }
        }
    }
}

/// The stage of a pipeline that a name or label means. `what`: how it is called, with its name as `{}`.
pub(super) fn stage_named(pipeline: Option<&Pipeline>, wanted: &str, what: &str) -> Result<String, Failure> {
    let stages = || pipeline.iter().flat_map(|pipeline| &pipeline.stages).filter(|stage| !stage.archived);
    let is_it = |stage: &&Stage| stage.name == wanted || stage.label.to_lowercase() == wanted.to_lowercase();
    stages().find(is_it).map(|stage| stage.name.clone()).ok_or_else(|| {
        let known: Vec<_> = stages().map(|stage| format!("{} ({})", stage.name, stage.label)).collect();
        let message = format!("no {}", what.replace("{}", &super::screen::line(wanted)));
        Failure::new(Code::Usage, message, format!("it has: {}", known.join(", ")))
    })
}

/// Runs what is async of an order.
pub(super) fn wait_for<T>(order: impl Future<Output = T>) -> anyhow::Result<T> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(order))
}

/// Reads the place of a database from the command line.
pub(super) fn location() -> impl TypedValueParser<Value = Location> {
    OsStringValueParser::new().map(Location::from)
}

/// The database in that place, which must be there.
pub(super) fn existing(db: &Location) -> anyhow::Result<Store> {
    Ok(find(db)?.ok_or_else(|| missing(db))?)
}

/// The database in that place, which is made where there is none.
pub(super) fn open_or_make(db: &Location) -> Result<Store, StoreError> {
    let is_there = db.exists();
    let store = Store::open(db)?;
    if let Location::File(path) = db
        && !is_there
    {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        tracing::info!(database = %path.display(), "a new database was made");
    }
    Ok(store)
}

/// The database in that place, where there is one.
pub(super) fn find(db: &Location) -> Result<Option<Store>, StoreError> {
    if !db.exists() {
        return Ok(None);
    }
    match Store::open_existing(db) {
        Err(StoreError::Missing { .. }) => Ok(None),
        opened => opened.map(Some),
    }
}

fn missing(db: &Location) -> Failure {
    let way_out = format!(
        "`ticketd apply FILE --db {db}` makes one from a configuration, `ticketd replay PATH --db {db}` from mail"
    );
    Failure::new(Code::NoInput, format!("there is no database {db}"), way_out)
}

/// The messages that `wanted` names: a Message-ID with or without `<>`, or a row number with or without `#`, that of a send
/// or a delivery too.
pub(super) fn messages(store: &Store, wanted: &str) -> anyhow::Result<Vec<MessageRow>> {
    let wanted = wanted.trim();
    let row = wanted.strip_prefix('#').unwrap_or(wanted).parse().ok();
    let message_id = wanted.trim_start_matches('<').trim_end_matches('>');
    let (found, near, other) = store.read(|tx| {
        let mut found = views::messages_by_id_text(tx, message_id)?;
        if let Some(row) = row.filter(|_| found.is_empty()) {
            found.extend(views::message_of_row(tx, row)?);
        }
        Ok(match (found.is_empty(), row) {
            (false, _) => (found, Vec::new(), None),
            (true, None) => (found, views::messages_near(tx, message_id, 5)?, None),
            (true, Some(row)) => (found, Vec::new(), views::word_of_row(tx, row)?),
        })
    })?;
    if !found.is_empty() {
        return Ok(found);
    }
    let near: Vec<_> =
        near.iter().filter_map(|message| message.message_id.as_deref()).map(super::screen::line).collect();
    let way_out = match near.is_empty() {
        true => "give a Message-ID or a row number; `ticketd ticket show NUMBER` lists those of a ticket".to_owned(),
        false => format!("did you mean: {}", near.join(", ")),
    };
    let wanted = super::screen::line(wanted);
    let message = match other {
        Some(word) => format!("`{wanted}` is no message: that row is {word}"),
        None => format!("no message `{wanted}` in this database"),
    };
    Err(Failure::new(Code::NoInput, message, way_out).into())
}
