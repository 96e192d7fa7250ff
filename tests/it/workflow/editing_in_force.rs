//! What happens to those who are on their way while a workflow is changed.

use ticketd::domain::*;

use super::house::*;

#[tokio::test]
async fn running_enrolments_go_on_in_the_revision_in_which_they_started() {
    let old = definition(Trigger::RecordCreated, vec![delay("2 days"), note("old")]);
    let mut house = House::with(vec![workflow("w", "deal", old)]).await;
    house.create("deal", "One", &[]).await;
    house
        .change(|setup| {
            setup.workflows[0].published = Some(definition(Trigger::RecordCreated, vec![set("amount", "1")]));
        })
        .await;
    house.create("deal", "Other", &[]).await;
    house.pass(3 * DAY).await;
    let expected = ["1 delay waiting (2026-03-04T08:00:00Z)", "1 set_property done", "1 delay done", "2 add_note done"];
    assert_eq!(house.log_of("w"), expected);
    house.folds();
}

#[tokio::test]
async fn switched_off_nobody_new_enrols_and_running_enrolments_pass_their_delays_and_do_nothing_more() {
    let actions = vec![delay("1 day"), note("x"), delay("1 day"), set_stage("lost")];
    let mut house = House::with(vec![workflow("w", "deal", definition(Trigger::RecordCreated, actions))]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.change(|setup| setup.workflows[0].on = false).await;
    house.create("deal", "Other", &[]).await;
    house.pass(3 * DAY).await;
    let expected = [
        "1 delay waiting (2026-03-03T08:00:00Z)",
        "1 delay done",
        "2 add_note skipped (switched_off)",
        "3 delay waiting (2026-03-04T08:00:00Z)",
        "3 delay done",
        "4 set_stage skipped (switched_off)",
    ];
    assert_eq!(house.log_of("w"), expected);
    assert_eq!(house.stage(deal), "asked");
    house.folds();
}

#[tokio::test]
async fn a_workflow_that_is_gone_is_as_one_that_is_switched_off() {
    let actions = vec![delay("1 day"), set_stage("lost")];
    let mut house = House::with(vec![workflow("w", "deal", definition(Trigger::RecordCreated, actions))]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.change(|setup| setup.workflows.clear()).await;
    house.pass(3 * DAY).await;
    assert_eq!(house.stage(deal), "asked");
    house.folds();
}

#[tokio::test]
async fn a_stage_automation_may_wait_and_goes_on_as_it_was_when_the_record_entered() {
    let mut setup = setup();
    setup.pipelines[1].automations.push(StageAutomation {
        name: "give_up".into(),
        stage: "offered".into(),
        on: true,
        reenrol: true,
        chat: false,
        actions: vec![delay("1 week").into(), set_stage("lost").into()],
    });
    let mut house = House::of(setup).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    house.change(|setup| setup.pipelines[1].automations[0].actions.clear()).await;
    house.pass(8 * DAY).await;
    assert_eq!(house.stage(deal), "lost");
    house.folds();
}

#[tokio::test]
async fn a_draft_does_nothing_until_it_is_published() {
    let mut unpublished = workflow("w", "deal", definition(Trigger::RecordCreated, vec![note("x")]));
    unpublished.draft = unpublished.published.take();
    let house = House::with(vec![unpublished]).await;
    house.create("deal", "One", &[]).await;
    assert!(house.log().is_empty());
    house.change(|setup| setup.workflows[0].published = setup.workflows[0].draft.take()).await;
    house.create("deal", "Other", &[]).await;
    assert_eq!(house.log_of("w"), ["1 add_note done"]);
    house.folds();
}

#[tokio::test]
async fn a_stage_automation_that_only_sends_again_is_a_revision_of_its_own() {
    let mut setup = setup();
    setup.pipelines[1].automations.push(StageAutomation {
        name: "tell".into(),
        stage: "offered".into(),
        on: true,
        reenrol: true,
        chat: false,
        actions: vec![note("offered").into()],
    });
    let house = House::of(setup).await;
    let told = Action::Notify { template: "reply_not_delivered".into(), users: vec!["bob".into()] };
    house.change(|setup| setup.pipelines[1].automations[0].actions = vec![told.into()]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    let log = actions(house.engine.store());
    let revisions = house.engine.store().read(|tx| ticketd::store::workflow_log::revisions(tx, "sales/tell")).unwrap();
    assert_eq!(revisions.len(), 2);
    assert_eq!(log[0].revision, revisions.last().map(|row| row.id), "what is logged is what was in force");
    house.folds();
}
