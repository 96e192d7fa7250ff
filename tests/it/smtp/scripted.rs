//! A server that does as it is told: right in all it was told nothing about.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use ticketd::config::{Credential, Login, Mechanism, OnUnknown, PasswordFrom, Relay, ReturnPath, Security, Server};
use ticketd::smtp::{Connection, Envelope, Limits, SmtpError, connect};

/// What it does at a step instead of what is right.
#[derive(Clone)]
pub enum Do {
    /// Says that, line ends added.
    Say(&'static str),
    /// Says that, as it is.
    Bytes(Vec<u8>),
    /// Says that, a byte at a time with a pause before each.
    Trickle(&'static str, Duration),
    /// Is silent until the client goes.
    Hang,
    /// Reads nothing for a while, then closes.
    Deaf(Duration),
    Close,
}

/// A step, by how the client's line begins; or one of these.
pub const GREETING: &str = "(greeting)";
/// In the middle of a mail: as soon as its first line is there.
pub const CONTENT: &str = "(content)";
pub const END: &str = "(end)";

/// A rule is for one step of one connection, counted from 0; the first that fits is used, once.
pub type Rule = (usize, &'static str, Do);

pub struct Scripted {
    pub port: u16,
    lines: Arc<Mutex<Vec<Vec<String>>>>,
    mails: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Scripted {
    /// Knows what Postfix knows, but for TLS.
    pub fn new(rules: &[Rule]) -> Self {
        Self::knowing(&["8BITMIME", "SMTPUTF8", "SIZE 1000000", "AUTH PLAIN LOGIN XOAUTH2", "PIPELINING"], rules)
    }

    /// Says these keywords to EHLO.
    pub fn knowing(keywords: &[&str], rules: &[Rule]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let hello = ["there.example.org"].iter().chain(keywords).map(|word| word.to_string()).collect::<Vec<_>>();
        let rules = Arc::new(Mutex::new(rules.to_vec()));
        let lines: Arc<Mutex<Vec<Vec<String>>>> = Arc::default();
        let mails: Arc<Mutex<Vec<String>>> = Arc::default();
        let ended = Arc::new(AtomicBool::new(false));
        let (all_lines, all_mails, is_ended) = (lines.clone(), mails.clone(), ended.clone());
        let accepting = std::thread::spawn(move || {
            let mut served = Vec::new();
            for (number, stream) in listener.incoming().enumerate() {
                if is_ended.load(Ordering::SeqCst) {
                    break;
                }
                all_lines.lock().unwrap().push(Vec::new());
                let peer = Peer {
                    number,
                    stream: BufReader::new(stream.unwrap()),
                    hello: hello.clone(),
                    rules: rules.clone(),
                    lines: all_lines.clone(),
                    mails: all_mails.clone(),
                };
                served.push(std::thread::spawn(move || peer.serve().unwrap_or_default()));
            }
            for one in served {
                one.join().unwrap();
            }
        });
        Scripted { port, lines, mails, ended, accepting: Some(accepting) }
    }

    /// What the client said on a connection, line by line; mails left out.
    pub fn lines(&self, connection: usize) -> Vec<String> {
        self.lines.lock().unwrap().get(connection).cloned().unwrap_or_default()
    }

    /// The mails that it took or refused at their end, as they came over the network, with the line of the dot.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    pub fn relay(&self) -> Relay {
        relay("127.0.0.1", self.port, Security::None)
    }

    pub async fn connect(&self) -> Result<Connection, SmtpError> {
        connect(&self.relay(), None, &short()).await
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(accepting) = self.accepting.take() {
            let ended = accepting.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server failed");
        }
    }
}

struct Peer {
    number: usize,
    stream: BufReader<TcpStream>,
    hello: Vec<String>,
    rules: Arc<Mutex<Vec<Rule>>>,
    lines: Arc<Mutex<Vec<Vec<String>>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// `None`: it is over.
    fn serve(mut self) -> Option<()> {
        self.at(GREETING, "220 there.example.org ESMTP")?;
        loop {
            let line = self.line()?;
            self.lines.lock().unwrap()[self.number].push(line.clone());
            let usual = match line.split([' ', ':']).next().unwrap() {
                "EHLO" => self.hello(),
                "AUTH" => "235 2.7.0 welcome".to_owned(),
                "DATA" => "354 go on".to_owned(),
                "QUIT" => "221 2.0.0 bye".to_owned(),
                "MAIL" | "RCPT" | "RSET" | "STARTTLS" => "250 2.1.0 ok".to_owned(),
                _ => "500 5.5.1 what?".to_owned(),
            };
            let said = self.at(&line, &usual)?;
            if line == "DATA" && said.starts_with("354") {
                self.mail()?;
            }
            if line == "QUIT" {
                return None;
            }
        }
    }

    fn hello(&self) -> String {
        let last = self.hello.len() - 1;
        let lines = self.hello.iter().enumerate();
        let lines = lines.map(|(at, word)| format!("250{}{word}", if at == last { ' ' } else { '-' }));
        lines.collect::<Vec<_>>().join("\r\n")
    }

    fn mail(&mut self) -> Option<()> {
        let mut mail = String::new();
        loop {
            let line = self.line()?;
            let is_first = mail.is_empty();
            mail.push_str(&line);
            mail.push_str("\r\n");
            if is_first && line != "." {
                self.at(CONTENT, "")?;
            }
            if line == "." {
                self.mails.lock().unwrap().push(mail);
                return self.at(END, "250 2.0.0 queued as A1").map(drop);
            }
        }
    }

    /// Does what the step asks for; gives what was said.
    fn at(&mut self, step: &str, usual: &str) -> Option<String> {
        let mut rules = self.rules.lock().unwrap();
        let at = rules.iter().position(|(number, begin, _)| *number == self.number && step.starts_with(begin));
        let rule = at.map(|at| rules.remove(at).2);
        drop(rules);
        let mut stream = self.stream.get_ref();
        match rule {
            None if usual.is_empty() => {}
            None => stream.write_all(format!("{usual}\r\n").as_bytes()).ok()?,
            Some(Do::Say(text)) => {
                stream.write_all(format!("{text}\r\n").as_bytes()).ok()?;
                return Some(text.to_owned());
            }
            Some(Do::Bytes(bytes)) => stream.write_all(&bytes).ok()?,
            Some(Do::Trickle(text, pause)) => {
                for byte in text.bytes() {
                    std::thread::sleep(pause);
                    stream.write_all(&[byte]).ok()?;
                }
            }
            Some(Do::Hang) => {
                let _ = self.stream.read_to_end(&mut Vec::new());
                return None;
            }
            Some(Do::Deaf(time)) => {
                std::thread::sleep(time);
                return None;
            }
            Some(Do::Close) => return None,
        }
        Some(usual.to_owned())
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).ok()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        if read == 0 {
            return None;
        }
        // Whatever is broken off in the middle is nothing.
        line.strip_suffix("\r\n").map(str::to_owned)
    }
}

/// A relay without a login.
pub fn relay(host: &str, port: u16, security: Security) -> Relay {
    Relay {
        name: "main".to_owned(),
        server: Server { host: host.to_owned(), port, security, allow_unencrypted: false, ca_file: None },
        hello: Some("here.example.org".to_owned()),
        login: None,
        connections: 1,
        per_minute: None,
        per_domain: None,
        on_unknown: OnUnknown::Resend,
        return_path: ReturnPath::Verp,
        dkim: None,
    }
}

pub fn login(user: &str, mechanism: Option<Mechanism>) -> Option<Login> {
    Some(Login {
        user: user.to_owned(),
        credential: Credential::Password(PasswordFrom::File(String::new())),
        mechanism,
    })
}

/// Enough for a server on this machine that answers at all.
pub fn short() -> Limits {
    let limit = Duration::from_millis(700);
    Limits { connecting: limit, greeting: limit, command: limit, data: limit, block: limit, end: limit, goodbye: limit }
}

pub fn envelope(from: &str, to: &[&str]) -> Envelope {
    let address = |text: &str| ticketd::domain::EmailAddress::parse(text).unwrap();
    Envelope {
        from: Some(from).filter(|from| !from.is_empty()).map(address),
        to: to.iter().map(|to| address(to)).collect(),
    }
}

pub const MAIL: &[u8] = b"Subject: Hello\r\n\r\nHello.\r\n";
