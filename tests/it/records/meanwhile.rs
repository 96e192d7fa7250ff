//! Two who change the setup at once: the second is told, and nothing of what the first did is lost.

use std::sync::Arc;

use ticketd::config;
use ticketd::decide::Refusal;
use ticketd::domain::*;
use ticketd::engine::{Engine, EngineError, SetupOrder, digest_of};
use ticketd::store::{Store, journal};

use super::desk::Desk;

fn labelled(setup: &Setup, label: &str) -> Setup {
    let mut setup = setup.clone();
    setup.pipelines[0].label = label.to_owned();
    setup
}

#[tokio::test]
async fn a_change_made_from_another_setup_than_the_one_in_force_is_refused() {
    let (now, before) = (Timestamp(1_770_000_000_000), config::builtin().setup);
    let store = Store::in_memory().unwrap();
    let engine = Engine::start(store.clone(), Origin::Live, &before, now).await.unwrap();
    let from = |setup: &Setup, after: &Setup| SetupOrder {
        setup: Arc::new(after.clone()),
        based_on: Some(digest_of(setup)),
        moves: Vec::new(),
    };
    let (first, second) = (labelled(&before, "First"), labelled(&before, "Second"));
    engine.change_setup(now, None, from(&before, &first)).await.unwrap();
    let refused = engine.change_setup(now, None, from(&before, &second)).await;
    let expected = Refusal::SetupChanged { based_on: digest_of(&before), revision: digest_of(&first) };
    assert!(matches!(refused, Err(EngineError::Refused(refusal)) if refusal == expected));
    assert_eq!(store.read(journal::current_setup).unwrap(), Some(first.clone()));
    engine.change_setup(now, None, from(&first, &second)).await.unwrap();
    assert_eq!(store.read(journal::current_setup).unwrap(), Some(second));
}

#[tokio::test]
async fn two_changes_that_wait_together_are_told_apart_too() {
    let (now, before) = (Timestamp(1_770_000_000_000), config::builtin().setup);
    let engine = Engine::start(Store::in_memory().unwrap(), Origin::Live, &before, now).await.unwrap();
    let order = |label: &str| SetupOrder {
        setup: Arc::new(labelled(&before, label)),
        based_on: Some(digest_of(&before)),
        moves: Vec::new(),
    };
    let both = tokio::join!(engine.change_setup(now, None, order("A")), engine.change_setup(now, None, order("B")));
    let went_well = [both.0.is_ok(), both.1.is_ok()];
    assert_eq!(went_well.iter().filter(|well| **well).count(), 1, "{went_well:?}");
}

/// An editor is open while somebody else changes something: what it was opened on is no more.
#[cfg(unix)]
#[test]
fn a_template_is_merged_with_what_others_changed_and_never_takes_it_back() {
    let desk = Desk::new();
    let db = desk.path().join("desk.db");
    let program = env!("CARGO_BIN_EXE_ticketd");
    let script = format!(
        "#!/bin/sh\n{program} pipeline rename support Front --db {} > /dev/null || exit 1\nsed -i s/Hello/Dear/ \"$1\"\n",
        db.display()
    );
    desk.write("editor", &script);
    let editor = desk.path().join("editor");
    std::fs::set_permissions(&editor, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let ran = desk.run_in(&["template", "edit", "ticket_closed"], "", &[("VISUAL", editor.to_str().unwrap())]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(desk.object(&["pipeline", "show", "support"])["label"], "Front");
    assert!(desk.done(&["template", "show", "ticket_closed"]).contains("Dear"));
}
