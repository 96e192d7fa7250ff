//! `ticketd record`: records of every object, tickets too.

mod orders;
mod show;

use super::Code;

/// See records of every object, make, move and change them
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd record list deal --stage talks
  ticketd record create deal 'Website for Acme' --set amount=1200 --company Acme --contact ann@example.com --as alice
  ticketd record show 41
  ticketd record show TICKET-12                    the same for a ticket, by its number
  ticketd record move 41 won --as alice            what stands in that stage follows
  ticketd record set 41 amount=1500 close_date=    the one gets a value, the other loses it
  ticketd record note 41 'Called back' --as alice
  ticketd record associate 41 --company Acme

A record is named by its row, as `list` prints it.
Exit codes: 0 done; 1 refused (it is in that stage already, merged …); 64 wrong arguments, no such stage or property, or a
value that it cannot have; 66 no such record or database; 75 the database is in use; 77 the user of --as has no role for
it.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(show::ListArgs),
    Show(show::ShowArgs),
    Create(orders::CreateArgs),
    Move(orders::MoveArgs),
    Set(orders::SetArgs),
    Note(orders::NoteArgs),
    Associate(orders::AssociateArgs),
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => show::list(&args),
        Command::Show(args) => show::show(&args),
        Command::Create(args) => orders::create(args),
        Command::Move(args) => orders::move_to(&args),
        Command::Set(args) => orders::set(&args),
        Command::Note(args) => orders::note(args),
        Command::Associate(args) => orders::associate(args),
    }
}

/// `NAME=VALUE`; without a value, an empty one.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
