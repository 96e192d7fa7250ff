//! What has a record enrol, and what keeps it from that.

use ticketd::decide::Refusal;
use ticketd::domain::*;
use ticketd::store::record_views;

use super::house::*;

fn changed(property: &str, to: Option<&str>) -> Trigger {
    Trigger::PropertyChanged { property: property.into(), to: to.map(str::to_owned) }
}

#[tokio::test]
async fn a_record_that_enters_a_stage_enrols_by_being_created_in_it_too() {
    let house = House::with(vec![workflow("w", "deal", definition(entered("sales", "asked"), vec![note("x")]))]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    house.go(deal, "asked").await;
    assert_eq!(house.log_of("w").len(), 2);
    house.folds();
}

#[tokio::test]
async fn a_property_that_gets_another_value_enrols_and_the_same_value_does_not() {
    let any = workflow("any", "deal", definition(changed("amount", None), vec![note("x")]));
    let hundred = workflow("hundred", "deal", definition(changed("amount", Some("100")), vec![note("x")]));
    let house = House::with(vec![any, hundred]).await;
    let deal = house.create("deal", "One", &[]).await;
    for value in ["50", "50.0", "100"] {
        house.set(deal, "amount", value).await;
    }
    assert_eq!((house.log_of("any").len(), house.log_of("hundred").len()), (2, 1));
    house.folds();
}

#[tokio::test]
async fn a_mail_of_a_named_kind_enrols_the_ticket_that_it_joins() {
    let trigger = Trigger::MessageArrived { kinds: vec![Kind::AutoReply] };
    let mut house = House::with(vec![workflow("away", "ticket", definition(trigger, vec![note("away")]))]).await;
    house.mail("Subject: Kettle").await;
    let reply = house.mail("Subject: Away\r\nIn-Reply-To: <1@example.com>\r\nAuto-Submitted: auto-replied").await;
    assert_eq!(reply.decision.kind, Some(Kind::AutoReply));
    assert_eq!(house.log_of("away"), ["1 add_note done"]);
    assert_eq!(reply.decision.status_before, reply.decision.status_after, "no status rule fires");
    house.folds();
}

#[tokio::test]
async fn only_records_for_which_the_filter_holds_enrol() {
    let mut only = definition(Trigger::RecordCreated, vec![note("x")]);
    only.filter = Some(Filter::Any(vec![is("source", "phone"), is("amount", "7")]));
    let house = House::with(vec![workflow("w", "deal", only)]).await;
    house.create("deal", "by hand", &[]).await;
    house.create("deal", "seven", &[("amount", "7.00")]).await;
    house.create_from("deal", "called", Source::Phone, &[]).await;
    assert_eq!(house.log_of("w").len(), 2);
    house.folds();
}

#[tokio::test]
async fn tickets_from_chat_are_left_out_unless_the_workflow_says_so() {
    let leaves = workflow("leaves", "ticket", definition(Trigger::RecordCreated, vec![note("x")]));
    let mut takes = definition(Trigger::RecordCreated, vec![note("x")]);
    takes.chat = true;
    let house = House::with(vec![leaves, workflow("takes", "ticket", takes)]).await;
    house.create_from("ticket", "One", Source::Chat, &[]).await;
    assert_eq!((house.log_of("leaves").len(), house.log_of("takes").len()), (0, 1));
    house.folds();
}

#[tokio::test]
async fn without_re_enrolment_a_record_enrols_once() {
    let mut once = definition(entered("sales", "asked"), vec![note("x")]);
    once.reenrol = false;
    let house = House::with(vec![workflow("w", "deal", once)]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    house.go(deal, "asked").await;
    assert_eq!(house.log_of("w").len(), 1);
    house.folds();
}

#[tokio::test]
async fn a_record_that_is_still_enrolled_does_not_enrol_again() {
    let waits = definition(entered("sales", "asked"), vec![delay("1 day"), note("x")]);
    let mut house = House::with(vec![workflow("w", "deal", waits)]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    house.go(deal, "asked").await;
    house.pass(2 * DAY).await;
    assert_eq!(house.log_of("w").iter().filter(|line| line.contains("add_note")).count(), 1);
    house.go(deal, "offered").await;
    house.go(deal, "asked").await;
    house.pass(2 * DAY).await;
    assert_eq!(
        house.log_of("w").iter().filter(|line| line.contains("add_note")).count(),
        2,
        "it may once it is through"
    );
    house.folds();
}

#[tokio::test]
async fn a_record_that_meets_the_goal_leaves_and_one_that_has_met_it_does_not_enrol() {
    let mut chase = definition(entered("sales", "offered"), vec![delay("3 days"), note("reminded")]);
    chase.goal = Some(is("amount", "100"));
    let mut house = House::with(vec![workflow("chase", "deal", chase)]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.go(deal, "offered").await;
    house.set(deal, "amount", "100").await;
    house.pass(4 * DAY).await;
    let other = house.create("deal", "Other", &[("amount", "100")]).await;
    house.go(other, "offered").await;
    house.pass(4 * DAY).await;
    assert_eq!(house.log_of("chase").len(), 1, "{:#?}", house.log());
    house.folds();
}

#[tokio::test]
async fn a_stage_may_be_the_goal_and_a_record_that_gets_there_by_any_way_leaves_before_anything_more_is_done() {
    let mut chase = definition(entered("sales", "offered"), vec![delay("3 days"), note("reminded"), delay("3 days")]);
    chase.goal = Some(is("stage", "won"));
    let moves = definition(Trigger::PropertyChanged { property: "amount".into(), to: None }, vec![set_stage("won")]);
    let mut house = House::with(vec![workflow("chase", "deal", chase), workflow("moves", "deal", moves)]).await;
    let (by_hand, by_workflow) = (house.create("deal", "One", &[]).await, house.create("deal", "Two", &[]).await);
    for deal in [by_hand, by_workflow] {
        house.go(deal, "offered").await;
    }
    house.go(by_hand, "won").await;
    house.set(by_workflow, "amount", "1").await;
    let state = |deal| house.engine.store().read(|tx| record_views::details(tx, deal)).unwrap().runs[0].state;
    assert_eq!((state(by_hand), state(by_workflow)), (RunState::Goal, RunState::Goal), "at once");
    house.pass(9 * DAY).await;
    assert!(!house.log().iter().any(|line| line.contains("add_note")), "{:#?}", house.log());
    house.folds();
}

#[tokio::test]
async fn people_enrol_records_and_take_them_out() {
    let by_hand = definition(Trigger::ByHand, vec![delay("1 day"), note("x")]);
    let mut house = House::with(vec![workflow("w", "deal", by_hand)]).await;
    let deal = house.create("deal", "One", &[]).await;
    house.enrol(deal, "w").await.unwrap();
    assert!(matches!(house.enrol(deal, "w").await, Err(Refusal::CannotEnrol { .. })));
    let ticket = house.create("ticket", "Two", &[]).await;
    assert!(matches!(house.enrol(ticket, "w").await, Err(Refusal::OtherObject { .. })));
    let order = ticketd::engine::WorkflowOrder::Unenrol { workflow: "w".into(), record: deal };
    house.order(ticketd::engine::Input::Workflow(order)).await.unwrap();
    house.pass(2 * DAY).await;
    assert_eq!(house.log_of("w").len(), 1, "{:#?}", house.log());
    house.folds();
}
