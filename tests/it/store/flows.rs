use std::sync::Arc;

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{Engine, Input, SetupOrder, WorkflowOrder, written};
use ticketd::store::workflow_log;

use super::empty;

const NOW: Timestamp = Timestamp(1_770_000_000_000);

fn setup(span: &str, published: bool) -> Setup {
    let mut setup = config::builtin().setup;
    let action = Action::Delay { until: Delay::For { span: span.parse().unwrap() } };
    let definition = Definition {
        trigger: Trigger::RecordCreated,
        filter: None,
        chat: false,
        reenrol: false,
        goal: None,
        time_zone: "UTC".into(),
        hours: None,
        steps: vec![Step { id: StepId(1), action }],
    };
    let (published, draft) = if published { (Some(definition), None) } else { (None, Some(definition)) };
    let (name, label) = ("chase".to_owned(), "Chase".to_owned());
    setup.workflows.push(Workflow { name, label, object: TICKET.into(), on: true, published, draft });
    setup
}

#[tokio::test]
async fn what_a_workflow_was_and_what_was_remarked_about_it_is_found_by_its_name() {
    let Some(store) = empty() else { return };
    let engine = Engine::start(store.clone(), Origin::Live, &setup("1 day", false), NOW).await.unwrap();
    for (span, published) in [("2 days", false), ("2 days", true)] {
        let order = SetupOrder::from(setup(span, published));
        engine.change_setup(NOW.plus(DAY), None, order).await.unwrap();
    }
    for text in ["One", "Two"] {
        let draft = Arc::new(written(Draft { text: text.into(), ..Draft::default() }));
        let order = WorkflowOrder::Comment { workflow: "chase".into(), step: StepId(1), draft };
        engine.command(NOW.plus(DAY), None, Input::Workflow(order)).await.unwrap();
    }
    let revisions = store.read(|tx| workflow_log::revisions(tx, "chase")).unwrap();
    let times: Vec<_> = revisions.iter().map(|row| row.at).collect();
    assert_eq!(times, [NOW, NOW.plus(DAY)], "publishing makes none");
    let standing = store.read(|tx| workflow_log::standing(tx, "chase")).unwrap().unwrap();
    assert_eq!((standing.published, standing.draft), (Some(revisions[1].id), None));
    let comments = store.read(|tx| workflow_log::comments(tx, "chase")).unwrap();
    assert_eq!(comments.len(), 2);
    assert!(comments[0].event < comments[1].event);
    assert_eq!(store.read(|tx| workflow_log::revisions(tx, "other")).unwrap(), []);
    assert_eq!(store.read(|tx| workflow_log::standing(tx, "other")).unwrap(), None);
    assert_eq!(store.read(|tx| workflow_log::comments(tx, "other")).unwrap(), []);
}
