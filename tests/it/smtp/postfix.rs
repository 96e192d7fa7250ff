//! A real Postfix, started for the tests: on loopback, on ports that the system chose, in a folder of its own, ended by the
//! test. It asks a Dovecot who may log in, and puts all mail for example.com into one Maildir.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::imap::dovecot::{Dovecot, free_port, is_root};

/// How long it may take, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Postfix {
    folder: TempDir,
    pub submission: u16,
    pub smtps: u16,
    child: Child,
    pub dovecot: Dovecot,
}

impl Postfix {
    /// `None`, said aloud, where it cannot run.
    pub fn start(test: &str) -> Option<Postfix> {
        Postfix::start_with(test, "", "")
    }

    /// One that takes mail from this machine without a login, and delivers what is for example.org, example.com and
    /// example.net to its Dovecot by LMTP, where each address is a user. `gone@example.com` is forwarded to nobody, which is
    /// reported only after the mail was taken.
    pub fn with_mailboxes(test: &str) -> Option<Postfix> {
        let lmtp = free_port();
        let postfix = format!(
            "smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = example.org, example.com, example.net
virtual_mailbox_maps = static:any/
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
recipient_delimiter = +
virtual_alias_maps = inline:{{ {{gone@example.com = lost@void.example}} }}
transport_maps = inline:{{ {{void.example = error:5.1.1 nobody is here}} }}
"
        );
        let listener = format!("inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {lmtp}\n  }}");
        let dovecot = format!("protocols = imap lmtp\nrecipient_delimiter = +\nservice lmtp {{\n  {listener}\n}}");
        Postfix::start_with(test, &postfix, &dovecot)
    }

    fn start_with(test: &str, more: &str, dovecot: &str) -> Option<Postfix> {
        if !is_root() || Command::new("postconf").arg("mail_version").output().is_err() {
            println!("skipped: {test}: no postfix here, or not root (tests/run installs postfix)");
            return None;
        }
        let auth = free_port();
        let listener = format!("inet_listener sasl {{\n    address = 127.0.0.1\n    port = {auth}\n  }}");
        let dovecot = Dovecot::start(test, &format!("service auth {{\n  {listener}\n}}\n{dovecot}"))?;
        let folder = tempfile::Builder::new().prefix("pf").tempdir().unwrap();
        let (submission, smtps) = (free_port(), free_port());
        write_files(folder.path(), dovecot.folder.path(), (submission, smtps, auth), more);
        let log = fs::File::create(folder.path().join("start.log")).unwrap();
        let mut command = Command::new("postfix");
        command.arg("-c").arg(folder.path().join("conf")).arg("start-fg");
        let child = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let mut server = Postfix { folder, submission, smtps, child, dovecot };
        server.wait();
        Some(server)
    }

    fn wait(&mut self) {
        let began = Instant::now();
        loop {
            let greeting = TcpStream::connect(("127.0.0.1", self.submission)).and_then(|stream| {
                stream.set_read_timeout(Some(Duration::from_secs(5)))?;
                let mut line = String::new();
                BufReader::new(stream).read_line(&mut line).map(|_| line)
            });
            if greeting.is_ok_and(|line| line.starts_with("220 ")) {
                return;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "postfix ended: {}", self.log());
            assert!(began.elapsed() < PATIENCE, "postfix does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        read("start.log") + &read("mail.log")
    }

    /// The mails that were delivered, as soon as there are that many.
    pub fn delivered(&self, count: usize) -> Vec<Vec<u8>> {
        let began = Instant::now();
        loop {
            let new = fs::read_dir(self.folder.path().join("mail/inbox/new"));
            let files: Vec<_> = new.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
            if files.len() >= count {
                return files.iter().map(|file| fs::read(file).unwrap()).collect();
            }
            assert!(began.elapsed() < PATIENCE, "{} of {count} came: {}", files.len(), self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let conf = self.folder.path().join("conf");
        let _ = Command::new("postfix").arg("-c").arg(conf).arg("stop").stderr(Stdio::null()).status();
        let began = Instant::now();
        while self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            if began.elapsed() > Duration::from_secs(10) {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn write_files(folder: &Path, keys: &Path, (submission, smtps, auth): (u16, u16, u16), more: &str) {
    for name in ["conf", "queue", "data", "mail"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    // Its processes run as other users, and go through this folder.
    let run = |program: &str, args: &[&str], path: &Path| {
        assert!(Command::new(program).args(args).arg(path).status().unwrap().success());
    };
    run("chmod", &["755"], folder);
    run("chown", &["postfix"], &folder.join("data"));
    run("chown", &["nobody:nogroup"], &folder.join("mail"));
    let (d, k) = (folder.display(), keys.display());
    let main = format!(
        "compatibility_level = 3.6
queue_directory = {d}/queue
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1/32
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
smtpd_tls_cert_file = {k}/cert.pem
smtpd_tls_key_file = {k}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtputf8_enable = yes
message_size_limit = 1000000
virtual_mailbox_domains = example.com
virtual_mailbox_base = {d}/mail
virtual_mailbox_maps = static:inbox/
virtual_minimum_uid = 100
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_transport = virtual
maillog_file = {d}/mail.log
maillog_file_prefixes = {d}
disable_dns_lookups = yes
"
    );
    // Said twice, a parameter is warned about by whoever reads it: the program that writes the log too, to itself.
    let key = |line: &str| line.split(" = ").next().map(str::to_owned);
    let replaced: Vec<_> = more.lines().map(key).collect();
    let kept = main.lines().filter(|line| !replaced.contains(&key(line))).collect::<Vec<_>>().join("\n");
    let main = format!("{kept}\n{more}");
    fs::write(folder.join("conf/main.cf"), main).unwrap();
    // Service, type, private, unprivileged, chroot, wakeup, most processes, command.
    let mut master = format!(
        "127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
postlog unix-dgram n - n - 1 postlogd
"
    );
    for (service, command) in [
        ("rewrite", "trivial-rewrite"),
        ("bounce", "bounce"),
        ("defer", "bounce"),
        ("trace", "bounce"),
        ("verify", "verify"),
        ("proxymap", "proxymap"),
        ("error", "error"),
        ("retry", "error"),
        ("anvil", "anvil"),
        ("smtp", "smtp"),
        ("showq", "showq"),
    ] {
        // Those that keep files about a mail go by no limit of their own.
        let most = if command == "bounce" { "0" } else { "-" };
        master += &format!("{service} unix - - n - {most} {command}\n");
    }
    fs::write(folder.join("conf/master.cf"), master).unwrap();
}
