//! Checkpoints: the write-ahead log is folded into the file, which takes as long as writing many batches. It is done on a
//! thread of its own while the writer goes on, for all wait for the writer. Only when the log is long the writer does the
//! rest, which lets the log begin anew. Nothing here can lose anything: what is not in the file is in the log.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

use super::connect;

/// Pages of the log after which it is folded beside the writer: 16 MB.
const BESIDE: i32 = 4096;
/// Pages of the log after which the writer does it: 64 MB. A page that many batches change is then written to the file once.
const BY_THE_WRITER: i32 = 4 * BESIDE;

/// The thread beside a writer, from its first checkpoint on until this is dropped.
pub(super) struct Checkpoints(Arc<Thread>);

struct Thread {
    path: PathBuf,
    running: Mutex<Option<(mpsc::Sender<()>, JoinHandle<()>)>>,
}

impl Checkpoints {
    /// Takes care of the checkpoints of `writing`, a connection to the file at `path`, in place of SQLite's own
    /// `wal_autocheckpoint`.
    pub(super) fn of(writing: &mut Connection, path: PathBuf) -> rusqlite::Result<Self> {
        let thread = Arc::new(Thread { path, running: Mutex::default() });
        let (told, mut next) = (thread.clone(), BESIDE);
        writing.wal_hook(Some(move |wal: &mut Wal, pages: i32| {
            if pages < next - BESIDE {
                // The log has begun anew.
                next = BESIDE;
            }
            if pages >= BY_THE_WRITER {
                // Fails while the thread is at it: the next commit tries again.
                let _ = wal.checkpoint();
            } else if pages >= next {
                next = pages + BESIDE;
                told.tell();
            }
            Ok(())
        }))?;
        Ok(Checkpoints(thread))
    }
}

impl Drop for Checkpoints {
    /// Waits for the thread: whoever closes the last connection finds it closed.
    fn drop(&mut self) {
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((more, thread)) = running {
            drop(more);
            let _ = thread.join();
        }
    }
}

impl Thread {
    /// Says that there is something to fold. Where no thread can be had the writer does all of it.
    fn tell(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            let (more, waiting) = mpsc::channel();
            let path = self.path.clone();
            let thread = std::thread::Builder::new().name("store-checkpoint".to_owned());
            *running = thread.spawn(move || work(path, &waiting)).ok().map(|thread| (more, thread));
        }
        if let Some((more, _)) = running.as_ref() {
            let _ = more.send(());
        }
    }
}

fn work(path: PathBuf, waiting: &mpsc::Receiver<()>) {
    let Ok(connection) = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE, &path.display().to_string()) else { return };
    while waiting.recv().is_ok() {
        // A full disk or a busy log: the writer sees it too, and says so.
        let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    }
}
