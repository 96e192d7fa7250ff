//! Whether the daemon is alive, and whether it takes mail: in words where it is not.

use std::time::Duration;

use crate::domain::*;

/// Whoever supervises beats every two seconds while the writer answers, and while it waits for the store to work again. One
/// that has not for so long hangs: starting it again may help.
const HANGS: Duration = Duration::from_secs(30);

/// A store that has not answered for so long stores nothing now.
const STUCK: Duration = Duration::from_secs(10);

/// Alive: what supervises is at work.
pub fn is_alive(since_beat: Duration) -> Result<(), String> {
    match since_beat < HANGS {
        true => Ok(()),
        false => Err(format!("hangs: nothing moves since {} s", since_beat.as_secs())),
    }
}

/// Ready: mail is taken and stored.
pub fn is_ready(status: &DaemonStatus, since_beat: Duration) -> Result<(), String> {
    match (&status.trouble, status.state) {
        (_, DaemonState::Running) if since_beat < STUCK => Ok(()),
        (_, DaemonState::Running) => Err(format!("the store does not answer since {} s", since_beat.as_secs())),
        (Some(said), state) => Err(format!("{state}: {}", said.what)),
        (None, state) => Err(state.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::daemon::Board;

    #[test]
    fn one_that_hangs_is_not_alive_and_one_whose_store_does_not_answer_is_not_ready() {
        let board = Board::new(|| Timestamp(0));
        let after =
            |seconds| (is_alive(Duration::from_secs(seconds)), is_ready(&board.read(), Duration::from_secs(seconds)));
        assert_eq!(after(0), (Ok(()), Err("starting".to_owned())));
        board.state(DaemonState::Running);
        assert_eq!(after(9), (Ok(()), Ok(())));
        assert_eq!(after(10), (Ok(()), Err("the store does not answer since 10 s".to_owned())));
        assert_eq!(after(30).0, Err("hangs: nothing moves since 30 s".to_owned()));
        board.in_trouble(DaemonState::AtRest, "the disk is full".to_owned());
        assert_eq!(after(0), (Ok(()), Err("at rest: the disk is full".to_owned())));
        board.state(DaemonState::Running);
        assert_eq!(after(0).1, Ok(()));
        board.state(DaemonState::Stopping);
        assert_eq!(after(0).1, Err("stopping".to_owned()));
    }
}
