//! A small token server on loopback (RFC 6749, RFC 7662, RFC 8628). It answers as the RFCs want, but for what a test says.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::imap::scripted::stream::Stream;

/// What is done instead of an answer to the next request to a path.
pub enum Do {
    Say(u16, String),
    /// As it is, head and all.
    Bytes(Vec<u8>),
    /// Whatever comes out of it, then what is right.
    Call(Box<dyn FnOnce() + Send>),
    /// Then what is right.
    Wait(Duration),
    /// Nothing until the other side is gone.
    Hang,
    /// The same again and again, until the other side is gone.
    Endless(&'static str),
}

/// A request: its path, the form, and the field Authorization.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub form: BTreeMap<String, String>,
    pub authorization: Option<String>,
}

pub struct Model {
    /// The refresh token that is good now.
    pub refresh: String,
    /// A new one each time.
    pub rotates: bool,
    /// Access tokens that are good, and whose they are.
    pub access: BTreeMap<String, String>,
    /// Whose the next access token is.
    pub user: String,
    /// Further members of an answer with tokens.
    pub more: Value,
    /// What is said of a device's code before it is granted.
    pub pending: VecDeque<&'static str>,
    pub asked: Vec<Asked>,
    instead: VecDeque<(&'static str, Do)>,
    count: u32,
}

pub struct TokenServer {
    pub port: u16,
    model: Arc<Mutex<Model>>,
    ended: Arc<AtomicBool>,
}

impl TokenServer {
    /// One for that user, whose first refresh token is `refresh-0`.
    pub fn start(user: &str) -> TokenServer {
        TokenServer::with(user, false)
    }

    pub fn with(user: &str, tls: bool) -> TokenServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let model = Arc::new(Mutex::new(Model {
            refresh: "refresh-0".to_owned(),
            rotates: false,
            access: BTreeMap::new(),
            user: user.to_owned(),
            more: json!({ "expires_in": 3600 }),
            pending: VecDeque::new(),
            asked: Vec::new(),
            instead: VecDeque::new(),
            count: 0,
        }));
        let ended = Arc::new(AtomicBool::new(false));
        let (shared, at_end) = (model.clone(), ended.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if at_end.load(Ordering::Relaxed) {
                    return;
                }
                let model = shared.clone();
                std::thread::spawn(move || {
                    let mut stream = Stream::Plain(stream.unwrap());
                    if tls {
                        stream.encrypt();
                    }
                    serve(&mut stream, &model)
                });
            }
        });
        TokenServer { port, model, ended }
    }

    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next request to that path is answered so.
    pub fn instead(&self, path: &'static str, act: Do) {
        self.model().instead.push_back((path, act));
    }

    /// What was asked for at `/token`.
    pub fn tokens_asked(&self) -> Vec<Asked> {
        self.model().asked.iter().filter(|asked| asked.path == "/token").cloned().collect()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// One request. `None`: the other side went.
fn serve(stream: &mut Stream, model: &Mutex<Model>) -> Option<()> {
    let first = stream.line()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let (mut length, mut authorization) = (0, None);
    loop {
        let line = stream.line()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let asked = Asked { path: path.clone(), form: form(&String::from_utf8(body).unwrap()), authorization };
    let lock = || model.lock().unwrap_or_else(PoisonError::into_inner);
    let act = {
        let mut model = lock();
        model.asked.push(asked.clone());
        let at = model.instead.iter().position(|(of, _)| *of == path);
        at.and_then(|at| model.instead.remove(at)).map(|(_, act)| act)
    };
    match act {
        None => {}
        Some(Do::Say(status, body)) => return say(stream, status, &body),
        Some(Do::Bytes(bytes)) => return stream.write_all(&bytes).ok(),
        Some(Do::Call(call)) => call(),
        Some(Do::Wait(time)) => std::thread::sleep(time),
        Some(Do::Hang) => return stream.read_to_end(&mut Vec::new()).map(drop).ok(),
        Some(Do::Endless(text)) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n").ok()?;
            loop {
                stream.write_all(text.as_bytes()).ok()?;
            }
        }
    }
    let (status, answer) = answer(&mut lock(), &asked);
    say(stream, status, &answer.to_string())
}

fn say(stream: &mut Stream, status: u16, body: &str) -> Option<()> {
    let head =
        format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    // Answers go without keeping the connection, but for those that do not say so: both are read.
    stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).and_then(|()| stream.flush()).ok()
}

fn answer(model: &mut Model, asked: &Asked) -> (u16, Value) {
    let field = |name: &str| asked.form.get(name).map(String::as_str).unwrap_or_default();
    let refused = |word: &str| (400, json!({ "error": word, "error_description": format!("no, {word}") }));
    match asked.path.as_str() {
        "/token" => {
            match field("grant_type") {
                "refresh_token" if field("refresh_token") != model.refresh => return refused("invalid_grant"),
                "refresh_token" | "client_credentials" => {}
                "authorization_code" if field("code") == "the-code" && !field("code_verifier").is_empty() => {}
                "authorization_code" => return refused("invalid_grant"),
                "urn:ietf:params:oauth:grant-type:device_code" => {
                    if let Some(word) = model.pending.pop_front() {
                        return refused(word);
                    }
                }
                _ => return refused("unsupported_grant_type"),
            }
            model.count += 1;
            let access = format!("access-{}", model.count);
            model.access.insert(access.clone(), model.user.clone());
            if model.rotates {
                model.refresh = format!("refresh-{}", model.count);
            }
            let mut answer = json!({ "access_token": access, "token_type": "Bearer" });
            if field("grant_type") != "client_credentials" {
                answer["refresh_token"] = json!(model.refresh);
            }
            answer.as_object_mut().unwrap().extend(model.more.as_object().unwrap().clone());
            (200, answer)
        }
        "/device" => (
            200,
            json!({ "device_code": "the-device", "user_code": "ABCD-EFGH", "verification_uri": "https://id.example.org/d",
                    "expires_in": 600, "interval": 1 }),
        ),
        // RFC 7662.
        "/introspect" => match model.access.get(field("token")) {
            Some(user) => (200, json!({ "active": true, "username": user, "scope": "mail" })),
            None => (200, json!({ "active": false })),
        },
        other => (404, json!({ "none": other })),
    }
}

/// A form, as RFC 6749 appendix B has it.
pub fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(out).unwrap()
}
