use std::process::Command;

use super::{shared, without_place};
use crate::stories::{name, stories};
use crate::support::root;

/// `ticketd replay` with these arguments, in a zone that is the same everywhere; what it prints.
fn replay(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    let output = command.current_dir(root()).env("TZ", "UTC").arg("replay").args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_story_goes_as_it_is_told_and_its_journal_folds_to_the_same_state() {
    let Some(server) = shared() else { return };
    for story in stories() {
        let address = server.place();
        let told = replay(&[story.to_str().unwrap(), "--db", &address]);
        let expected = std::fs::read_to_string(story.join("expected.txt")).unwrap();
        assert_eq!(without_place(&told), expected, "{}", name(&story));
        let folded = replay(&["--from-db", "--db", &address]);
        assert!(folded.ends_with(" events folded, nothing differs\n"), "{}: {folded}", name(&story));
    }
}
