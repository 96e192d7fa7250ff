//! A small IMAP server on loopback, with one folder. It answers as RFC 9051 wants, but for the answers that a test changes.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::dovecot::PASSWORD;
use super::stream::Stream;

pub const USER: &str = "scripted";

/// What is sent instead of an answer, one after the other. The session goes on afterwards unless it says otherwise.
pub enum Act {
    Send(Vec<u8>),
    Pause(Duration),
    /// Takes a line, whatever it is.
    Take,
    /// Closes the connection.
    Close,
    /// Says nothing any more until the other side is gone.
    Hang,
}

/// Makes acts of the tag of a command and what would be the answer to it.
type Fault = Arc<dyn Fn(&str, &[u8]) -> Vec<Act> + Send + Sync>;

/// What it holds and can do.
pub struct Model {
    /// Raw mails by UID.
    pub mails: BTreeMap<u32, Vec<u8>>,
    /// Said before and after the login.
    pub capabilities: (&'static str, &'static str),
    /// TLS from the first byte.
    pub tls: bool,
    /// Commands whose beginning is this are answered otherwise.
    fault: Option<(&'static str, Fault)>,
    /// All that it was told, but for what follows a `+`.
    pub told: Vec<String>,
}

pub struct Server {
    pub port: u16,
    pub model: Arc<Mutex<Model>>,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub fn start(mails: BTreeMap<u32, Vec<u8>>) -> Server {
        Server::with(mails, false)
    }

    pub fn with(mails: BTreeMap<u32, Vec<u8>>, tls: bool) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (model, ended) = (
            Model { mails, capabilities: ("", "UIDPLUS MOVE ID"), tls, fault: None, told: Vec::new() },
            Arc::new(AtomicBool::new(false)),
        );
        let (model, at_end) = (Arc::new(Mutex::new(model)), ended.clone());
        let shared = model.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if at_end.load(Ordering::Relaxed) {
                    return;
                }
                let model = shared.clone();
                std::thread::spawn(move || Session::over(stream.unwrap(), model).run());
            }
        });
        Server { port, model, ended }
    }

    /// From now on commands that begin like that are answered so. `greeting` is one too.
    pub fn misbehave(&self, at: &'static str, fault: impl Fn(&str, &[u8]) -> Vec<Act> + Send + Sync + 'static) {
        self.model.lock().unwrap().fault = Some((at, Arc::new(fault)));
    }

    /// From now on all is well. Gives what it was told until now, without tags.
    pub fn behave(&self) -> Vec<String> {
        let mut model = self.model.lock().unwrap();
        model.fault = None;
        std::mem::take(&mut model.told)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for a connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

struct Session {
    stream: Stream,
    model: Arc<Mutex<Model>>,
    /// The tag of the IDLE that is going on.
    idling: String,
}

impl Session {
    fn over(stream: TcpStream, model: Arc<Mutex<Model>>) -> Session {
        Session { stream: Stream::Plain(stream), model, idling: String::new() }
    }

    /// Until the other side is gone, or it is told to close.
    fn run(mut self) {
        if self.model.lock().unwrap().tls {
            self.stream.encrypt();
        }
        if self.answer("greeting", "*", b"* OK ready\r\n".to_vec()).is_none() {
            return;
        }
        let mut logged_in = false;
        while let Some(line) = self.stream.line() {
            let ended = format!("{} {line}", self.idling);
            let (tag, command) = if line == "DONE" { &ended } else { &line }.split_once(' ').unwrap();
            self.model.lock().unwrap().told.push(command.to_owned());
            let answer = self.of(tag, command, &mut logged_in);
            if self.answer(command, tag, answer).is_none() || command == "LOGOUT" {
                return;
            }
            if command == "STARTTLS" {
                self.stream.encrypt();
            }
        }
    }

    /// Sends the answer, or what the test wants instead. `None`: it is over.
    fn answer(&mut self, command: &str, tag: &str, answer: Vec<u8>) -> Option<()> {
        let fault = self.model.lock().unwrap().fault.clone();
        let acts = match fault {
            Some((at, fault)) if command.starts_with(at) => fault(tag, &answer),
            _ => vec![Act::Send(answer)],
        };
        for act in acts {
            match act {
                Act::Send(bytes) => self.stream.write_all(&bytes).and_then(|()| self.stream.flush()).ok()?,
                Act::Pause(time) => std::thread::sleep(time),
                Act::Take => {
                    let line = self.stream.line()?;
                    self.model.lock().unwrap().told.push(line);
                }
                Act::Close => return None,
                Act::Hang => {
                    while self.stream.line().is_some() {}
                    return None;
                }
            }
        }
        Some(())
    }

    fn of(&mut self, tag: &str, command: &str, logged_in: &mut bool) -> Vec<u8> {
        let model = self.model.clone();
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let ok = |data: String| format!("{data}{tag} OK done\r\n").into_bytes();
        match name {
            "CAPABILITY" => {
                let (before, after) = model.lock().unwrap().capabilities;
                ok(format!("* CAPABILITY IMAP4rev1 {}\r\n", if *logged_in { after } else { before }))
            }
            "LOGIN" => {
                *logged_in = rest == format!("\"{USER}\" \"{PASSWORD}\"");
                if *logged_in { ok(String::new()) } else { format!("{tag} NO wrong\r\n").into_bytes() }
            }
            "AUTHENTICATE" => {
                let asked = match rest {
                    "LOGIN" => 2,
                    "PLAIN" | "XOAUTH2" | "OAUTHBEARER" => 1,
                    _ => 0,
                };
                for _ in 0..asked {
                    self.stream.write_all(b"+ \r\n").unwrap();
                    self.stream.line();
                }
                *logged_in = true;
                ok(String::new())
            }
            "LIST" => ok("* LIST () \"/\" INBOX\r\n* LIST () \"/\" Done\r\n".to_owned()),
            "EXAMINE" | "SELECT" => {
                let model = model.lock().unwrap();
                let next = model.mails.keys().last().map_or(1, |uid| uid + 1);
                let exists = model.mails.len();
                ok(format!("* {exists} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {next}] x\r\n"))
            }
            "ID" => ok("* ID NIL\r\n".to_owned()),
            "UID" => self.of_uid(tag, rest),
            // All of it: nobody asks for a part.
            "FETCH" => {
                let uids: Vec<u32> = model.lock().unwrap().mails.keys().copied().collect();
                let line = |(n, uid): (usize, &u32)| format!("* {} FETCH (UID {uid})\r\n", n + 1);
                ok(uids.iter().enumerate().map(line).collect())
            }
            // It tells of nothing by itself.
            "IDLE" => {
                self.idling = tag.to_owned();
                b"+ idling\r\n".to_vec()
            }
            "DONE" => ok(String::new()),
            "LOGOUT" => ok("* BYE\r\n".to_owned()),
            "STARTTLS" | "APPEND" => ok(String::new()),
            other => panic!("the server knows no {other}"),
        }
    }

    fn of_uid(&mut self, tag: &str, command: &str) -> Vec<u8> {
        let mut model = self.model.lock().unwrap();
        let mut words = command.splitn(3, ' ');
        let (name, set, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
        let set = if set == "UID" { rest } else { set };
        let last = model.mails.keys().last().copied().unwrap_or_default();
        let wanted = |uid: u32| {
            set.split(',').any(|range| {
                let number = |word: &str| if word == "*" { last } else { word.parse().unwrap() };
                let (one, other) = range.split_once(':').unwrap_or((range, range));
                let (one, other) = (number(one), number(other));
                (one.min(other)..=one.max(other)).contains(&uid)
            })
        };
        let mut answer = Vec::new();
        match name {
            "FETCH" => {
                for (n, (uid, raw)) in model.mails.iter().enumerate().filter(|(_, (uid, _))| wanted(**uid)) {
                    answer.extend(fetched(n + 1, *uid, raw, rest));
                }
            }
            // Nothing is found by what is in it.
            "SEARCH" if set == "HEADER" => answer = b"* SEARCH\r\n".to_vec(),
            "SEARCH" => {
                let uids: Vec<String> =
                    model.mails.keys().filter(|uid| wanted(**uid)).map(|uid| format!(" {uid}")).collect();
                answer = format!("* SEARCH{}\r\n", uids.concat()).into_bytes();
            }
            "MOVE" | "EXPUNGE" => {
                let gone: Vec<u32> = model.mails.keys().copied().filter(|uid| wanted(*uid)).collect();
                gone.iter().for_each(|uid| drop(model.mails.remove(uid)));
            }
            "STORE" | "COPY" => {}
            other => panic!("the server knows no UID {other}"),
        }
        answer.extend(format!("{tag} OK done\r\n").into_bytes());
        answer
    }
}

/// One line of an answer to FETCH, with the literal in it.
fn fetched(number: usize, uid: u32, raw: &[u8], items: &str) -> Vec<u8> {
    match items {
        "(UID BODY.PEEK[])" => {
            let head = format!("* {number} FETCH (UID {uid} BODY[] {{{}}}\r\n", raw.len());
            [head.as_bytes(), raw, b")\r\n"].concat()
        }
        "(UID RFC822.SIZE INTERNALDATE)" => {
            let size = raw.len();
            let date = "03-Mar-2025 10:00:00 +0000";
            format!("* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"{date}\")\r\n").into_bytes()
        }
        other => panic!("the server fetches no {other}"),
    }
}
