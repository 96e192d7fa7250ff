//! Workflows as pictures. The expected ones are in `fixtures/workflow`.

use ticketd::config;
use ticketd::domain::*;
use ticketd::workflow;

use crate::support::root;

/// Compares with `fixtures/workflow/NAME`; writes it where UPDATE_EXPECTED is set.
fn expect(name: &str, found: &str) {
    let path = root().join("fixtures/workflow").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() && !found.is_empty() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} (UPDATE_EXPECTED=1 takes what was found)", path.display());
}

fn chase() -> Definition {
    let text = std::fs::read_to_string(root().join("fixtures/config/valid/workflows.toml")).unwrap();
    let setup = config::parse(&text).unwrap().setup;
    setup.workflow("chase").unwrap().published.clone().unwrap()
}

#[test]
fn every_step_is_drawn_with_its_number_and_every_way_with_its_condition() {
    expect("chase.txt", &workflow::as_text(&chase(), TICKET));
    expect("chase.mmd", &workflow::as_mermaid(&chase(), TICKET));
}

#[test]
fn that_tickets_from_chat_and_messenger_are_left_out_is_drawn_as_a_filter() {
    let skips = Definition { chat: false, filter: None, ..chase() };
    let line = "only if source is not chat or messenger\n";
    assert!(workflow::as_text(&skips, TICKET).contains(line));
    assert!(workflow::as_mermaid(&skips, TICKET).contains("{{\"only if source is not chat or messenger\"}}"));
    let takes = Definition { chat: true, filter: None, ..chase() };
    assert!(!workflow::as_text(&takes, TICKET).contains("only if"));
    assert!(!workflow::as_text(&skips, DEAL).contains("only if"), "other records have no such rule");
}

#[test]
fn what_stands_in_texts_draws_nothing() {
    let text = "\"]\n    s9[\"<b>x</b> | `y` #quot; ; {{ title }}".to_owned();
    let steps = vec![Step { id: StepId(1), action: Action::AddNote { text } }];
    let drawn = workflow::as_mermaid(&Definition { steps, filter: None, ..chase() }, DEAL);
    assert_eq!(drawn.lines().count(), 4, "{drawn}");
    assert!(!drawn.contains('<') && !drawn.contains("#quot"), "{drawn}");
}
