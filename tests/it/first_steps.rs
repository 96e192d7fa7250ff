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
        command
            .current_dir(self.0.path())
            .args(args)
            .env("TZ", "UTC")
            .env_remove("TICKETD_LOG")
            .env_remove("COLUMNS")
            .stdin(Stdio::null());
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

/// As Thunderbird keeps a folder, with its index beside it.
fn thunderbird(desk: &Desk, name: &str, minutes: &[u8]) {
    let mails = minutes.iter().map(|minute| format!("From - Mon Mar 03 10:00:00 2025\n{}\n", mail(*minute)));
    desk.write(name, mails.collect::<String>());
    desk.write(&format!("{name}.msf"), "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
}

#[test]
fn what_is_mail_in_a_folder_is_read_and_what_is_passed_over_is_told() {
    let desk = Desk::new();
    thunderbird(&desk, "tb/Inbox", &[1, 2]);
    thunderbird(&desk, "tb/Archives.sbd/2024", &[3]);
    desk.write("tb/letter", "From here on\nthis is a letter.\n");
    desk.write("tb/notes.txt", "notes\n");
    desk.mail("elsewhere/cur/4.M1:2,S", 4);
    desk.mail("elsewhere/.Sent/cur/5.M1:2,S", 5);
    std::os::unix::fs::symlink("../elsewhere", desk.0.path().join("tb/linked")).unwrap();
    std::os::unix::fs::symlink("../../tb", desk.0.path().join("tb/Archives.sbd/loop")).unwrap();
    let (code, stdout, stderr) = desk.run(&["replay", "tb", "--json"]);
    let subjects: Vec<_> =
        stdout.lines().map(|line| line.split("\"subject\":\"").nth(1).unwrap()[..6].to_owned()).collect();
    assert_eq!(subjects, ["mail 1", "mail 2", "mail 3", "mail 4"], "{stderr}");
    let expected = builtin()
        + "ticketd: 4 files were passed over: tb/Inbox.msf, tb/letter, tb/notes.txt and 1 more (in a folder mail is what \
           ends in .eml, .mbox or .mbx, begins as an mbox does, or lies in a Maildir)\n\
           ticketd: 1 folder of a Maildir account passed over: tb/linked/.Sent; name those that are wanted, as in \
           --mail 'support:Sent=tb/linked/.Sent'\n";
    assert_eq!((code, stderr), (0, expected));
}

#[test]
fn a_path_of_a_mailbox_may_begin_at_home() {
    let desk = Desk::new();
    desk.mail("Maildir/cur/1.M1:2,S", 1);
    desk.mail("Maildir/.Sent/cur/2.M1:2,S", 2);
    let args = ["replay", "--json", "--mail", "support=Maildir", "--mail", "support:Sent=~/Maildir/.Sent"];
    let output = desk.command(&args).env("HOME", desk.0.path()).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), stdout.lines().count()), (Some(0), 2), "{stdout}");
    assert!(stdout.lines().nth(1).unwrap().contains("\"folder\":\"Sent\""), "{stdout}");
}

#[test]
fn a_path_that_is_not_there_is_refused_before_anything_is_kept() {
    let desk = Desk::new();
    desk.mail("mail/a.eml", 1);
    let args = ["replay", "mail", "--mail", "support:Sent=snet", "--db", "mail.db"];
    let says =
        "ticketd: cannot read snet: No such file or directory (os error 2)\n  nothing was replayed: correct the path\n";
    assert_eq!(desk.run(&args), (66, String::new(), builtin() + says));
    assert!(!desk.0.path().join("mail.db").exists());
}

const NO_MAILBOX: &str = "\
desk.toml:1:1: warning: there is no team mailbox: no mail can open a ticket
    database = \"desk.db\"
    ^
    hint: add a [[mailbox]] with name and address

";

#[test]
fn warnings_of_a_file_are_told_as_check_tells_them_where_its_setup_is_used() {
    let desk = Desk::new();
    desk.write("desk.toml", "database = \"desk.db\"\n");
    desk.mail("mail/a.eml", 1);
    let (code, _, stderr) = desk.run(&["replay", "--mail", "support=mail", "--config", "desk.toml"]);
    assert!(code == 64 && stderr.starts_with(&format!("ticketd: setup: desk.toml\n{NO_MAILBOX}")), "{stderr}");
    let (code, _, stderr) = desk.run(&["apply", "desk.toml", "--config", "desk.toml", "--dry-run"]);
    assert_eq!((code, stderr.as_str()), (0, NO_MAILBOX));
    let (code, stdout, stderr) = desk.run(&["apply", "desk.toml", "--json"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("\"problems\":[{\"column\":1,") && stdout.contains("\"severity\":\"warning\""), "{stdout}");
    // A question is about the setup in force.
    let (code, _, stderr) = desk.run(&["ticket", "list", "--config", "desk.toml"]);
    assert!(code == 0 && !stderr.contains("warning"), "{stderr}");
}

#[test]
fn ticketd_log_shows_what_the_engine_does_and_a_wrong_filter_is_told() {
    let desk = Desk::new();
    desk.mail("mail/a.eml", 1);
    let logged = |filter: &str| {
        let output = desk.command(&["replay", "mail", "--json"]).env("TICKETD_LOG", filter).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, lines) = logged("debug");
    assert_eq!(code, Some(0), "{lines}");
    for event in ["a setup comes into force", "mails are about to be read", "a batch is carried out"] {
        assert!(lines.contains(event), "{event} is not in:\n{lines}");
    }
    assert!(!lines.contains("Subject") && !lines.contains("mail 1"), "no mail in a log: {lines}");
    assert_eq!(logged("warn"), (Some(0), builtin()));
    for wrong in ["loud=chatter", "debugg"] {
        let (code, lines) = logged(wrong);
        let says = format!("ticketd: TICKETD_LOG={wrong} is no filter: ");
        assert!(
            code == Some(64) && lines.starts_with(&says) && lines.contains("for example TICKETD_LOG=debug"),
            "{lines}"
        );
    }
}

#[test]
fn texts_and_helps_are_as_wide_as_columns_says() {
    let desk = Desk::new();
    let words = "word ".repeat(40);
    desk.write("mail/a.eml", mail(1).replace("Subject: mail", &format!("Subject: {words}")));
    let printed = |args: &[&str], columns: usize| {
        let output = desk.command(args).env("COLUMNS", columns.to_string()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let widest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    let commands = ["init", "check", "replay", "why", "export", "apply", "ticket", "message", "review", "quarantine"];
    for columns in [60, 80, 100] {
        for args in [&["replay", "mail"][..], &["--help"]] {
            assert!(widest(&printed(args, columns)) <= columns, "{}", printed(args, columns));
        }
        for command in commands {
            let help = printed(&[command, "--help"], columns);
            // A command to copy is never broken.
            let lines: Vec<_> = help.lines().filter(|line| !line.starts_with("  ticketd ")).collect();
            assert!(widest(&lines.join("\n")) <= columns, "{help}");
            // Paragraphs are filled: no line is followed by a word that it had room for.
            let sentences = lines.iter().zip(&lines[1..]).skip_while(|(line, _)| **line != "Examples:");
            for (line, next) in sentences.filter(|(line, next)| !line.starts_with(' ') && !next.starts_with(' ')) {
                let word = next.split(' ').next().unwrap();
                let broken = line.is_empty() || word.is_empty() || word == "Exit";
                assert!(broken || line.chars().count() + 1 + word.chars().count() > columns, "{columns}: {help}");
            }
        }
    }
    let (narrow, wide) = (printed(&["replay", "mail"], 60), printed(&["replay", "mail"], 140));
    assert!(widest(&narrow) <= 60 && widest(&wide) > 100, "{wide}");
}

#[test]
fn check_takes_a_file_as_apply_does_and_a_folder_is_told() {
    let desk = Desk::new();
    desk.write("desk.toml", OURS);
    std::fs::create_dir(desk.0.path().join("etc")).unwrap();
    let said = desk.run(&["check", "desk.toml"]);
    assert_eq!(said, desk.run(&["check", "--config", "desk.toml"]));
    assert_eq!(said, (0, "desk.toml: ok: 1 mailbox, 0 users, 1 pipeline\n".to_owned(), String::new()));
    let (code, _, stderr) = desk.run(&["check", "etc"]);
    let says = "ticketd: cannot read etc: Is a directory (os error 21)\n  name a file in it, as etc/ticketd.toml\n";
    assert_eq!((code, stderr.as_str()), (66, says));
    for args in [&["init", "etc"][..], &["init", "etc", "--force"]] {
        let says = "ticketd: etc is a folder\n  name a file in it: ticketd init etc/ticketd.toml\n";
        assert_eq!(desk.run(args), (73, String::new(), says.to_owned()));
    }
}

#[test]
fn a_wrong_file_in_the_current_folder_says_why_it_is_read() {
    let desk = Desk::new();
    desk.mail("mail/a.eml", 1);
    assert_eq!(desk.run(&["replay", "mail", "--db", "mail.db"]).0, 0);
    desk.write("ticketd.toml", "colour = 1\n");
    let why = "  it is read because it lies in the current folder; --config FILE names another\n";
    for args in [&["ticket", "list", "--db", "mail.db"][..], &["replay", "mail"]] {
        let (code, _, stderr) = desk.run(args);
        assert!(code == 78 && stderr.ends_with(why), "{stderr}");
        let (code, _, stderr) = desk.run(&[args, &["--config", "ticketd.toml"]].concat());
        assert!(code == 78 && !stderr.contains("current folder"), "{stderr}");
    }
}
