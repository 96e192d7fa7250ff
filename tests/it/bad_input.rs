//! Bad input at the command line: a clear message, the right exit code, nothing lost, and the rest processed.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::but_the_setup;

/// Longer than any run here may take, on any machine.
const HANGS: Duration = Duration::from_secs(120);

/// A folder with mail in it, and the program run there.
struct Place(TempDir);

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A place with a database `mail.db` of one ticket.
    fn with_database() -> Self {
        let place = Place::new();
        place.write("mail/1.eml", mail("one", "x\n"));
        assert_eq!(place.run(&["replay", "mail", "--db", "mail.db"]).code, Some(0));
        place
    }

    fn command(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .args(args)
            .env_remove("TICKETD_LOG")
            .env_remove("COLUMNS")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(Path::new(env!("CARGO_BIN_EXE_ticketd")), args))
    }

    /// Under a limit on the size of files, in blocks of 512 bytes.
    fn run_limited(&self, blocks: u32, args: &[&str]) -> Ran {
        let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let program = env!("CARGO_BIN_EXE_ticketd");
        ran(self.command(Path::new("sh"), &[&["-c", &script, program], args].concat()))
    }

    /// As a user whom file modes bind: the superuser's tests become `nobody` for it.
    fn run_bound(&self, args: &[&str]) -> Ran {
        let own = fs::metadata(self.0.path()).unwrap();
        if own.uid() != 0 {
            return self.run(args);
        }
        // Where the build lies may be closed to others.
        let program = tempfile::tempdir().unwrap();
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let copy = program.path().join("ticketd");
        // Copied by another program: a file that a test beside this one holds open for writing cannot be run.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_ticketd")).arg(&copy).status().unwrap();
        assert!(copied.success());
        let mut command = self.command(&copy, args);
        command.uid(65534).gid(65534);
        ran(command)
    }

    fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Runs it to its end; one that hangs is ended and fails.
fn ran(mut command: Command) -> Ran {
    let outputs = tempfile::tempdir().unwrap();
    let file = |name: &str| fs::File::create(outputs.path().join(name)).unwrap();
    let mut child = command.stdout(file("out")).stderr(file("err")).spawn().unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("{command:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let text = |name: &str| fs::read_to_string(outputs.path().join(name)).unwrap();
    Ran { code: status.code(), stdout: text("out"), stderr: but_the_setup(&text("err")) }
}

fn mail(id: &str, rest: &str) -> String {
    format!(
        "From: Ann <ann@example.com>\nTo: support@example.org\nMessage-ID: <{id}@example.com>\n\
         Date: Mon, 3 Mar 2025 10:00:00 +0000\nSubject: {id}\n\n{rest}"
    )
}

/// The mail with further header fields.
fn with_fields(id: &str, fields: &str, body: &str) -> Vec<u8> {
    mail(id, body).replacen("\n\n", &format!("\n{fields}\n"), 1).into_bytes()
}

fn json(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_documents_name_the_size_over_which_a_body_is_not_kept() {
    let limit = format!("{} MiB", ticketd::engine::MOST_BYTES / 1024 / 1024);
    for page in ["README.md", "docs/rules.md"] {
        let text = std::fs::read_to_string(crate::support::root().join(page)).unwrap();
        assert!(text.contains(&limit), "{page} does not say {limit}");
    }
}

#[test]
fn what_is_no_mail_is_told_and_the_rest_is_processed() {
    let place = Place::new();
    place.write("mail/empty.eml", "");
    place.write("mail/good.eml", mail("good", "x\n"));
    fs::create_dir(place.path("mail/folder.eml")).unwrap();
    symlink("nowhere", place.path("mail/dangling.eml")).unwrap();
    assert!(Command::new("mkfifo").arg(place.path("mail/pipe.eml")).status().unwrap().success());
    let _socket = std::os::unix::net::UnixListener::bind(place.path("mail/socket.eml")).unwrap();
    let ran = place.run(&["replay", "mail", "mail/folder.eml"]);
    let mut said: Vec<&str> = ran.stderr.lines().collect();
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "ticketd: 4 files and folders could not be read, named above",
            "ticketd: cannot read mail/dangling.eml: No such file or directory (os error 2)",
            "ticketd: cannot read mail/empty.eml: the file is empty: no mail is in it",
            "ticketd: cannot read mail/pipe.eml: it is no regular file",
            "ticketd: cannot read mail/socket.eml: it is no regular file",
            "ticketd: no mail under mail/folder.eml: name an .eml or mbox file, a Maildir or a folder of these",
        ]
    );
    assert_eq!(ran.code, Some(66));
    let expected = "2025-03-03 10:00  new_conversation      ticket 1  – → New\n                  \
                    Ann <ann@example.com>: good\n";
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n1 message: 1 new_conversation\n"), "{}", ran.stdout);
}

#[test]
fn a_mail_that_may_not_be_read_is_told_and_the_rest_is_processed() {
    let place = Place::new();
    place.write("mail/closed.eml", mail("closed", "x\n"));
    place.write("mail/good.eml", mail("good", "x\n"));
    place.write("mail/inside/1.eml", mail("inside", "x\n"));
    place.set_mode("", 0o755);
    place.set_mode("mail/closed.eml", 0);
    place.set_mode("mail/inside", 0);
    let ran = place.run_bound(&["replay", "mail", "--json"]);
    place.set_mode("mail/inside", 0o755);
    assert_eq!((ran.code, json(&ran.stdout).len()), (Some(66), 1));
    let mut said: Vec<&str> = ran.stderr.lines().collect();
    said.sort_unstable();
    let expected = [
        "ticketd: 2 files and folders could not be read, named above",
        "ticketd: cannot read mail/closed.eml: Permission denied (os error 13)",
        "ticketd: cannot read mail/inside: Permission denied (os error 13)",
    ];
    assert_eq!(said, expected);
}

#[test]
fn crafted_mail_is_processed_and_says_what_was_wrong_with_it() {
    let place = Place::new();
    let levels: String =
        (0..10_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    place.write("mail/deep.eml", mail("deep", "").replacen("\n\n", &format!("\n{levels}\nthe text\n"), 1));
    let ids: String = (0..1_000_000).map(|n| format!("<{n}@e.example>\n ")).collect();
    place.write("mail/cites.eml", with_fields("cites", &format!("References: {}\n", ids.trim_end()), "x\n"));
    place.write("mail/line.eml", with_fields("line", &format!("X-Long: {}\n", "a".repeat(1_000_000)), "x\n"));
    place.write("mail/nul.eml", mail("nul", "a\0b\n"));
    place.write("mail/junk.eml", (0..5_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 7) as u8).collect::<Vec<_>>());
    let ran = place.run(&["replay", "mail", "--db", "mail.db"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.stdout);
    for (who, note) in [
        (
            "Ann <ann@example.com>: deep",
            "note: it holds more parts, ids or addresses than are read: the rest is left out",
        ),
        (
            "Ann <ann@example.com>: cites",
            "note: it holds more parts, ids or addresses than are read: the rest is left out",
        ),
        ("Ann <ann@example.com>: nul", "note: NUL bytes were replaced"),
        ("(nobody): (no subject)", "note: this is no mail: nothing in it is a header field"),
    ] {
        let block = ran.stdout.split("\n\n").find(|block| block.contains(who)).unwrap_or_default();
        assert!(block.contains(note), "{who}: {note}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("\n5 messages: 5 new_conversation\n"), "{}", ran.stdout);
    let raw = place.command(
        Path::new(env!("CARGO_BIN_EXE_ticketd")),
        &["message", "show", "nul@example.com", "--raw", "--db", "mail.db"],
    );
    assert_eq!(ran_raw(raw), fs::read(place.path("mail/nul.eml")).unwrap(), "the bytes are kept as they came");
}

fn ran_raw(mut command: Command) -> Vec<u8> {
    command.output().unwrap().stdout
}

#[test]
fn a_mail_over_the_limit_is_sorted_by_its_header_and_everyone_is_told() {
    let place = Place::new();
    place.write("mail/1.eml", mail("big", &"x\n".repeat(30_000_000)));
    let ran = place.run(&["replay", "mail", "--db", "mail.db"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let note = "note: over the size limit: sorted by its header, the body is not stored";
    assert!(ran.stdout.contains(note) && ran.stdout.contains("(body_not_stored)"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("broken"), "{}", ran.stdout);
    let shown = place.run(&["message", "show", "big@example.com", "--raw", "--db", "mail.db"]);
    let what = "was over the size limit: this is its header, the body was not stored\n";
    assert_eq!((shown.code, shown.stderr.ends_with(what)), (Some(0), true), "{}", shown.stderr);
    assert_eq!(shown.stdout, mail("big", "").trim_end().to_owned() + "\n");
    let shown = place.run(&["message", "show", "big@example.com", "--json", "--db", "mail.db"]);
    assert_eq!(json(&shown.stdout)[0]["defects"], serde_json::json!(["body_not_stored"]));
    let folded = place.run(&["replay", "--from-db", "--db", "mail.db"]);
    assert_eq!(folded.stdout, "2 events folded, nothing differs\n");
}

#[test]
fn no_charset_rejects_a_mail_or_loses_its_sender() {
    let place = Place::new();
    let labels = [
        "x-unknown",
        "utf-8",
        "us-ascii",
        "utf-16",
        "utf-7",
        "gb18030",
        "ks_c_5601-1987",
        "iso-2022-jp",
        "iso-2022-kr",
        "koi8-r",
        "cp-850",
        "_iso-2022-jp$ESC",
        "unknown-8bit",
        "",
        "\"",
        "🙂",
        "utf-8; charset=koi8-r",
        "hz-gb-2312",
        "replacement",
    ];
    for (number, label) in labels.iter().enumerate() {
        let fields = format!("Content-Type: text/plain; charset={label}\n");
        let mut raw = with_fields(&format!("c{number}"), &fields, "");
        raw.extend(b"caf\xe9 \xc3\xa9 \x1b$B%F \xff\xfe \x0e>H\x0f\n");
        place.write(&format!("mail/{number}.eml"), raw);
    }
    let text = mail("wide", "caf\u{e9}\n");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    place.write("mail/wide.eml", [b"\xff\xfe", &wide[..]].concat());
    place.write(
        "mail/wide-without-mark.eml",
        mail("bare", "x\n").encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
    );
    let ran = place.run(&["replay", "mail", "--json"]);
    let mails = json(&ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str(), mails.len()), (Some(0), "", labels.len() + 2));
    for mail in &mails {
        assert_eq!((&mail["from"], &mail["kind"]), (&"ann@example.com".into(), &"new_conversation".into()), "{mail}");
        assert_ne!(mail["reply_text"], "", "{mail}");
    }
    assert!(mails.iter().any(|mail| mail["subject"] == "wide" && mail["reply_text"] == "caf\u{e9}"), "{}", ran.stdout);
}

#[test]
fn a_question_never_fills_what_is_no_database() {
    for (bytes, what) in
        [(&b""[..], "the file is empty"), (&[b'x'; 5000][..], "it is no SQLite file, or an encrypted one")]
    {
        let place = Place::new();
        place.write("mail.db", bytes);
        for args in [
            &["ticket", "list"][..],
            &["ticket", "show", "1"],
            &["why", "1"],
            &["message", "show", "1"],
            &["replay", "--from-db"],
        ] {
            let ran = place.run(&[args, &["--db", "mail.db"]].concat());
            let said = format!(
                "ticketd: mail.db is not a database of ticketd ({what}); it was left as it is, give another file\n"
            );
            assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr), (Some(65), "", said), "{args:?}");
        }
        assert_eq!(fs::read(place.path("mail.db")).unwrap(), bytes);
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1, "no companion files");
    }
}

#[test]
fn a_folder_is_no_database_and_no_configuration() {
    let place = Place::new();
    place.write("mail/1.eml", mail("one", "x\n"));
    for args in [&["ticket", "list", "--db", "mail"][..], &["replay", "mail", "--db", "mail"]] {
        let ran = place.run(args);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (
                Some(65),
                "ticketd: mail is not a database of ticketd (it is a folder); it was left as it is, give another file\n"
            ),
            "{args:?}"
        );
    }
    let ran = place.run(&["replay", "mail", "--config", "mail"]);
    assert_eq!(ran.code, Some(66));
    assert!(ran.stderr.starts_with("ticketd: cannot read mail: Is a directory (os error 21)\n"), "{}", ran.stderr);
}

#[test]
fn a_configuration_that_may_not_be_read_is_told() {
    let place = Place::new();
    place.write("ticketd.toml", "");
    place.write("mail/1.eml", mail("one", "x\n"));
    place.set_mode("", 0o755);
    place.set_mode("ticketd.toml", 0);
    for args in [&["check"][..], &["replay", "mail", "--config", "ticketd.toml"]] {
        let ran = place.run_bound(args);
        assert_eq!(ran.code, Some(66), "{}", ran.stderr);
        assert!(
            ran.stderr.starts_with("ticketd: cannot read ticketd.toml: Permission denied (os error 13)\n"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_newer_database_is_refused_and_left_as_it_is() {
    let place = Place::with_database();
    let mut bytes = fs::read(place.path("mail.db")).unwrap();
    // The user_version of a SQLite file stands at offset 60, big-endian.
    bytes[60..64].copy_from_slice(&999u32.to_be_bytes());
    place.write("mail.db", &bytes);
    for args in [&["ticket", "list", "--db", "mail.db"][..], &["replay", "mail", "--db", "mail.db"]] {
        let ran = place.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(65), ""));
        assert!(
            ran.stderr
                .starts_with("ticketd: mail.db was written by a newer ticketd (schema 999, this one knows up to "),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(fs::read(place.path("mail.db")).unwrap(), bytes);
}

#[test]
fn a_place_that_may_not_be_written_to_is_told() {
    let place = Place::with_database();
    place.set_mode("", 0o555);
    let ran = place.run_bound(&["replay", "mail", "--db", "new.db"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (Some(73), "ticketd: new.db cannot be opened: Permission denied (os error 13)\n")
    );
    place.set_mode("mail.db", 0o444);
    let before = fs::read(place.path("mail.db")).unwrap();
    let ran = place.run_bound(&["replay", "mail", "--db", "mail.db"]);
    assert_eq!(ran.code, Some(73), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("ticketd: mail.db cannot be "), "{}", ran.stderr);
    place.set_mode("", 0o755);
    assert_eq!(fs::read(place.path("mail.db")).unwrap(), before);
}

#[test]
fn a_question_needs_to_read_only() {
    let place = Place::with_database();
    let ask = |args: &[&str]| place.run_bound(&[args, &["--db", "mail.db"]].concat());
    place.set_mode("", 0o755);
    place.set_mode("mail.db", 0o600);
    let ran = ask(&["ticket", "list"]);
    let says = "ticketd: mail.db cannot be read: Permission denied (os error 13); ask as a user who may, or have it made \
                readable for this one\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(if bound() { 66 } else { 0 }), if bound() { says } else { "" }));

    place.set_mode("mail.db", 0o666);
    place.set_mode("", 0o555);
    for mode in [0o666, 0o444] {
        place.set_mode("mail.db", mode);
        for args in [&["ticket", "list"][..], &["why", "one@example.com"], &["export"], &["replay", "--from-db"]] {
            let ran = ask(args);
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{args:?} {mode:o}");
        }
    }
    let ran = ask(&["review", "drop", "5"]);
    assert_eq!(ran.code, Some(73), "an order cannot: {}", ran.stderr);
    assert!(ran.stderr.contains("mail.db cannot be written: it or its directory is read-only"), "{}", ran.stderr);
    let names = fs::read_dir(place.0.path()).unwrap().count();
    assert_eq!(names, 2, "the mail and the database; nothing was written beside it");

    // What is in the log only is not passed over.
    place.set_mode("", 0o755);
    place.write("mail.db-wal", "x");
    place.set_mode("", 0o555);
    for mode in [0o444, 0o666] {
        place.set_mode("mail.db", mode);
        let ran = ask(&["ticket", "list"]);
        assert_eq!(ran.code, Some(66), "{}", ran.stderr);
        assert!(ran.stderr.contains("part of it is in mail.db-wal"), "{}", ran.stderr);
    }
    place.set_mode("", 0o755);
}

/// Whether there is a user whom file modes bind otherwise than the owner: only the superuser can become one.
fn bound() -> bool {
    fs::metadata(tempfile::tempdir().unwrap().path()).unwrap().uid() == 0
}

#[test]
fn a_standard_output_that_cannot_be_written_is_told() {
    let place = Place::with_database();
    let commands = [
        &["ticket", "list", "--db", "mail.db"][..],
        &["export", "--db", "mail.db"],
        &["message", "show", "one@example.com", "--raw", "--db", "mail.db"],
        &["replay", "mail"],
        &["replay", "mail", "--json"],
    ];
    for args in commands {
        let script = "exec \"$0\" \"$@\" > /dev/full";
        let ran = ran(place.command(Path::new("sh"), &[&["-c", script, env!("CARGO_BIN_EXE_ticketd")], args].concat()));
        let says = "ticketd: standard output cannot be written: no storage space\n  give it a place with room; a replay \
                    with --db may be run again and goes on\n";
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(74), says), "{args:?}");
    }
}

#[test]
fn a_limit_on_file_sizes_is_an_error_with_words_and_what_was_committed_stays() {
    let place = Place::new();
    place.write("mail/1.eml", mail("one", "x\n"));
    let ran = place.run_limited(8, &["replay", "mail", "--db", "mail.db"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(74), ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("ticketd: mail.db cannot be written: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("a limit on the size of files is reached (`ulimit -f`)"), "{}", ran.stderr);

    let place = Place::with_database();
    let numbers: Vec<u32> = (0..400).map(|n: u32| n.wrapping_mul(2_654_435_761)).collect();
    for number in &numbers {
        // Nothing that deflates to less.
        let body: String =
            (0..2_000u32).map(|n| format!("{:x}", number.wrapping_add(n).wrapping_mul(0x9e37_79b1))).collect();
        place.write(&format!("more/{number}.eml"), mail(&format!("m{number}"), &body));
    }
    let ran = place.run_limited(4_000, &["replay", "more", "--db", "mail.db"]);
    assert_eq!(ran.code, Some(74), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("ticketd: mail.db cannot be written: "), "{}", ran.stderr);
    let folded = place.run(&["replay", "--from-db", "--db", "mail.db"]);
    assert!(folded.stdout.ends_with(" events folded, nothing differs\n"), "{}{}", folded.stdout, folded.stderr);
    // Without the limit, what is missing is taken up.
    let again = place.run(&["replay", "more", "--db", "mail.db", "--json"]);
    assert_eq!((again.code, json(&again.stdout).len()), (Some(0), 400));
    let shown = place.run(&["message", "show", &format!("m{}@example.com", numbers[399]), "--db", "mail.db"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
}

#[test]
fn a_damaged_database_is_told_and_nothing_crashes() {
    let place = Place::with_database();
    let whole = fs::read(place.path("mail.db")).unwrap();
    let damaged = |name: &str, bytes: &[u8]| {
        place.write("mail.db", bytes);
        let _ = fs::remove_file(place.path("mail.db-wal"));
        let _ = fs::remove_file(place.path("mail.db-shm"));
        for args in
            [&["ticket", "list"][..], &["why", "one@example.com"], &["replay", "--from-db"], &["replay", "mail"]]
        {
            let ran = place.run(&[args, &["--db", "mail.db"]].concat());
            // A page that was not asked for is not missed; one that was must be told.
            let fine = matches!(ran.code, Some(0 | 1 | 65 | 66 | 73 | 74));
            assert!(fine, "{name} {args:?}: {:?} {}", ran.code, ran.stderr);
            assert!(
                ran.code == Some(0) || ran.code == Some(1) || ran.stderr.starts_with("ticketd: "),
                "{name}: {}",
                ran.stderr
            );
            assert!(!ran.stderr.contains("panicked"), "{name} {args:?}: {}", ran.stderr);
        }
    };
    for part in [1, 99, 100, 4_096, 5_000, whole.len() / 2, whole.len() - 1] {
        damaged(&format!("cut off at {part}"), &whole[..part]);
    }
    for at in (0..100).step_by(9).chain((100..whole.len()).step_by(whole.len() / 25)) {
        let mut bytes = whole.clone();
        bytes.iter_mut().skip(at).take(64).for_each(|byte| *byte ^= 0x5a);
        damaged(&format!("flipped at {at}"), &bytes);
    }
    let mut bytes = whole.clone();
    bytes[100..4_000].fill(0xff);
    place.write("mail.db", &bytes);
    let ran = place.run(&["ticket", "list", "--db", "mail.db"]);
    assert_eq!(ran.code, Some(65), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("ticketd: mail.db is damaged: ") && ran.stderr.contains("restore it from a backup"),
        "{}",
        ran.stderr
    );
}
