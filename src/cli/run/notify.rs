//! What systemd is told (sd_notify(3)): nothing at all where no systemd asks.

use std::time::Duration;

use sd_notify::NotifyState;

/// Everything that was promised for the start is there.
pub(super) fn ready() {
    say(&[NotifyState::Ready]);
}

/// The configuration is read anew; [`ready`] ends that.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(_) => say(&[NotifyState::Reloading]),
    }
}

pub(super) fn stopping() {
    say(&[NotifyState::Stopping]);
}

/// One line for `systemctl status`.
pub(super) fn status(line: &str) {
    say(&[NotifyState::Status(line)]);
}

/// How often systemd wants to hear that all is well; `None`: it does not ask.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

/// All is well.
pub(super) fn alive() {
    say(&[NotifyState::Watchdog]);
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}
