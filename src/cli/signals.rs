//! Signals that would end the program without a word, or in the middle of something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Code;

/// SIGXFSZ on Linux and the BSDs: a file would become larger than the limit of this process allows.
const FILE_TOO_LARGE: i32 = 25;

/// From now on a write over the limit on file sizes (`ulimit -f`) fails as any other write does, and is reported; by
/// default the system ends the program at once. What the signal does otherwise is nothing.
pub(super) fn report_file_limit() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _entered = runtime.enter();
    // A handler that was set stays until the end of the process.
    signal(SignalKind::from_raw(FILE_TOO_LARGE)).map(|_| ())
}

/// From now on the first SIGINT or SIGTERM sets what is given back, and the second ends the program at once.
pub(super) fn stop_when_told() -> std::io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut interrupt, mut terminate) = {
        let _entered = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    // A thread of its own: the one that works may be waiting for whoever reads the output.
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if told.swap(true, Ordering::Relaxed) {
                    end_at_once();
                }
            }
        });
    })?;
    Ok(stop)
}

/// What a daemon is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Stop,
    Reload,
}

/// The signals that tell a daemon something: SIGTERM and SIGINT, SIGHUP.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    told: bool,
}

impl Signals {
    /// From now on they do nothing by themselves. Within a runtime.
    pub fn new() -> std::io::Result<Signals> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Signals { terminate, interrupt, hangup: signal(SignalKind::hangup())?, told: false })
    }

    /// The next one. A second order to stop ends the program at once.
    pub async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hangup.recv() => return Told::Reload,
        }
        if std::mem::replace(&mut self.told, true) {
            end_at_once();
        }
        Told::Stop
    }
}

#[expect(clippy::exit, reason = "whoever asks a second time does not want to wait for what is at work")]
fn end_at_once() -> ! {
    std::process::exit(Code::Stopped as i32)
}
