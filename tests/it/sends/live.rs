//! A desk that is at work, and the program run on its database as its users run it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use ticketd::domain::*;
use ticketd::engine::{Engine, Outcome, Place, RawMail, refold};
use ticketd::parse;
use ticketd::store::{Location, Store, content, views};

const CONFIG: &str = r#"
database = "desk.db"

[[mailbox]]
name = "support"
address = "support@example.org"
display_name = "Example Support"
pipeline = "support"

[[mailbox]]
name = "sales"
address = "sales@example.org"
display_name = "Voorbeeld Verkoop"
language = "nl"
pipeline = "support"

[[user]]
name = "alice"
display_name = "Alice Moss"
address = "alice@example.org"

[[user]]
name = "bob"
display_name = "Bob Jansen"
address = "bob@example.org"
"#;

/// A folder with a configuration and a database in which it is in force.
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
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("ticketd.toml", CONFIG);
        assert_eq!(desk.run(&["apply", "ticketd.toml"], "").code, 0);
        desk
    }

    /// With a ticket of grace's.
    pub fn with_ticket() -> Desk {
        let desk = Desk::new();
        desk.takes("support", &question("grace@example.com", "first", "It is\non fire.\n"));
        desk
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(name), bytes).unwrap();
    }

    /// Runs the program with that on its standard input.
    pub fn run(&self, args: &[&str], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.current_dir(self.0.path()).args(args).env("TZ", "UTC").env_remove("TICKETD_LOG").env_remove("COLUMNS");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What a run prints that goes well.
    pub fn printed(&self, args: &[&str], input: &str) -> String {
        let ran = self.run(args, input);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}: {}", ran.stdout);
        ran.stdout
    }

    /// The same as JSON.
    pub fn object(&self, args: &[&str], input: &str) -> Value {
        serde_json::from_str(&self.printed(&[args, &["--json"]].concat(), input)).unwrap()
    }

    pub fn store(&self) -> Store {
        Store::open(Location::from(self.0.path().join("desk.db").into_os_string())).unwrap()
    }

    /// A mail arrives in a mailbox.
    pub fn takes(&self, mailbox: &str, mail: &[u8]) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let engine = Engine::resume(self.store(), Origin::Live).unwrap();
        let place = Place { mailbox: mailbox.into(), folder: "INBOX".into(), ..Place::default() };
        let raw = RawMail::new(mail.to_vec(), place);
        runtime.block_on(async {
            let mail = Arc::new(engine.read(raw).await.unwrap());
            engine.deliver(mail, now()).await.unwrap().get().await.unwrap()
        })
    }

    /// The bytes of the message in that row.
    pub fn bytes(&self, message: &Value) -> Vec<u8> {
        let message = MessageId(message.as_i64().unwrap());
        let content = self.store().read(|tx| views::message(tx, message)).unwrap().unwrap().content;
        self.store().read(|tx| content::raw(tx, content)).unwrap()
    }

    /// What the message in that row says.
    pub fn facts(&self, message: &Value) -> Facts {
        parse::read(&self.bytes(message))
    }

    /// The journal, folded again, gives all that there is.
    pub fn folds(&self) {
        let refolded = refold(&self.store(), |_| ()).unwrap();
        assert!(refolded.differences.is_empty(), "{:?}", refolded.differences);
    }
}

fn now() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(now.as_millis()).unwrap())
}

/// Date of now, as mails have it.
pub fn date() -> String {
    jiff::Timestamp::now().strftime("%d %b %Y %H:%M:%S +0000").to_string()
}

/// A mail to both mailboxes' team.
pub fn question(from: &str, id: &str, text: &str) -> Vec<u8> {
    let date = date();
    format!(
        "From: Grace Hill <{from}>\r\nTo: support@example.org\r\nSubject: Printer\r\nDate: {date}\r\n\
         Message-ID: <{id}@example.com>\r\n\r\n{text}"
    )
    .into_bytes()
}
