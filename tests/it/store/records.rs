use std::collections::BTreeMap;
use std::sync::Arc;

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{Engine, SetupOrder, refold};
use ticketd::store::record_views::{self, LogFilter, RecordFilter};
use ticketd::store::{Store, journal};

use super::empty;

const NOW: Timestamp = Timestamp(1_770_000_000_000);

/// Tickets begin with a task and a note; what is set and moved is asked of the database afterwards.
fn setup() -> Setup {
    let mut setup = config::builtin().setup;
    setup.users.push(UserSetup {
        name: "alice".into(),
        display_name: "Alice".into(),
        addresses: EmailAddress::parse("alice@example.org").into_iter().collect(),
        roles: vec![Role::SuperAdmin],
        disabled: false,
    });
    setup.pipelines[0].automations[0].actions = vec![
        Action::CreateTask { title: "Call".into(), user: Some("alice".into()), due: None }.into(),
        Action::SetProperty { property: "priority".into(), value: Some("low".into()) }.into(),
    ];
    setup
}

/// Two tickets, of which the first has got another priority.
async fn desk(store: &Store) -> [RecordId; 2] {
    let engine = Engine::start(store.clone(), Origin::Live, &setup(), NOW).await.unwrap();
    let mut made = Vec::new();
    for title in ["One", "Two"] {
        let request = CreateRequest {
            object: TICKET.into(),
            pipeline: None,
            stage: None,
            source: Source::Phone,
            properties: BTreeMap::new(),
            companies: vec!["Acme".into()],
        };
        let draft = Draft { subject: Some(title.into()), ..Draft::default() };
        let outcome = engine.create_record(NOW, Some("alice"), request, draft).await.unwrap();
        made.push(outcome.decision.ticket.unwrap());
    }
    let high = [("priority".to_owned(), Some("high".to_owned()))].into();
    engine.set_properties(NOW.plus(DAY), Some("alice"), made[0], high).await.unwrap();
    made.try_into().unwrap()
}

#[tokio::test]
async fn records_are_found_by_what_they_are_and_have() {
    let Some(store) = empty() else { return };
    let [one, two] = desk(&store).await;
    let found = |filter: RecordFilter| -> Vec<RecordId> {
        store.read(|tx| record_views::records(tx, &filter, 10)).unwrap().iter().map(|record| record.id).collect()
    };
    let all = RecordFilter::default;
    assert_eq!(found(all()), [two, one]);
    assert_eq!(found(RecordFilter { values: [("priority".into(), "low".into())].into(), ..all() }), [two]);
    let (object, pipeline, stage) = (Some("ticket".into()), Some("support".into()), Some("new".into()));
    assert_eq!(found(RecordFilter { object, pipeline, stage, ..all() }), [two, one]);
    assert!(found(RecordFilter { object: Some("deal".into()), ..all() }).is_empty());
    store
        .read(|tx| {
            assert_eq!(record_views::ticket_numbers(tx, &[one, two])?, [(one, 1), (two, 2)].into());
            assert_eq!(record_views::in_stage(tx, "support", "new")?, [one, two]);
            assert_eq!(record_views::counts_by_object(tx)?, [("ticket".to_owned(), 2)].into());
            let priority = ("ticket".to_owned(), "priority".to_owned());
            let occupied = record_views::occupied(tx, std::slice::from_ref(&priority))?;
            assert_eq!(occupied.pipelines["support"]["new"], 2);
            assert_eq!(occupied.values[&priority], [("high".to_owned(), 1), ("low".to_owned(), 1)].into());
            assert_eq!(record_views::titled(tx, "One")?[0].id, one);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn what_a_record_has_and_what_happened_to_it_is_read_together() {
    let Some(store) = empty() else { return };
    let [one, two] = desk(&store).await;
    let details = store.read(|tx| record_views::details(tx, one)).unwrap();
    assert_eq!((details.properties[0].value.as_str(), details.companies[0].name.as_str()), ("high", "Acme"));
    let changes: Vec<_> = details.changes.iter().map(|it| (it.set.after.as_deref(), it.by_workflow)).collect();
    assert_eq!(changes, [(Some("low"), true), (Some("high"), false)]);
    assert_eq!((details.actions.len(), details.enrolments.len(), details.tasks.len()), (2, 1, 1));
    store
        .read(|tx| {
            let alice = details.tasks[0].assignee;
            assert_eq!(record_views::tasks(tx, alice, None, false, 10)?.len(), 2);
            assert_eq!(record_views::tasks(tx, alice, Some(two), true, 10)?.len(), 1);
            assert_eq!(record_views::tasks(tx, Some(UserId(0)), None, true, 10)?, []);
            assert_eq!(record_views::task(tx, details.tasks[0].id)?.as_ref(), Some(&details.tasks[0]));
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn the_journal_gives_changes_backwards_by_user_time_and_record() {
    let Some(store) = empty() else { return };
    let [one, two] = desk(&store).await;
    let kinds = |filter: LogFilter, before: i64, limit: i64| -> Vec<String> {
        let found = store.read(|tx| record_views::changes(tx, &filter, EventSeq(before), limit)).unwrap();
        found.into_iter().map(|logged| logged.event.kind).collect()
    };
    let all = LogFilter::default;
    assert_eq!(kinds(all(), i64::MAX, 10), ["set", "create", "create", "setup"]);
    assert_eq!(kinds(all(), i64::MAX, 2), ["set", "create"]);
    assert_eq!(kinds(all(), 3, 10), ["create", "setup"]);
    assert_eq!(kinds(LogFilter { record: Some(one), ..all() }, i64::MAX, 10), ["set", "create"]);
    assert_eq!(kinds(LogFilter { record: Some(two), ..all() }, i64::MAX, 10), ["create"]);
    assert_eq!(kinds(LogFilter { since: Some(NOW.plus(1)), ..all() }, i64::MAX, 10), ["set"]);
    assert_eq!(kinds(LogFilter { user: Some(UserId(0)), ..all() }, i64::MAX, 10), [""; 0]);
}

#[tokio::test]
async fn the_records_of_an_archived_stage_move_in_the_event_that_archives_it_and_fold_the_same() {
    let Some(store) = empty() else { return };
    let records = desk(&store).await;
    let engine = Engine::resume(store.clone(), Origin::Live).unwrap();
    let (mut after, revision) =
        store.read(|tx| Ok((journal::current_setup(tx)?.unwrap(), journal::current_digest(tx)?))).unwrap();
    after.pipelines[0].automations.clear();
    after.pipelines[0].stages[0].archived = true;
    let moves = vec![StageMove { pipeline: "support".into(), from: "new".into(), to: "closed".into() }];
    let order = SetupOrder { setup: Arc::new(after), based_on: revision, moves };
    let seq = engine.change_setup(NOW.plus(2 * DAY), None, order).await.unwrap().seq;
    let changes = store.read(|tx| record_views::stage_changes_of(tx, seq)).unwrap();
    let moved: Vec<_> = changes.iter().map(|change| (change.record, change.cause)).collect();
    assert_eq!(moved, records.map(|record| (record, StageCause::Archived)));
    assert!(store.read(|tx| record_views::in_stage(tx, "support", "new")).unwrap().is_empty());
    drop(engine);
    assert!(refold(&store, |_| ()).unwrap().differences.is_empty());
}
