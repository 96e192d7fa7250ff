//! Mailbox histories on disk for the benches that replay: generated, the same each time. They lie beside what is built, on
//! a disk and not in memory, and are gone afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::padding;

const SEED: &str = "9";

/// A history: a Maildir for each folder of each mailbox of fixtures/desk/ticketd.toml.
pub struct History {
    folder: TempDir,
    pub mails: usize,
}

impl History {
    /// A history of so many tickets. `None`, said aloud, where the generator is missing.
    pub fn generate(name: &str, tickets: usize) -> Option<History> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let shared = std::env::var_os("TICKETD_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
        let generator = shared.join("tools/threads.py");
        if !generator.is_file() {
            println!("skipped: {name}: no generator at {} (TICKETD_SHARED names its folder)", generator.display());
            return None;
        }
        let folder = temporary();
        let mut command = Command::new("python3");
        command.arg(&generator).args(["--tickets", &tickets.to_string(), "--seed", SEED, "--out"]).arg(folder.path());
        assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{} failed", generator.display());
        Some(History { folder, mails: 0 }.counted(name))
    }

    /// The same mails, padded ([`padding::padded`]).
    pub fn pad(self, name: &str) -> History {
        for (n, path) in self.files().into_iter().enumerate() {
            let raw = std::fs::read(&path).unwrap();
            std::fs::write(&path, padding::padded(&raw, n)).unwrap();
        }
        self.counted(name)
    }

    fn counted(self, name: &str) -> History {
        let mut sizes: Vec<u64> = self.files().iter().map(|path| path.metadata().unwrap().len()).collect();
        sizes.sort_unstable();
        let (mails, bytes) = (sizes.len(), sizes.iter().sum::<u64>());
        let (average, median) = (bytes / mails as u64, sizes[mails / 2]);
        println!(
            "# {name}: {mails} mails of {average} bytes on average, {median} at the median (threads.py, seed {SEED})"
        );
        History { mails, ..self }
    }

    /// Every mail, by its path.
    pub fn files(&self) -> Vec<PathBuf> {
        let folders = self.places().into_iter().map(|(_, path)| path.join("cur"));
        let mut files: Vec<PathBuf> =
            folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// What `replay` is told: `--mail MAILBOX[:FOLDER]=PATH` for each Maildir.
    pub fn arguments(&self) -> Vec<String> {
        let places = self.places().into_iter();
        places.flat_map(|(place, path)| ["--mail".to_owned(), format!("{place}={}", path.display())]).collect()
    }

    /// The Maildirs: `desk-sent` is the Sent folder of `desk`.
    fn places(&self) -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut maildirs: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        maildirs.sort();
        let place = |path: &Path| path.file_name().unwrap().to_str().unwrap().replace("-sent", ":Sent");
        maildirs.into_iter().map(|path| (place(&path), path)).collect()
    }
}

/// A folder that is gone when it is dropped, beside what is built.
pub fn temporary() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}
