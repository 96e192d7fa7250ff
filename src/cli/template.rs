//! `ticketd template`: the texts of automatic mail, as they are in force in the database.

use std::io::Write;

use serde_json::{Value, json};

use super::config_file::readers_of;
use super::database::{Database, DatabaseArgs};
use super::screen::line;
use super::transcript::person;
use super::{Code, Failure, numbers, template_edit, times};
use crate::compose::Readers;
use crate::config;
use crate::domain::{
    Action, DIGEST_TEMPLATE, Language, REPLY_NOT_DELIVERED, SEND_NOT_DELIVERED, Setup, Step, Template,
};
use crate::engine::{self, PreviewError};

/// What is sent without an automation.
const OF_THE_PROGRAM: [&str; 3] = [DIGEST_TEMPLATE, SEND_NOT_DELIVERED, REPLY_NOT_DELIVERED];

/// See, edit and try the texts of automatic mail
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd template list                                  what there is, and what uses it
  ticketd template edit ticket_closed                    in $VISUAL or $EDITOR
  ticketd template preview ticket_closed --ticket 12     what it says about that ticket")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    Edit(template_edit::Args),
    Preview(PreviewArgs),
}

/// List the templates in force: their languages, and what uses them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd template list --db desk.db\n  ticketd template list --json")]
struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and template
    #[arg(long)]
    json: bool,
}

/// Print a template as it stands in a configuration file
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd template show ticket_closed\n  ticketd template show ticket_closed > closed.toml"
)]
struct ShowArgs {
    name: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Show what a template says about a ticket; nothing is sent
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd template preview ticket_closed --ticket 12
  ticketd template preview ticket_closed --ticket 12 --language nl
  ticketd template preview ticket_received --ticket 12 --html > page.html

It is filled with the ticket's own values by what fills a mail that is sent.
Exit codes: 0 done; 64 no database named; 65 the template cannot be filled for this ticket; 66 no such ticket or template.")]
struct PreviewArgs {
    name: String,
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(long, value_parser = numbers::ticket)]
    ticket: i64,
    /// Instead of the mailbox's: en or nl
    #[arg(long, value_parser = language)]
    language: Option<Language>,
    /// The HTML alone
    #[arg(long, conflicts_with = "json")]
    html: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

fn language(text: &str) -> Result<Language, String> {
    text.parse().map_err(|_| "one of: en, nl".to_owned())
}

/// Lists, shows, edits or tries.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
        Command::Edit(args) => template_edit::run(&args),
        Command::Preview(args) => preview(&args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let Database { setup, .. } = args.database.open()?;
    let mut out = std::io::stdout().lock();
    for template in &setup.templates {
        match args.json {
            true => writeln!(out, "{}", as_json(&setup, template))?,
            false => writeln!(out, "{}", as_text(&setup, template))?,
        }
    }
    Ok(Code::Success)
}

fn as_text(setup: &Setup, template: &Template) -> String {
    let languages: Vec<_> = template.texts.iter().map(|text| text.language.as_str()).collect();
    let sort = if template.transactional { "" } else { ", not transactional" };
    let used = used_by(setup, &template.name);
    let used = match template.name.as_str() {
        _ if !used.is_empty() => used.join(", "),
        name if OF_THE_PROGRAM.contains(&name) => "goes out by itself".to_owned(),
        _ => "nothing uses it".to_owned(),
    };
    format!("{:<24} {}{sort}: {}  ({used})", template.name, languages.join(" "), to_whom(setup, template))
}

fn to_whom(setup: &Setup, template: &Template) -> &'static str {
    match readers_of(setup, &template.name) {
        Readers::Contacts => "to contacts",
        Readers::Users | Readers::Author | Readers::Digest => "to users",
    }
}

fn as_json(setup: &Setup, template: &Template) -> Value {
    let languages: Vec<_> = template.texts.iter().map(|text| text.language).collect();
    json!({
        "name": template.name,
        "languages": languages,
        "transactional": template.transactional,
        "to": if setup.mails_contacts(&template.name) { "contacts" } else { "users" },
        "used_by": used_by(setup, &template.name),
        "built_in": config::builtin().setup.template(&template.name) == Some(template),
    })
}

/// The workflows, and the stage automations as `pipeline/name`, that send it.
fn used_by(setup: &Setup, name: &str) -> Vec<String> {
    let sends = |step: &Step| match &step.action {
        Action::SendEmail { template } | Action::Notify { template, .. } => template == name,
        _ => false,
    };
    let using = setup.flows().filter(|(_, steps)| Step::all(steps).into_iter().any(sends));
    let mut names: Vec<String> = using.map(|(flow, _)| flow).collect();
    names.dedup();
    names
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let Database { setup, .. } = args.database.open()?;
    let template = setup.template(&args.name).ok_or_else(|| no_template(&setup, &args.name))?;
    std::io::stdout().lock().write_all(config::export_template(template).as_bytes())?;
    Ok(Code::Success)
}

fn no_template(setup: &Setup, name: &str) -> Failure {
    let known: Vec<_> = setup.templates.iter().map(|template| template.name.as_str()).collect();
    let way_out = format!("there is: {}; `ticketd template edit NAME` makes a new one", known.join(", "));
    Failure::new(Code::NoInput, format!("there is no template `{}`", line(name)), way_out)
}

fn preview(args: &PreviewArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let found = engine::preview(&database.store, times::now(), &args.name, args.ticket, args.language);
    let found = found.map_err(|error| failure(&database.setup, &args.name, error))?;
    let mut out = std::io::stdout().lock();
    if args.html {
        let way_out = "leave out --html to see its text";
        let html = found.html.ok_or_else(|| Failure::new(Code::NoInput, "the template has no HTML", way_out))?;
        out.write_all(html.as_bytes())?;
        return Ok(Code::Success);
    }
    let to: Vec<String> = found.to.iter().map(person).collect();
    if args.json {
        let object = json!({
            "template": args.name,
            "ticket": args.ticket,
            "language": found.language,
            "from": person(&found.from),
            "to": to,
            "subject": found.subject,
            "text": found.text,
            "html": found.html,
        });
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    writeln!(out, "From: {}\nTo: {}\nSubject: {}\n", person(&found.from), to.join(", "), line(&found.subject))?;
    writeln!(out, "{}", found.text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n"))?;
    Ok(Code::Success)
}

fn failure(setup: &Setup, name: &str, error: PreviewError) -> anyhow::Error {
    let (code, way_out) = match &error {
        PreviewError::NoTicket(_) => (Code::NoInput, "`ticketd ticket list` shows which there are"),
        PreviewError::NoTemplate(_) => return no_template(setup, name).into(),
        PreviewError::Nobody => (Code::Data, "a ticket needs a contact, a notification a user, both a team mailbox"),
        PreviewError::Unfilled(_) => (Code::Data, "correct it with `ticketd template edit`"),
        PreviewError::Store(_) => return error.into(),
    };
    Failure::new(code, error.to_string(), way_out).into()
}
