//! A desk and its customers: a real Postfix that carries their mail, a real Dovecot where each of them has a mailbox, and
//! the program run between.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use ticketd::config::Security;
use ticketd::smtp::{Limits, connect};

use crate::first_steps::Desk;
use crate::imap::dovecot::PASSWORD;
use crate::smtp::postfix::Postfix;
use crate::smtp::scripted::{envelope, relay};

/// How long a mail may be on its way.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Town {
    pub desk: Desk,
    host: Postfix,
    mails: u32,
}

impl Town {
    /// `None`, said aloud, where a server cannot run.
    pub fn new(test: &str) -> Option<Town> {
        let host = Postfix::with_mailboxes(test)?;
        let desk = Desk(TempDir::new().unwrap());
        desk.write("password", PASSWORD);
        desk.write(
            "ticketd.toml",
            format!(
                "database = \"desk.db\"\n\n[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\n\
                 [mailbox.imap]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"support@example.org\"\n\
                 password_file = \"password\"\nstart = \"all\"\n\n[[user]]\nname = \"alice\"\ndisplay_name = \"Alice\"\n\
                 address = \"alice@example.org\"\n\n[[relay]]\nname = \"out\"\nhost = \"127.0.0.1\"\nport = {}\n\
                 tls = \"none\"\nhello = \"desk.example.org\"\n",
                host.dovecot.imap, host.submission
            ),
        );
        Some(Town { desk, host, mails: 0 })
    }

    /// Somebody writes: `header` says more than From, To, Message-ID. Gives the Message-ID, once it has arrived.
    pub fn writes(&mut self, from: &str, to: &str, header: &str, text: &str) -> String {
        let before = self.inbox("support@example.org").len();
        self.mails += 1;
        let id = format!("{}@customers.example", self.mails);
        let mail = format!("From: {from}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\n{header}\r\n\r\n{text}\r\n");
        let to_host = relay("127.0.0.1", self.host.submission, Security::None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = connect(&to_host, None, &Limits::default()).await.unwrap();
            let address = to.split(['<', '>']).nth(1).unwrap_or(to);
            connection.send(&envelope(from, &[address]), mail.as_bytes()).await.unwrap();
            connection.quit().await;
        });
        self.arrived("support@example.org", before + 1);
        id
    }

    /// The mails that somebody has, oldest first.
    pub fn inbox(&self, user: &str) -> Vec<String> {
        let maildir = self.host.dovecot.folder.path().join("mail").join(user).join("Maildir");
        let entries =
            ["new", "cur"].into_iter().flat_map(|name| fs::read_dir(maildir.join(name)).into_iter().flatten());
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        // `SECONDS.MMICROSECONDSP…`, neither of a fixed width.
        files.sort_by_key(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let numbers: Vec<u64> = name.split(['.', 'M', 'P']).filter_map(|part| part.parse().ok()).take(2).collect();
            numbers
        });
        files.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// The port on which its relay takes mail.
    pub fn relay_port(&self) -> u16 {
        self.host.submission
    }

    /// Whether there are that many mails in a folder of somebody.
    pub fn has_in(&self, user: &str, folder: &str, count: usize) -> bool {
        self.host.dovecot.client(user).all(folder, "FLAGS").len() == count
    }

    /// Waits until somebody has that many mails; gives the last.
    pub fn arrived(&self, user: &str, count: usize) -> String {
        let began = Instant::now();
        loop {
            let mut mails = self.inbox(user);
            if mails.len() >= count {
                assert_eq!(mails.len(), count, "{user} has more than is due: {mails:#?}");
                return mails.pop().unwrap();
            }
            assert!(began.elapsed() < PATIENCE, "{user} has {} of {count}: {}", mails.len(), self.host.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs `sync`, which must go well.
    pub fn sync(&self) -> String {
        let (code, out, err) = self.desk.run(&["sync"]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}{err}");
        out
    }

    /// Runs a command, which must go well.
    pub fn run(&self, args: &[&str]) {
        let (code, out, err) = self.desk.run(args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
    }

    pub fn ticket(&self, number: u32) -> Value {
        let (code, out, err) = self.desk.run(&["ticket", "show", &number.to_string(), "--json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    }

    pub fn status(&self, number: u32) -> String {
        self.ticket(number)["status"].as_str().unwrap().to_owned()
    }

    pub fn kind_of(&self, id: &str) -> String {
        let (code, out, err) = self.desk.run(&["why", id, "--json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(out.lines().next().unwrap()).unwrap()["kind"].as_str().unwrap().to_owned()
    }
}

/// A field of a mail, folded lines put together.
pub fn field(mail: &str, name: &str) -> String {
    let header = mail.split("\n\n").next().unwrap().split("\r\n\r\n").next().unwrap().replace("\r\n", "\n");
    let unfolded = header.replace("\n ", " ").replace("\n\t", " ");
    let value = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
    value.unwrap_or_else(|| panic!("no {name} in {mail}"))
}
