//! Weeks of delays, in the zone of the workflow, over the change of the clocks, and over restarts.

use ticketd::domain::*;
use ticketd::store::Store;

use super::house::*;

fn hours(blocked: &[&str]) -> Option<BusinessHours> {
    use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
    Some(BusinessHours {
        days: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
        from: "09:00".into(),
        until: "17:00".into(),
        blocked: blocked.iter().map(|day| day.to_string()).collect(),
    })
}

#[tokio::test]
async fn days_end_at_the_same_time_of_day_when_the_clocks_change_and_hours_are_as_long_as_they_are() {
    // The clocks of Amsterdam go forward on 29 March 2026.
    let days = workflow("days", "deal", definition(Trigger::RecordCreated, vec![delay("4 weeks"), note("x")]));
    let long = workflow("hours", "deal", definition(Trigger::RecordCreated, vec![delay("672 hours"), note("x")]));
    let mut house = House::with(vec![days, long]).await;
    house.create("deal", "One", &[]).await;
    assert_eq!(house.log_of("days")[0], "1 delay waiting (2026-03-30T07:00:00Z)");
    assert_eq!(house.log_of("hours")[0], "1 delay waiting (2026-03-30T08:00:00Z)");
    assert_eq!(house.pass(29 * DAY).await.len(), 2);
    house.folds();
}

#[tokio::test]
async fn an_action_outside_of_business_hours_waits_for_the_next_slot_and_delays_do_not() {
    // From Monday 09:00: 8 hours later the day is over, and Tuesday is blocked.
    let mut office = definition(Trigger::RecordCreated, vec![delay("8 hours"), note("x"), delay("1 hour"), note("y")]);
    office.hours = hours(&["2026-03-03"]);
    let mut house = House::with(vec![workflow("w", "deal", office)]).await;
    house.create("deal", "One", &[]).await;
    house.pass(7 * DAY).await;
    let expected = [
        "1 delay waiting (2026-03-02T16:00:00Z)",
        "1 delay done",
        "2 add_note waiting (2026-03-04T08:00:00Z)",
        "2 add_note done",
        "3 delay waiting (2026-03-04T09:00:00Z)",
        "3 delay done",
        "4 add_note done",
    ];
    assert_eq!(house.log_of("w"), expected);
    house.folds();
}

#[tokio::test]
async fn a_delay_ends_at_a_date_or_before_the_date_that_a_property_names_and_what_is_over_does_not_wait() {
    let date = Delay::UntilDate { date: "2026-03-10".into(), time: "08:30".into() };
    let before = |time: &str| Delay::UntilProperty {
        property: "close_date".into(),
        offset: Some("-3 days".parse().unwrap()),
        time: time.into(),
    };
    let actions = vec![Action::Delay { until: date }, Action::Delay { until: before("10:00") }];
    let again = vec![Action::Delay { until: before("10:00") }, note("x")];
    let both = definition(Trigger::RecordCreated, actions.into_iter().chain(again).collect());
    let mut house = House::with(vec![workflow("w", "deal", both)]).await;
    house.create("deal", "One", &[("close_date", "2026-03-20")]).await;
    house.create("deal", "No date", &[]).await;
    house.pass(30 * DAY).await;
    let log = house.log_of("w");
    assert_eq!(log[0], "1 delay waiting (2026-03-10T07:30:00Z)");
    assert_eq!(log.iter().filter(|line| *line == "2 delay waiting (2026-03-17T09:00:00Z)").count(), 1, "{log:#?}");
    assert_eq!(log.iter().filter(|line| *line == "3 delay done (over already)").count(), 2, "{log:#?}");
    assert_eq!(log.iter().filter(|line| *line == "4 add_note done").count(), 2, "{log:#?}");
    house.folds();
}

#[tokio::test]
async fn delays_survive_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let mut setup = setup();
    let actions = vec![delay("1 week"), note("x"), delay("1 week"), note("y")];
    setup.workflows = vec![workflow("w", "deal", definition(Trigger::RecordCreated, actions))];
    let mut house = House::on(Store::open(&path).unwrap(), &setup).await;
    house.create("deal", "One", &[]).await;
    for _ in 0..15 {
        let now = house.now;
        drop(house);
        house = House::on(Store::open(&path).unwrap(), &setup).await;
        house.now = now;
        house.pass(DAY).await;
    }
    let log = house.log_of("w");
    assert_eq!(log.iter().filter(|line| line.contains("add_note done")).count(), 2, "{log:#?}");
    house.folds();
}
