//! What someone does first, whole: `init`, `check`, `apply`, `replay`, in a folder of their own.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::root;

/// A folder, and the program run in it.
pub struct Desk(pub TempDir);

impl Desk {
    pub fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A mail by Ann in a file.
    pub fn mail(&self, name: &str, minute: u8) {
        self.write(name, mail(minute));
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.current_dir(self.0.path()).args(args).env("TZ", "UTC").env_remove("TICKETD_LOG").stdin(Stdio::null());
        command
    }

    /// Exit code, standard output, standard error.
    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

pub fn mail(minute: u8) -> String {
    format!(
        "From: Ann <ann@example.com>\nTo: desk@example.org\nMessage-ID: <{minute}@example.com>\n\
         Date: Mon, 3 Mar 2025 10:{minute:02}:00 +0000\nSubject: mail {minute}\n\nx\n"
    )
}

const OURS: &str = "time_zone = \"Asia/Tokyo\"\n[[mailbox]]\nname = \"desk\"\naddress = \"desk@example.org\"\n";

fn builtin() -> String {
    "ticketd: setup: built in, one mailbox support@example.org (`ticketd init` writes a file for your own)\n".to_owned()
}

#[test]
fn a_replay_goes_by_the_file_in_the_current_folder_and_says_so() {
    let desk = Desk::new();
    desk.mail("mail/a.eml", 1);
    let (code, stdout, stderr) = desk.run(&["replay", "mail", "--json"]);
    assert_eq!((code, stderr), (0, builtin()));
    assert!(stdout.contains("\"mailbox\":\"support\""), "{stdout}");

    desk.write("ticketd.toml", OURS);
    let (code, stdout, stderr) = desk.run(&["replay", "mail", "--json"]);
    assert_eq!((code, stderr.as_str()), (0, "ticketd: setup: ./ticketd.toml\n"));
    assert!(stdout.contains("\"mailbox\":\"desk\""), "{stdout}");
    let (_, stdout, _) = desk.run(&["replay", "mail"]);
    assert!(stdout.starts_with("2025-03-03 19:01  new_conversation "), "its time zone too: {stdout}");

    desk.write("other.toml", OURS.replace("\"desk\"", "\"other\""));
    let (_, stdout, stderr) = desk.run(&["replay", "mail", "--json", "--config", "other.toml"]);
    assert_eq!(stderr, "ticketd: setup: other.toml\n");
    assert!(stdout.contains("\"mailbox\":\"other\""), "{stdout}");
}

#[test]
fn a_replay_goes_by_the_setup_in_force_and_says_when_the_file_differs() {
    let desk = Desk::new();
    desk.mail("mail/a.eml", 1);
    assert_eq!(desk.run(&["replay", "mail", "--db", "mail.db"]).2, builtin());
    assert_eq!(desk.run(&["replay", "mail", "--db", "mail.db"]).2, "ticketd: setup: in force in mail.db\n");
    desk.write("ticketd.toml", OURS);
    let (code, stdout, stderr) = desk.run(&["replay", "mail", "--db", "mail.db"]);
    let says = "ticketd: setup: in force in mail.db, not ./ticketd.toml (see `ticketd apply ticketd.toml --db mail.db --dry-run`)\n";
    assert_eq!((code, stderr.as_str()), (0, says));
    assert!(stdout.starts_with("2025-03-03 19:01  duplicate "), "the file's time zone all the same: {stdout}");

    // Mail was answered from the built-in mailbox: the way out is told.
    let (code, _, stderr) = desk.run(&["apply", "ticketd.toml", "--db", "mail.db"]);
    assert_eq!(code, 1);
    let way_out = "  nothing was changed; what a replay made can be made again: delete mail.db, apply the file, replay the mail\n";
    assert!(stderr.ends_with(way_out), "{stderr}");
}

#[test]
fn apply_makes_a_database_that_is_not_there_and_a_replay_goes_on_with_it() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["init"]).0, 0);
    assert_eq!(desk.run(&["check"]).0, 0);
    let names_one = ["apply", "ticketd.toml", "--db", "mail.db"];
    let (code, stdout, stderr) = desk.run(&[&names_one[..], &["--dry-run"]].concat());
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("Nothing was changed: mail.db would be made, with revision "), "{stdout}");
    assert!(!desk.0.path().join("mail.db").exists());

    let (code, stdout, stderr) = desk.run(&names_one);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.lines().last().unwrap().contains(" differences. Made mail.db with revision "), "{stdout}");
    let (code, exported, _) = desk.run(&["export", "--db", "mail.db"]);
    assert!(code == 0 && exported.contains("[[mailbox]]"), "{exported}");
    assert!(desk.run(&names_one).1.starts_with("Nothing differs: "));

    desk.mail("mail/a.eml", 1);
    let (code, stdout, stderr) = desk.run(&["replay", "mail", "--db", "mail.db"]);
    assert_eq!((code, stderr.as_str()), (0, "ticketd: setup: in force in mail.db\n"), "{stdout}");
    let folded = desk.run(&["replay", "--from-db", "--db", "mail.db"]);
    assert_eq!(folded, (0, "2 events folded, nothing differs\n".to_owned(), String::new()));
}

#[test]
fn a_file_that_is_wrong_or_a_user_who_is_unknown_makes_no_database() {
    let desk = Desk::new();
    desk.write("wrong.toml", "colour = 1\n");
    desk.write("desk.toml", OURS);
    assert_eq!(desk.run(&["apply", "wrong.toml", "--db", "mail.db"]).0, 78);
    assert_eq!(desk.run(&["apply", "desk.toml", "--db", "mail.db", "--as", "nobody"]).0, 64);
    assert!(!desk.0.path().join("mail.db").exists());
}

#[test]
fn the_readme_s_first_command_needs_no_setup_whatever_lies_in_the_current_folder() {
    let desk = Desk::new();
    let story = root().join("fixtures/stories/a-closed-target-closes-the-ticket");
    let bare = desk.run(&["replay", story.to_str().unwrap()]);
    assert_eq!((bare.0, bare.2.as_str()), (0, ""), "a story brings its own setup");
    desk.write("ticketd.toml", OURS);
    assert_eq!(desk.run(&["replay", story.to_str().unwrap()]), bare);
    assert!(!Path::new(root()).join("ticketd.toml").exists());
}
