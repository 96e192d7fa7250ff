//! The program under what its unit forbids it: no systemd is needed for most of that (`restricted.py`).

use std::process::{Command, Stdio};

use ticketd::domain::ContentDigest;
use ticketd::store::{Store, attempts};

use super::logs::has_a_ticket;
use super::running::until;
use crate::first_steps::Desk;
use crate::imap::dovecot::{Dovecot, is_root};
use crate::imap::place::{desk, folds, mail, plain, team, tickets};
use crate::support::root;

/// Debian's own Python: the module for filters is packaged for that one.
const PYTHON: &str = "/usr/bin/python3";

#[test]
fn mail_is_read_over_tls_stored_and_decided_under_all_that_the_unit_forbids() {
    const NAME: &str = "mail_is_read_under_all_that_the_unit_forbids";
    if !can_restrict(NAME) {
        return;
    }
    let Some(server) = Dovecot::shared(NAME) else { return };
    let imaps = format!("ca_file = \"ca.pem\"\nport = {}\nstart = \"all\"", server.imaps);
    let imap = plain(&server, "restricted", &imaps)
        .replace("tls = \"none\"", "tls = \"implicit\"")
        .replace(&format!("port = {}\n", server.imap), "")
        .replace("127.0.0.1", "localhost");
    let desk = desk(&team("restricted", &imap));
    desk.write("ca.pem", std::fs::read_to_string(server.authority()).unwrap());
    server.deliver("restricted", "1", mail("restricted", "ann@example.com", "restricted@example.org", ""));
    let mut daemon = restricted(&desk, &[&program(&desk), "run"]).stderr(Stdio::piped()).spawn().unwrap();
    until("the mail is taken, or the daemon has ended", || daemon.try_wait().unwrap().is_some() || has_a_ticket(&desk));
    Command::new("kill").arg(daemon.id().to_string()).status().unwrap();
    let output = daemon.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(tickets(&desk).len(), 1);
    folds(&desk);
}

#[test]
fn a_mail_that_was_being_read_when_the_program_ended_is_read_apart_under_all_that_the_unit_forbids() {
    if !can_restrict("a_mail_is_read_apart_under_all_that_the_unit_forbids") {
        return;
    }
    let desk = Desk::new();
    let raw = mail("apart", "ann@example.com", "support@example.org", "");
    let store = Store::open(&desk.0.path().join("mail.db")).unwrap();
    for reader in 1..=3 {
        store.write(|tx| attempts::begin(tx, reader, ContentDigest::of(raw.as_bytes()))).unwrap();
    }
    drop(store);
    desk.write("mail/a.eml", raw);
    let args = [&program(&desk), "replay", "mail", "--db", "mail.db", "--json"];
    let output = restricted(&desk, &args).env("TICKETD_LOG", "debug").output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    // Where no process can be started, the mail counts as the reason, and is quarantined.
    assert!(output.status.success() && out.contains("\"new_conversation\""), "{out}{err}");
    assert!(err.contains("a mail is read alone"), "{err}");
}

#[test]
fn what_the_unit_forbids_is_forbidden_in_these_tests_too() {
    if !can_restrict("what_the_unit_forbids_is_forbidden_in_these_tests_too") {
        return;
    }
    let desk = Desk::new();
    let run = |args: &[&str]| {
        let output = restricted(&desk, args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let copy = program(&desk);
    assert_eq!(run(&[&copy, "init"]).0, Some(0), "its own folder may be written");
    let (code, said) = run(&[&copy, "init", "/ticketd-test.toml"]);
    assert!(code == Some(73) && said.contains("Read-only file system"), "{code:?} {said}");
    let mut shell = Command::new(PYTHON);
    shell.arg(root().join("tests/it/daemon/restricted.py")).arg(root().join("systemd/ticketd.service"));
    let output = shell.args(["/usr/bin/env"]).arg(desk.0.path()).arg("true").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("true") && !output.status.success(), "no other program is run: {said}");
}

/// A copy of the program where the user without rights may reach it.
fn program(desk: &Desk) -> String {
    let path = desk.0.path().join("ticketd");
    if !path.is_file() {
        // By another program: a file that a test beside this one holds open for writing cannot be run.
        let status = Command::new("cp").arg(env!("CARGO_BIN_EXE_ticketd")).arg(&path).status().unwrap();
        assert!(status.success());
    }
    path.display().to_string()
}

/// That program with those arguments, restricted.
fn restricted(desk: &Desk, args: &[&str]) -> Command {
    let mut command = Command::new(PYTHON);
    command.arg(root().join("tests/it/daemon/restricted.py")).arg(root().join("systemd/ticketd.service"));
    command.arg(args[0]).arg(desk.0.path()).args(&args[1..]).env("TZ", "UTC").stdin(Stdio::null());
    command
}

/// Whether this can be tried here, and what is missing, said aloud.
fn can_restrict(test: &str) -> bool {
    let works = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let missing = if !is_root() {
        "only root may make such a place"
    } else if !works(Command::new("unshare").args(["-m", "true"])) {
        "no mounts of its own here"
    } else if !works(Command::new("systemd-analyze").arg("--version")) {
        "no systemd-analyze (apt-get install systemd)"
    } else if !works(Command::new(PYTHON).args(["-c", "import seccomp"])) {
        "no seccomp for Python (apt-get install python3-seccomp)"
    } else {
        return true;
    };
    println!("skipped: {test}: {missing}");
    false
}
