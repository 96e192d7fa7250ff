//! The command line: whole outputs and exit codes.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use ticketd::cli::{Code, load_config};

/// One run of the program in a folder of its own, and what must come of it.
#[derive(Default)]
struct Run<'a> {
    args: &'a [&'a str],
    files: &'a [(&'a str, &'a str)],
    code: i32,
    stdout: &'a str,
    stderr: &'a str,
}

impl Run<'_> {
    /// Runs it and compares everything. Gives the folder, to look at what was written.
    fn check(self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in self.files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let output = ticketd(folder.path()).args(self.args).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let found = (output.status.code(), text(output.stdout), text(output.stderr));
        assert_eq!(found, (Some(self.code), self.stdout.to_owned(), self.stderr.to_owned()), "ticketd {:?}", self.args);
        folder
    }
}

fn ticketd(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command.current_dir(folder).env_remove("TICKETD_LOG").env_remove("COLUMNS").stdin(Stdio::null());
    command
}

const SUPPORT: &str = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n";

#[test]
fn init_writes_a_file_that_check_finds_nothing_wrong_with() {
    let stdout = "Wrote ticketd.toml. Put your own mailbox and users in, then: ticketd check\n";
    let folder = Run { args: &["init"], stdout, ..Run::default() }.check();
    let text = std::fs::read_to_string(folder.path().join("ticketd.toml")).unwrap();
    assert_eq!(text, ticketd::config::STARTER);
    Run {
        args: &["check"],
        files: &[("ticketd.toml", &text)],
        stdout: "ticketd.toml: ok: 1 mailbox, 1 user, 1 pipeline\n",
        ..Run::default()
    }
    .check();
}

#[test]
fn init_never_overwrites_unless_told_to() {
    let folder = Run {
        args: &["init", "desk.toml"],
        files: &[("desk.toml", "mine")],
        code: 73,
        stderr: "ticketd: desk.toml exists already\n  name another file, or replace this one with --force\n",
        ..Run::default()
    }
    .check();
    assert_eq!(std::fs::read_to_string(folder.path().join("desk.toml")).unwrap(), "mine");

    let folder = Run {
        args: &["init", "--force", "desk.toml"],
        files: &[("desk.toml", "mine")],
        stdout: "Wrote desk.toml. Put your own mailbox and users in, then: ticketd check --config desk.toml\n",
        ..Run::default()
    }
    .check();
    assert_eq!(std::fs::read_to_string(folder.path().join("desk.toml")).unwrap(), ticketd::config::STARTER);
}

#[test]
fn init_into_a_folder_that_is_not_there_says_so() {
    Run {
        args: &["init", "no/such/ticketd.toml"],
        code: 73,
        stderr: "ticketd: cannot write no/such/ticketd.toml: No such file or directory (os error 2)\n  \
                 name a file in a folder that is there and may be written to\n",
        ..Run::default()
    }
    .check();
}

#[test]
fn check_prints_every_problem_with_its_place_the_line_and_a_hint() {
    Run {
        args: &["check"],
        files: &[(
            "ticketd.toml",
            "[[mailbox]]\nname = \"süpport\"\naddress = \"support@example.org\"\nlangage = \"en\"\n",
        )],
        code: 78,
        stdout: "\
ticketd.toml:2:8: `süpport` is no short name
    name = \"süpport\"
           ^^^^^^^^^
    hint: use a-z, 0-9, `_` and `-`; what people read has a key of its own

ticketd.toml:4:1: unknown key `langage` in this `mailbox`
    langage = \"en\"
    ^^^^^^^
    hint: did you mean `language`?

ticketd.toml: 2 mistakes
",
        ..Run::default()
    }
    .check();
}

#[test]
fn a_warning_is_printed_and_fails_nothing() {
    Run {
        args: &["check", "--config", "desk.toml"],
        files: &[("desk.toml", "database = \"desk.db\"\n")],
        stdout: "\
desk.toml:1:1: warning: there is no team mailbox: no mail can open a ticket
    database = \"desk.db\"
    ^
    hint: add a [[mailbox]] with name and address

desk.toml: ok: 0 mailboxes, 0 users, 1 pipeline; 1 warning
",
        ..Run::default()
    }
    .check();
}

#[test]
fn check_tells_programs_the_same_as_json() {
    Run {
        args: &["check", "--json"],
        files: &[("ticketd.toml", SUPPORT)],
        stdout: "{\"connections\":null,\"file\":\"ticketd.toml\",\"mailboxes\":1,\"ok\":true,\"pipelines\":1,\"problems\":[],\"users\":0}\n",
        ..Run::default()
    }
    .check();
    Run {
        args: &["check", "--json"],
        files: &[("ticketd.toml", &format!("{SUPPORT}kind = \"teem\"\n"))],
        code: 78,
        stdout: "{\"connections\":null,\"file\":\"ticketd.toml\",\"mailboxes\":null,\"ok\":false,\"pipelines\":null,\"problems\":[\
                 {\"column\":8,\"hint\":\"did you mean `team`?\",\"line\":4,\"message\":\"`teem` is no value of `kind`\",\
                 \"severity\":\"error\",\"width\":6}],\"users\":null}\n",
        ..Run::default()
    }
    .check();
}

#[test]
fn check_without_a_file_says_how_to_get_one() {
    Run {
        args: &["check"],
        code: 66,
        stderr: "ticketd: cannot read ticketd.toml: No such file or directory (os error 2)\n  \
                 `ticketd init ticketd.toml` writes a file to begin with\n",
        ..Run::default()
    }
    .check();
}

#[test]
fn a_file_that_is_not_utf8_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ticketd.toml"), b"# a\n# caf\xe9\n").unwrap();
    let output = ticketd(folder.path()).arg("check").output().unwrap();
    let stderr = "ticketd: ticketd.toml:2: this line is not UTF-8\n  save the file as UTF-8, the encoding of TOML\n";
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(78), stderr));
}

#[test]
fn a_wrong_argument_is_a_usage_error_and_help_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let code = |args: &[&str]| ticketd(folder.path()).args(args).output().unwrap().status.code();
    assert_eq!(code(&["chek"]), Some(64));
    assert_eq!(code(&[]), Some(64));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
}

#[test]
fn every_command_explains_itself_with_examples() {
    let folder = tempfile::tempdir().unwrap();
    let help = |args: &[&str]| {
        let output = ticketd(folder.path()).args(args).arg("--help").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let overview = help(&[]);
    let listed = overview.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"init") && commands.contains(&"check"), "{overview}");
    for command in commands {
        assert!(help(&[command]).contains("Examples:\n  ticketd "), "{command}");
    }
}

/// `ticketd check | head`: the reader goes before everything is written.
#[test]
fn a_broken_pipe_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let many_problems: String = (0..20_000).map(|number| format!("unknown_{number} = 1\n")).collect();
    std::fs::write(folder.path().join("ticketd.toml"), many_problems).unwrap();
    let mut child = ticketd(folder.path()).arg("check").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn a_command_without_a_configuration_file_works_with_what_is_built_in() {
    assert_eq!(load_config(None).unwrap(), ticketd::config::builtin());
}

#[test]
fn a_command_with_a_wrong_configuration_file_fails_with_all_its_problems() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.toml");
    std::fs::write(&path, "colour = 1\n[[mailbox]]\naddress = \"support@example.org\"\n").unwrap();
    let failure = load_config(Some(&path)).unwrap_err();
    assert_eq!(failure.code, Code::Config);
    for problem in ["desk.toml:1:1: unknown key `colour`", "desk.toml:2:1: `name` is missing"] {
        assert!(failure.message.contains(problem), "{}", failure.message);
    }
    assert_eq!(load_config(Some(&folder.path().join("none.toml"))).unwrap_err().code, Code::NoInput);
}
