//! How far the work has come, for whoever waits for it.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A bar on standard error, where a person sees it; hidden where it would be in the way of what is printed meanwhile
/// (`printing`).
pub(super) fn progress(length: u64, printing: bool) -> ProgressBar {
    let seen = std::io::stderr().is_terminal() && !(printing && std::io::stdout().is_terminal());
    let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let speed = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // What cannot be written is not seen either.
        let _ = write!(out, "{:.0}/s", state.per_sec());
    };
    // As wide as the terminal is.
    match ProgressStyle::with_template("{wide_bar} {pos}/{len}  {speed}  {eta} left") {
        Ok(style) => bar.with_style(style.with_key("speed", speed)),
        Err(_) => bar,
    }
}
