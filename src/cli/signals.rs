//! Signals that would end the program without a word.

use tokio::signal::unix::{SignalKind, signal};

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
