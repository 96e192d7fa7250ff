//! Reading a mail in a process of its own: the proof whether it ends the one that reads it, when nothing else tells it from
//! a sound mail that was being read whenever somebody killed the program.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::handle::READING_LIMIT;
use crate::parse;

/// The command of the program that reads a mail from standard input, and what it says when it is still there afterwards.
pub const COMMAND: &str = "read-apart";
pub const SURVIVED: &str = "survived\n";

/// Beyond the time that reading may take, for the process to start and end.
const GRACE: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(5);

/// What the process of its own does: reads the mail, whatever comes of it. A reading that fails, or takes too long, is
/// survived.
pub fn read(raw: Vec<u8>) {
    let (done, waiting) = mpsc::channel();
    let reading = move || {
        parse::read(&raw);
        // Who waits has given up.
        let _ = done.send(());
    };
    if std::thread::Builder::new().spawn(reading).is_ok() {
        let _: Result<(), RecvTimeoutError> = waiting.recv_timeout(READING_LIMIT);
    }
}

/// Whether that program survives reading the mail. `false` also where it cannot be started.
pub(super) fn survives(program: &Path, raw: &[u8]) -> bool {
    let mut command = Command::new(program);
    command.arg(COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // It has ended already: its status tells.
        let _ = input.write_all(raw);
    }
    let mut said = String::new();
    let ended_well = wait(&mut child);
    let heard = child.stdout.take().map(|mut output| output.read_to_string(&mut said));
    ended_well && heard.is_some_and(|heard| heard.is_ok()) && said == SURVIVED
}

/// Waits for its end. Whether that was a good one.
fn wait(child: &mut Child) -> bool {
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if began.elapsed() < READING_LIMIT + GRACE => std::thread::sleep(GLANCE),
            _ => {
                // Gone meanwhile, or about to be: nobody waits for it any more.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}
