//! A real Dovecot, started for the tests: on loopback, on ports that the system chose, in a folder of its own, ended with
//! the last test that uses it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long it may take to start, on a machine that has other things to do.
const STARTING: Duration = Duration::from_secs(60);

pub const PASSWORD: &str = "secret";
/// This user's password, with what has to be quoted.
pub const ODD_USER: &str = "odd";
pub const ODD_PASSWORD: &str = r#"s p"a\c{3}"#;

pub struct Dovecot {
    pub folder: TempDir,
    pub imap: u16,
    pub imaps: u16,
    child: Child,
}

static SHARED: Mutex<Weak<Dovecot>> = Mutex::new(Weak::new());

impl Dovecot {
    /// The one that tests share: each with users of its own. `None`, said aloud, where there is no Dovecot.
    pub fn shared(test: &str) -> Option<Arc<Dovecot>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Dovecot::start(test, "")?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// One of its own, with more lines in its configuration.
    pub fn start(test: &str, more: &str) -> Option<Dovecot> {
        let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !there("dovecot") || !there("openssl") {
            println!("skipped: {test}: no dovecot or openssl here (tests/run installs dovecot-imapd)");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("dv").tempdir().unwrap();
        let (imap, imaps) = (free_port(), free_port());
        write_files(folder.path(), imap, imaps, more);
        let child = spawn(folder.path());
        let mut server = Dovecot { folder, imap, imaps, child };
        server.wait();
        Some(server)
    }

    /// Ends it, whatever it is doing for its clients, and starts it again on the same ports.
    pub fn restart(&mut self) {
        // Told to end, it lets those that are at work finish.
        self.cut();
        self.end();
        self.child = spawn(self.folder.path());
        self.wait();
    }

    /// Cuts the connections of those who are logged in.
    pub fn cut(&self) {
        kill(self.processes(|name| name == "imap"));
        self.unlock();
    }

    /// Takes away the locks that killed processes left in the mailboxes: Dovecot waits for minutes before it does.
    fn unlock(&self) {
        for user in fs::read_dir(self.folder.path().join("mail")).into_iter().flatten() {
            let lock = user.unwrap().path().join("Maildir").join("dovecot-uidlist.lock");
            let _ = fs::remove_file(lock);
        }
    }

    /// Its processes of such names.
    fn processes(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let master = self.child.id().to_string();
        let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        all.filter(|process| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // `PID (NAME) STATE PARENT …`, proc(5).
            let Some((named, rest)) = stat.split_once(") ") else { return false };
            named.split_once('(').is_some_and(|(_, name)| is_wanted(name)) && rest.split(' ').nth(1) == Some(&master)
        })
        .collect()
    }

    fn wait(&mut self) {
        let began = Instant::now();
        loop {
            let greeting = TcpStream::connect(("127.0.0.1", self.imap)).and_then(|stream| {
                stream.set_read_timeout(Some(Duration::from_secs(5)))?;
                let mut line = String::new();
                BufReader::new(stream).read_line(&mut line).map(|_| line)
            });
            if greeting.is_ok_and(|line| line.starts_with("* OK")) {
                return;
            }
            let log = fs::read_to_string(self.folder.path().join("dovecot.log")).unwrap_or_default();
            assert!(self.child.try_wait().unwrap().is_none(), "dovecot ended: {log}");
            assert!(began.elapsed() < STARTING, "dovecot does not answer: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn end(&mut self) {
        let all = self.processes(|_| true);
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if began.elapsed() > Duration::from_secs(10) {
                self.child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Those that somebody is still connected to live on, and wait for an answer of the others that never comes.
        kill(all);
        self.unlock();
    }

    /// The authority that signed its certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The certificate itself.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Puts a mail into a user's INBOX as delivery does: by a rename. It arrives now.
    pub fn deliver(&self, user: &str, name: &str, mail: impl AsRef<[u8]>) {
        self.deliver_at(user, name, mail, std::time::SystemTime::now());
    }

    /// The same with another time of arrival (INTERNALDATE).
    pub fn deliver_at(&self, user: &str, name: &str, mail: impl AsRef<[u8]>, at: std::time::SystemTime) {
        let maildir = self.folder.path().join("mail").join(user).join("Maildir");
        // Dovecot makes it, with the owner that it wants; perhaps for somebody else just now.
        while !["cur", "new", "tmp"].iter().all(|part| maildir.join(part).is_dir()) {
            self.client(user).run("STATUS INBOX (MESSAGES)");
        }
        let part = maildir.join("tmp").join(name);
        fs::write(&part, mail).unwrap();
        fs::File::options().append(true).open(&part).unwrap().set_modified(at).unwrap();
        if is_root() {
            std::os::unix::fs::chown(&part, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        fs::rename(&part, maildir.join("new").join(name)).unwrap();
    }

    /// Somebody else's client, logged in.
    pub fn client(&self, user: &str) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", self.imap)).unwrap();
        let mut client = Client { stream: BufReader::new(stream) };
        client.line();
        client.run(&format!("LOGIN {user} {PASSWORD}"));
        client
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.end();
    }
}

/// A client for what people do with their mail meanwhile.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Gives a command; what is said until it is done. It must be done.
    pub fn run(&mut self, command: &str) -> String {
        write!(self.stream.get_mut(), "x {command}\r\n").unwrap();
        let mut said = String::new();
        loop {
            let line = self.line();
            if line.starts_with("x ") {
                assert!(line.starts_with("x OK"), "{command}: {line}");
                return said;
            }
            said.push_str(&line);
        }
    }

    /// Adds a mail to a folder.
    pub fn append(&mut self, folder: &str, mail: &str) {
        let mail = mail.replace('\n', "\r\n");
        write!(self.stream.get_mut(), "x APPEND {folder} {{{}}}\r\n", mail.len()).unwrap();
        assert!(self.line().starts_with('+'));
        write!(self.stream.get_mut(), "{mail}\r\n").unwrap();
        loop {
            let line = self.line();
            if line.starts_with("x ") {
                assert!(line.starts_with("x OK"), "APPEND: {line}");
                return;
            }
        }
    }

    /// Flags, UIDs and the like of all mails in a folder, as the server writes them.
    pub fn all(&mut self, folder: &str, items: &str) -> Vec<String> {
        self.run(&format!("EXAMINE {folder}"));
        let said = self.run(&format!("UID FETCH 1:* ({items})"));
        said.lines().filter(|line| line.contains(" FETCH ")).map(str::to_owned).collect()
    }

    fn line(&mut self) -> String {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).unwrap();
        assert!(!line.is_empty(), "the server closed the connection");
        String::from_utf8(line).unwrap()
    }
}

const NOBODY: u32 = 65534;

pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

fn ids() -> (String, String) {
    if is_root() {
        return (NOBODY.to_string(), NOBODY.to_string());
    }
    let id = |flag: &str| {
        String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap().trim().to_owned()
    };
    (id("-u"), id("-g"))
}

fn name_of(flag: &str) -> String {
    if is_root() {
        return if flag == "-un" { "nobody".to_owned() } else { "nogroup".to_owned() };
    }
    String::from_utf8(Command::new("id").arg(flag).output().unwrap().stdout).unwrap().trim().to_owned()
}

pub fn certificate(folder: &Path, args: &[&str]) {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"]).args(args);
    let made = command.current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A port that nobody has. Not one that the system would choose: it gives those to outgoing connections too, of another test
/// perhaps before the server has it. Below these (ip_local_port_range, ip(7)) they are counted on from a place of this
/// process's own.
pub fn free_port() -> u16 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let place = std::process::id().wrapping_mul(37).wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(10_000 + place % 22_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn write_files(folder: &Path, imap: u16, imaps: u16, more: &str) {
    for name in ["run", "state", "mail"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    certificate(folder, &["-subj", "/CN=Test Authority", "-keyout", "ca-key.pem", "-out", "ca.pem"]);
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    let by =
        ["-subj", "/CN=localhost", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", "basicConstraints=CA:FALSE"];
    certificate(folder, &[&by[..], &["-addext", names, "-keyout", "key.pem", "-out", "cert.pem"]].concat());
    let ((uid, gid), (user, group), d) = (ids(), (name_of("-un"), name_of("-gn")), folder.display());
    fs::write(folder.join("users"), format!("{ODD_USER}:{{PLAIN}}{ODD_PASSWORD}\n")).unwrap();
    let text = format!(
        r#"base_dir = {d}/run
state_dir = {d}/state
instance_name = test
log_path = {d}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{d}/cert.pem
ssl_key = <{d}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:~/Maildir
first_valid_uid = 0
mail_max_userip_connections = 200
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {d}/users
  result_failure = continue
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={d}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Gesendet {{
    auto = create
    special_use = \Sent
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  service_count = 0
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
{more}
"#
    );
    fs::write(folder.join("dovecot.conf"), text).unwrap();
    if is_root() {
        let owned = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder).status().unwrap();
        assert!(owned.success());
    }
}

fn spawn(folder: &Path) -> Child {
    let config = folder.join("dovecot.conf");
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "dovecot"]);
        command
    } else {
        Command::new("dovecot")
    };
    let log = fs::File::create(folder.join("start.log")).unwrap();
    command.arg("-F").arg("-c").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// Ends those of these processes that are still there.
fn kill(processes: Vec<String>) {
    for process in processes {
        Command::new("kill").args(["-KILL", &process]).stderr(Stdio::null()).status().unwrap();
    }
}
