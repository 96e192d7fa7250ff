//! How far the work has come, for whoever waits for it.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar on standard error, where a person sees it; hidden where it would be in the way of what is printed meanwhile
/// (`printing`).
pub(super) fn progress(length: u64, printing: bool) -> ProgressBar {
    let seen = std::io::stderr().is_terminal() && !(printing && std::io::stdout().is_terminal());
    let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    styled(ProgressBar::with_draw_target(Some(length), target))
}

/// A bar as all of them look: what is worked on, how far, how fast.
pub(super) fn styled(bar: ProgressBar) -> ProgressBar {
    let speed = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // What cannot be written is not seen either.
        let _ = write!(out, "{:.0}/s", state.per_sec());
    };
    // As wide as the terminal is.
    match ProgressStyle::with_template("{prefix}{wide_bar} {pos}/{len}  {speed}  {eta} left") {
        Ok(style) => bar.with_style(style.with_key("speed", speed)),
        Err(_) => bar,
    }
}
