//! Ends a replay into a server without warning at random moments, runs it again until it is done, and compares with a run
//! that nobody disturbed. What the server keeps is copied into a file to be looked at.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ticketd::store::{Location, Store, copy::copy};

use super::faults::mails;
use super::shared;
use crate::outcome;
use crate::support::{Random, full};

#[test]
fn a_replay_that_is_killed_at_any_moment_and_run_again_comes_to_the_same() {
    let Some(server) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mail = folder.path().join("mail");
    std::fs::create_dir(&mail).unwrap();
    mails(&mail, 300);
    let start = |address: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.arg("replay").arg(&mail).args(["--db", address]).env_remove("TICKETD_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let found = |address: &str| {
        let file = folder.path().join(format!("{}.db", address.len()));
        let _ = std::fs::remove_file(&file);
        let (kept, copied) = (Store::open_existing(Location::from(address)).unwrap(), Store::open(&file).unwrap());
        copy(&kept, &copied).unwrap();
        let refolded = ticketd::engine::refold(&copied, |_| {}).unwrap();
        assert!(refolded.differences.is_empty(), "{refolded:#?}");
        outcome::of(&copied)
    };
    let (undisturbed, began) = (server.place(), Instant::now());
    assert!(start(&undisturbed).wait().unwrap().success());
    let (whole, expected) = (began.elapsed(), found(&undisturbed));
    assert!(expected["ticket"].len() >= 150, "{expected:?}");

    let mut random = Random::seeded();
    let (wanted, mut kills) = (if full() { 100 } else { 8 }, 0);
    while kills < wanted {
        let address = server.place();
        for _ in 0..1 + random.below(3) {
            let mut child = start(&address);
            std::thread::sleep(whole.mul_f64(random.share()) + Duration::from_millis(1));
            // SIGKILL: nothing in the program gets to know.
            child.kill().unwrap();
            kills += u64::from(child.wait().unwrap().code().is_none());
        }
        assert!(start(&address).wait().unwrap().success());
        outcome::assert_same(&found(&address), &expected, &format!("after {kills} kills, seed {}", random.seed));
    }
}
