//! `ticketd template edit`: one template of the setup in force, in an editor or from a file. Checked with the whole setup
//! as `apply` checks a file, and saved as one change of the journal.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::apply::{install, short};
use super::config_file::{decode, load, parse, read, readers_of, render};
use super::database::{DatabaseArgs, UserArgs};
use super::screen::Paint;
use super::{Code, Failure, difference};
use crate::compose::{Readers, known_variables};
use crate::config::{self, Problem, Severity, differences};
use crate::decide::{self, Operation};
use crate::domain::{Language, Origin, Setup, Template, TemplateText};
use crate::engine::{SetupOrder, digest_of};
use crate::store::journal;

/// Edit a template in $VISUAL or $EDITOR, or take it from a file; a new name makes a new one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd template edit ticket_closed
  ticketd template edit ticket_closed --file closed.toml --as alice
  ticketd template show ticket_closed | sed s/Hello/Dear/ | ticketd template edit ticket_closed --file -

What is saved is in force at once. A text that is refused is kept, and the message says where.
Exit codes: 0 saved, or nothing differs; 64 wrong arguments, or no editor; 65 the database is damaged or newer;
66 no such file; 75 the database is in use, or somebody else changed the template meanwhile; 77 the user of --as has no
role for it; 78 the text is wrong (every mistake is shown).")]
pub(super) struct Args {
    name: String,
    /// Take the text from there and open no editor; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// A text that somebody wrote, and the file that holds it.
struct Written {
    text: String,
    /// `None`: standard input, of which nothing is left.
    file: Option<PathBuf>,
    /// The file is ours, and goes once its text is saved.
    ours: bool,
}

/// Opens, checks, saves.
pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if args.name.is_empty() || !args.name.chars().all(is_plain) {
        let message = format!("`{}` is no short name", super::screen::line(&args.name));
        return Err(Failure::new(Code::Usage, message, "use a-z, 0-9, `_` and `-`").into());
    }
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    // Before anybody writes anything.
    decide::check(&database.setup, user, Operation::EditTemplate)?;
    let before = database.setup;
    let opened = opened(&before, &args.name);
    let written = match &args.file {
        None => in_editor(&args.name, &opened)?,
        Some(file) if file == Path::new("-") => from_stdin()?,
        Some(file) => Written { text: read(file)?, file: Some(file.clone()), ours: false },
    };
    if written.text == opened {
        written.forget();
        return done("Nothing was changed.");
    }
    let saved = save(args, user, &database.store, &before, &written);
    match saved {
        Ok(code) => {
            written.forget();
            Ok(code)
        }
        Err(error) => Err(written.kept(&args.name, error)),
    }
}

fn save(
    args: &Args,
    user: Option<&str>,
    store: &crate::store::Store,
    before: &Setup,
    written: &Written,
) -> anyhow::Result<Code> {
    let template = checked(before, &args.name, written)?;
    let (now, based_on, origin) =
        store.read(|tx| Ok((journal::current_setup(tx)?, journal::current_digest(tx)?, journal::origin(tx)?)))?;
    let now = now.unwrap_or_else(|| before.clone());
    if now.template(&args.name) != before.template(&args.name) {
        let message = format!("somebody else changed template `{}` meanwhile", args.name);
        return Err(Failure::new(Code::TryLater, message, "compare: `ticketd template show` prints it").into());
    }
    let mut after = now.clone();
    match after.templates.iter_mut().find(|other| other.name == template.name) {
        Some(replaced) => replaced.clone_from(&template),
        None => after.templates.push(template.clone()),
    }
    let found = differences(&now, &after);
    if found.is_empty() {
        return done("Nothing differs from what is in force.");
    }
    let order = SetupOrder { based_on: Some(based_on.unwrap_or_default()), ..after.clone().into() };
    install(store, origin.unwrap_or(Origin::Live), order, user)?;
    let shown = difference::as_text(&found, Paint::for_stdout());
    let (was, is) = (digest_of(&now), digest_of(&after));
    mention(args.database.file(), &template)?;
    done(&format!("{shown}\nSaved: revision {} became {}.", short(&was), short(&is)))
}

fn done(text: &str) -> anyhow::Result<Code> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(Code::Success)
}

/// What stands in the editor.
fn opened(setup: &Setup, name: &str) -> String {
    let template = setup.template(name).cloned().unwrap_or_else(|| skeleton(name));
    let readers = readers_of(setup, name);
    let of_entries = match readers {
        Readers::Digest => {
            "# Each of digest.entries has template, count, ticket.number, ticket.tag, ticket.subject, ticket.status.\n"
        }
        Readers::Contacts | Readers::Users | Readers::Author => "",
    };
    format!(
        "# Template `{name}`. What is saved here is in force at once; the line below says what it may name.\n\
         # {}\n{of_entries}# {{{{ name }}}} stands for its value; {{% if name %}}...{{% endif %}} asks whether there is one.\n\n{}",
        known_variables(readers).join(", "),
        config::export_template(&template)
    )
}

/// How a new template begins.
fn skeleton(name: &str) -> Template {
    let text = "Hello,\n\nThis is about ticket {{ ticket.number }}: {{ ticket.subject }}\n\nKind regards,\n{{ mailbox.name }}\n";
    let text = TemplateText {
        language: Language::English,
        subject: "{{ ticket.tag }} {{ ticket.subject }}".to_owned(),
        text: text.to_owned(),
        html: None,
    };
    Template { name: name.to_owned(), transactional: true, texts: vec![text] }
}

/// The template that the text is, where the setup may have it.
fn checked(setup: &Setup, name: &str, written: &Written) -> Result<Template, Failure> {
    let text = &written.text;
    let refused = |path: &Path, text: &str, problems: &[Problem]| {
        let message = format!("template `{name}` was not saved\n\n{}", render(path, text, problems).trim_end());
        Failure { code: Code::Config, message, way_out: None }
    };
    let found = config::problems_of_template(text, name);
    if found.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(refused(written.path(), text, &found));
    }
    // As `apply` would read it: the text within the rest of the setup.
    let (above, below) = config::export_around(setup, name);
    let (whole, offset) = (format!("{above}{text}\n{below}"), above.lines().count());
    match parse(&whole) {
        Ok(whole) => whole.setup.template(name).cloned().ok_or_else(|| refused(written.path(), text, &found)),
        Err(problems) => {
            let own = offset + 1..=offset + text.lines().count();
            let (mut inside, outside): (Vec<_>, Vec<_>) =
                problems.into_iter().partition(|problem| own.contains(&problem.line));
            inside.iter_mut().for_each(|problem| problem.line -= offset);
            match inside.is_empty() {
                false => Err(refused(written.path(), text, &inside)),
                true => Err(refused(Path::new("the setup with it"), &whole, &outside)),
            }
        }
    }
}

/// A file that says otherwise would take it back.
fn mention(file: Option<&Path>, saved: &Template) -> anyhow::Result<()> {
    let Some((file, Ok((config, _)))) = file.map(|file| (file, load(file))) else { return Ok(()) };
    if config.setup.template(&saved.name) != Some(saved) {
        let (file, name) = (file.display(), &saved.name);
        let mut err = std::io::stderr().lock();
        writeln!(err, "ticketd: {file} has another template `{name}`: `ticketd apply {file}` would take this back")?;
        writeln!(err, "  `ticketd template show {name}` prints what belongs there")?;
    }
    Ok(())
}

fn from_stdin() -> anyhow::Result<Written> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(Written { text: decode(Path::new("standard input"), bytes)?, file: None, ours: true })
}

/// Lets somebody edit the text.
fn in_editor(name: &str, text: &str) -> anyhow::Result<Written> {
    let set = |name| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).ok_or_else(|| {
        let way_out = "set VISUAL or EDITOR, or give the text with --file";
        Failure::new(Code::Usage, "there is no editor to open it in", way_out)
    })?;
    let file = kept_in_file(name, text)?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let ended = std::process::Command::new(program).args(words).arg(&file).status();
    let written = Written { text: String::new(), file: Some(file.clone()), ours: true };
    let trouble = match ended {
        Ok(status) if status.success() => return Ok(Written { text: read(&file)?, ..written }),
        Ok(status) => format!("the editor `{editor}` failed ({status})"),
        Err(error) => format!("the editor `{editor}` cannot be started: {error}"),
    };
    Err(written.kept(name, Failure { code: Code::Usage, message: trouble, way_out: None }.into()))
}

/// A new file with that text, that only its owner reads.
fn kept_in_file(name: &str, text: &str) -> anyhow::Result<PathBuf> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut number = 0;
    loop {
        let file = std::env::temp_dir().join(format!("ticketd-{name}-{}-{number}.toml", std::process::id()));
        match options.open(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            opened => {
                opened?.write_all(text.as_bytes())?;
                return Ok(file);
            }
        }
    }
}

impl Written {
    /// How problems call it.
    fn path(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new("standard input"))
    }

    /// It is saved: the file that held it goes, where it is ours.
    fn forget(&self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.ours) {
            // One that is not there is gone as well.
            let _ = std::fs::remove_file(file);
        }
    }

    /// The failure, with the place where the text is.
    fn kept(&self, name: &str, error: anyhow::Error) -> anyhow::Error {
        let file = match &self.file {
            Some(file) => Ok(file.clone()),
            None => kept_in_file(name, &self.text),
        };
        let Ok(file) = file else { return error };
        let file = file.display();
        let where_it_is =
            format!("the text is in {file}: correct it, then `ticketd template edit {name} --file {file}`");
        match error.downcast::<Failure>() {
            Ok(Failure { code, message, way_out }) => {
                let way_out = way_out.map_or(where_it_is.clone(), |way_out| format!("{way_out}\n  {where_it_is}"));
                Failure { code, message, way_out: Some(way_out) }.into()
            }
            Err(error) => error.context(where_it_is),
        }
    }
}
