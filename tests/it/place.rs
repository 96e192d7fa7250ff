//! A folder with mail in it, and the program run there as its user sees it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
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
pub struct Place(TempDir);

/// How it ended, and what it said.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    /// An empty one.
    pub fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A place with a database `mail.db` of one ticket.
    pub fn with_database() -> Self {
        let place = Place::new();
        place.write("mail/1.eml", mail("one", "x\n"));
        assert_eq!(place.run(&["replay", "mail", "--db", "mail.db"]).code, Some(0));
        place
    }

    pub fn command(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .args(args)
            .env_remove("TICKETD_LOG")
            .env_remove("COLUMNS")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(Path::new(env!("CARGO_BIN_EXE_ticketd")), args))
    }

    /// Under a limit on the size of files, in blocks of 512 bytes.
    pub fn run_limited(&self, blocks: u32, args: &[&str]) -> Ran {
        let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let program = env!("CARGO_BIN_EXE_ticketd");
        ran(self.command(Path::new("sh"), &[&["-c", &script, program], args].concat()))
    }

    /// The same where standard output and error are pipes, which no such limit binds.
    pub fn run_limited_piped(&self, blocks: u32, args: &[&str]) -> Ran {
        let script = format!("ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let program = env!("CARGO_BIN_EXE_ticketd");
        let output = self.command(Path::new("sh"), &[&["-c", &script, program], args].concat()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: but_the_setup(&text(output.stderr)) }
    }

    /// As a user whom file modes bind: the superuser's tests become `nobody` for it.
    pub fn run_bound(&self, args: &[&str]) -> Ran {
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

    pub fn set_mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// Runs it to its end; one that hangs is ended and fails.
pub fn ran(mut command: Command) -> Ran {
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

/// A mail to the team, without more than it needs.
pub fn mail(id: &str, rest: &str) -> String {
    format!(
        "From: Ann <ann@example.com>\nTo: support@example.org\nMessage-ID: <{id}@example.com>\n\
         Date: Mon, 3 Mar 2025 10:00:00 +0000\nSubject: {id}\n\n{rest}"
    )
}

/// Lines of JSON.
pub fn json(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
