//! Postfix's smtp-sink, which takes all mail and appends it to a file.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::imap::dovecot::{free_port, is_root};

pub struct Sink {
    pub port: u16,
    child: Child,
    folder: TempDir,
}

impl Sink {
    /// `None`, said aloud, where it cannot run.
    pub fn start(test: &str) -> Option<Sink> {
        let program = PathBuf::from("/usr/sbin/smtp-sink");
        if !program.exists() {
            println!("skipped: {test}: no smtp-sink here (tests/run installs postfix)");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("sink").tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(program);
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(folder.path()).status().unwrap().success());
            command.args(["-u", "nobody"]);
        }
        command.arg("-D").arg(folder.path().join("mails")).args([&format!("127.0.0.1:{port}"), "100"]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Sink { port, child, folder })
    }

    /// How often each Message-ID came.
    pub fn ids(&self) -> BTreeMap<String, u32> {
        let mails = std::fs::read(self.folder.path().join("mails")).unwrap_or_default();
        let mut ids = BTreeMap::new();
        for line in String::from_utf8_lossy(&mails).lines() {
            if let Some(id) = line.strip_prefix("Message-ID: ") {
                *ids.entry(id.trim_matches(['<', '>']).to_owned()).or_default() += 1;
            }
        }
        ids
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It is gone already, or goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
