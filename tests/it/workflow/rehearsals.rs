//! What a workflow would do, without doing it.

use ticketd::domain::*;
use ticketd::engine::rehearse;

use super::house::*;

#[tokio::test]
async fn a_rehearsal_shows_the_whole_way_with_its_delays_and_changes_nothing() {
    let branch = Action::Branch {
        ways: vec![Way { label: "big".into(), when: is("amount", "100"), steps: vec![set_stage("offered").into()] }],
        otherwise: vec![set_stage("lost").into()],
    };
    let mut draft = definition(Trigger::RecordCreated, vec![note("x"), delay("2 weeks"), set("amount", "100"), branch]);
    draft.filter = Some(is("source", "phone"));
    let mut unpublished = workflow("w", "deal", draft);
    unpublished.draft = unpublished.published.take();
    unpublished.on = false;
    let house = House::with(vec![unpublished]).await;
    let deal = house.create("deal", "One", &[]).await;
    let before = house.engine.store().read(ticketd::store::views::totals).unwrap().events;
    assert!(rehearse(house.engine.store(), START, "w", false, deal).is_err(), "it was never published");
    let shown = rehearse(house.engine.store(), START, "w", true, deal).unwrap();
    assert_eq!((shown.passes_filter, shown.hindrance), (false, Some(EffectResult::SwitchedOff)));
    let way: Vec<(i64, ActionKind, ActionOutcome)> =
        shown.actions.iter().map(|row| (row.step.0, row.action, row.outcome)).collect();
    let expected = [
        (1, ActionKind::AddNote, ActionOutcome::Done),
        (2, ActionKind::Delay, ActionOutcome::Waiting),
        (2, ActionKind::Delay, ActionOutcome::Done),
        (3, ActionKind::SetProperty, ActionOutcome::Done),
        (4, ActionKind::Branch, ActionOutcome::Done),
        (5, ActionKind::SetStage, ActionOutcome::Done),
    ];
    assert_eq!(way, expected);
    assert_eq!(shown.actions[2].at, START.plus(14 * DAY));
    assert_eq!((house.stage(deal).as_str(), house.log().len()), ("asked", 0));
    assert_eq!(house.engine.store().read(ticketd::store::views::totals).unwrap().events, before);
}
