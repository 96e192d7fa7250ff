//! `ticketd user`: the people of the team, and what they may do.

use std::io::Write;

use serde_json::json;

use super::database::{Database, DatabaseArgs};
use super::edit::{EditArgs, edit_codes};
use super::numbers::{short_name, word};
use super::object::label_from;
use super::screen::{Paint, line};
use super::{Code, Failure};
use crate::domain::*;

/// See the users, add one, change what one may do
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd user list
  ticketd user add dora --address dora@example.org --role agent --role workflow_editor
  ticketd user role dora agent account_access     the roles that dora has from now on
  ticketd user disable dora                       may do nothing any more, and is told nothing
  ticketd user enable dora

Roles combine: super_admin (everything), workflow_editor, account_access, agent; docs/records.md says what each may do.", edit_codes!()))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Add(AddArgs),
    Role(RoleArgs),
    /// Keep a user from doing anything; what the user did keeps the name
    Disable(OneArgs),
    /// Let a user work again who was disabled
    Enable(OneArgs),
}

/// List the users
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd user list --db desk.db\n  ticketd user list --json")]
struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and user
    #[arg(long)]
    json: bool,
}

/// Add a user
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Examples:\n  ticketd user add dora --address dora@example.org --as alice", edit_codes!()))]
struct AddArgs {
    /// The short name, which stays
    #[arg(value_parser = short_name)]
    name: String,
    /// The user's own addresses; the first is written to
    #[arg(long, value_name = "ADDRESS", required = true, num_args = 1.., value_parser = address)]
    address: Vec<EmailAddress>,
    /// What people read; without it, the name
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// What the user may do; without it, agent
    #[arg(long = "role", value_name = "ROLE", value_parser = word(Role::ALL, Role::as_str))]
    roles: Vec<Role>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Set the roles of a user
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Examples:\n  ticketd user role dora agent workflow_editor --as alice", edit_codes!()))]
struct RoleArgs {
    name: String,
    /// All that the user has from now on
    #[arg(required = true, value_parser = word(Role::ALL, Role::as_str))]
    roles: Vec<Role>,
    #[command(flatten)]
    edit: EditArgs,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = concat!("Examples:\n  ticketd user disable dora --as alice\n  ticketd user enable dora --as alice", edit_codes!())
)]
struct OneArgs {
    name: String,
    #[command(flatten)]
    edit: EditArgs,
}

fn address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).ok_or_else(|| "write an address: dora@example.org".to_owned())
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Add(args) => add(args),
        Command::Role(args) => {
            let roles = distinct(&args.roles);
            change(&args.edit, &args.name, |user| user.roles = roles)
        }
        Command::Disable(args) => change(&args.edit, &args.name, |user| user.disabled = true),
        Command::Enable(args) => change(&args.edit, &args.name, |user| user.disabled = false),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let mut out = std::io::stdout().lock();
    let paint = Paint::for_stdout();
    for user in &database.setup.users {
        let addresses: Vec<_> = user.addresses.iter().map(EmailAddress::as_str).collect();
        if args.json {
            let object = json!({
                "name": user.name,
                "display_name": user.display_name,
                "addresses": addresses,
                "roles": user.roles,
                "disabled": user.disabled,
            });
            writeln!(out, "{object}")?;
            continue;
        }
        let roles: Vec<_> = user.roles.iter().map(|role| role.as_str()).collect();
        let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
        let disabled = if user.disabled { paint.red("  disabled") } else { String::new() };
        let name = format!("{:<16}", user.name);
        writeln!(out, "{name}  {} <{}>  {roles}{disabled}", line(&user.display_name), line(&addresses.join(", ")))?;
    }
    if database.setup.users.is_empty() && !args.json {
        writeln!(std::io::stderr().lock(), "there are no users: `ticketd user add NAME --address ADDRESS` adds one")?;
    }
    Ok(Code::Success)
}

fn add(args: AddArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    if database.setup.user(&args.name).is_some() {
        let message = format!("there is a user `{}` already", args.name);
        return Err(Failure::new(Code::Usage, message, "give this one another name").into());
    }
    let roles = if args.roles.is_empty() { vec![Role::Agent] } else { distinct(&args.roles) };
    let display_name = args.display_name.unwrap_or_else(|| label_from(&args.name));
    let mut after = database.setup.clone();
    let (name, addresses) = (args.name, args.address);
    after.users.push(UserSetup { name, display_name, addresses, roles, disabled: false });
    args.edit.save(database, after)
}

fn distinct(roles: &[Role]) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect()
}

fn change(edit: &EditArgs, name: &str, change: impl FnOnce(&mut UserSetup)) -> anyhow::Result<Code> {
    let database = edit.database.open()?;
    let mut after = database.setup.clone();
    let user = after.users.iter_mut().find(|user| user.name == name).ok_or_else(|| unknown(&database, name))?;
    change(user);
    edit.save(database, after)
}

fn unknown(database: &Database, name: &str) -> Failure {
    let known: Vec<_> = database.setup.users.iter().map(|user| user.name.as_str()).collect();
    let way_out = format!("known: {}", if known.is_empty() { "none".to_owned() } else { known.join(", ") });
    Failure::new(Code::Usage, format!("there is no user `{}`", line(name)), way_out)
}
