//! A desk with people of every role, pipelines of several objects, and the program run on its database.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use ticketd::engine::refold;
use ticketd::store::{Location, Store};

const CONFIG: &str = r#"
[[mailbox]]
name = "support"
address = "support@example.org"

[[user]]
name = "root"
address = "root@example.org"
roles = ["super_admin"]

[[user]]
name = "wim"
address = "wim@example.org"
roles = ["workflow_editor"]

[[user]]
name = "ada"
address = "ada@example.org"
roles = ["account_access"]

[[user]]
name = "alice"
address = "alice@example.org"
roles = ["agent"]

[[user]]
name = "gone"
address = "gone@example.org"
roles = ["super_admin"]
disabled = true
"#;

/// A folder with a database in which that is in force.
pub struct Desk(TempDir);

/// How a run ended, and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    pub fn new() -> Desk {
        Desk::with("")
    }

    /// With more in its configuration.
    pub fn with(more: &str) -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("desk.toml", &format!("{CONFIG}{more}"));
        desk.done(&["apply", "desk.toml"]);
        desk
    }

    /// With a pipeline of deals: talks, won, lost.
    pub fn selling() -> Desk {
        let desk = Desk::new();
        desk.done(&[
            "pipeline",
            "add",
            "sales",
            "--object",
            "deal",
            "--stage",
            "talks:open:30",
            "--stage",
            "offer:open:60",
            "--stage",
            "won:won",
            "--stage",
            "lost:lost",
        ]);
        desk
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    /// Runs the program, with that on its standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        self.run_in(args, input, &[])
    }

    /// The same with that in its environment.
    pub fn run_in(&self, args: &[&str], input: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.envs(environment.iter().copied());
        command.current_dir(self.path()).args(args).args(["--db", "desk.db"]);
        command.env("TZ", "UTC").env_remove("TICKETD_LOG").env_remove("COLUMNS");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, "")
    }

    /// What a run prints that goes well.
    pub fn done(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}: {}", ran.stdout);
        ran.stdout
    }

    /// What a run says that is refused with that exit code.
    pub fn refused(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{args:?}: {}", ran.stderr);
        ran.stderr
    }

    /// The objects that a run prints, one a line.
    pub fn lines(&self, args: &[&str]) -> Vec<Value> {
        let said = self.done(&[args, &["--json"]].concat());
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The one object that a run prints.
    pub fn object(&self, args: &[&str]) -> Value {
        let mut lines = self.lines(args);
        assert_eq!(lines.len(), 1, "{args:?}");
        lines.remove(0)
    }

    /// Makes a record; gives its row.
    pub fn made(&self, args: &[&str]) -> String {
        self.object(&[&["record", "create"], args].concat())["record"].to_string()
    }

    pub fn store(&self) -> Store {
        Store::open(Location::from(self.path().join("desk.db").into_os_string())).unwrap()
    }

    /// The journal, folded again, gives all that there is.
    pub fn folds(&self) {
        let refolded = refold(&self.store(), |_| ()).unwrap();
        assert!(refolded.differences.is_empty(), "{:?}", refolded.differences);
    }
}
