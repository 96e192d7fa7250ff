//! The mails that benches read: a generated history of a ticket desk where the generator is at hand, else the fixtures.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A mail, and which folder of which mailbox of fixtures/desk/ticketd.toml it lies in.
pub struct Mail {
    pub raw: Vec<u8>,
    pub mailbox: String,
    pub folder: String,
}

/// All of them. Says where they come from, since figures of different mails do not compare.
pub fn desk() -> Vec<Mail> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TICKETD_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let generator = shared.join("tools/threads.py");
    let mails =
        if generator.is_file() { generated(&generator) } else { from_folder(&root.join("fixtures/mail"), "desk") };
    assert!(!mails.is_empty(), "no mails to measure on");
    let bytes: usize = mails.iter().map(|mail| mail.raw.len()).sum();
    let origin = if generator.is_file() { "threads.py, 200 tickets, seed 1" } else { "fixtures/mail" };
    println!("# {} mails of {} bytes on average ({origin})", mails.len(), bytes / mails.len());
    mails
}

fn generated(generator: &Path) -> Vec<Mail> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("history");
    let mut command = Command::new("python3");
    command.arg(generator).args(["--tickets", "200", "--seed", "1", "--out"]).arg(&out).stdout(Stdio::null());
    assert!(command.status().unwrap().success(), "{} failed", generator.display());
    let mut maildirs: Vec<PathBuf> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    maildirs.retain(|path| path.is_dir());
    maildirs.sort();
    maildirs.iter().flat_map(|path| from_folder(path, path.file_name().unwrap().to_str().unwrap())).collect()
}

/// Every file under a path. `name`: MAILBOX, or MAILBOX-sent for its Sent folder.
fn from_folder(path: &Path, name: &str) -> Vec<Mail> {
    let (mailbox, folder) = match name.strip_suffix("-sent") {
        Some(mailbox) => (mailbox, "Sent"),
        None => (name, "INBOX"),
    };
    let mut mails = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            // Beside a fixture lies what is expected of it; files of a Maildir have no such endings.
            let is_mail = path.extension().is_none_or(|extension| extension != "expected");
            if path.is_dir() {
                folders.push(path);
            } else if is_mail {
                let raw = std::fs::read(path).unwrap();
                mails.push(Mail { raw, mailbox: mailbox.to_owned(), folder: folder.to_owned() });
            }
        }
    }
    mails
}
