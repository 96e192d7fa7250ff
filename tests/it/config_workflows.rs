//! Objects, pipelines and workflows in the configuration file: every key means what docs/workflows.md says.

use std::collections::BTreeMap;

use ticketd::config::{self, Config};
use ticketd::domain::*;

use crate::support::root;

fn setup() -> Setup {
    let text = std::fs::read_to_string(root().join("fixtures/config/valid/workflows.toml")).unwrap();
    config::parse(&text).unwrap().setup
}

fn definition(name: &str) -> Definition {
    setup().workflow(name).unwrap().published.clone().unwrap()
}

fn is(property: &str, test: Test, values: &[&str]) -> Filter {
    let values = values.iter().map(|&value| value.to_owned()).collect();
    Filter::Is(Condition { property: property.to_owned(), test, values })
}

#[test]
fn objects_are_called_and_shaped_as_the_file_says_and_only_those_are_kept_that_are_not_built_in_so() {
    let setup = setup();
    let names: Vec<_> = setup.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names, ["deal", "subscription"]);
    let [deal, subscription] = setup.objects.as_slice() else { panic!() };
    assert_eq!((deal.singular.as_str(), deal.plural.as_str()), ("Opportunity", "Opportunities"));
    assert_eq!(deal.properties, BUILT_IN_OBJECTS[1].properties, "not said otherwise");
    assert_eq!((subscription.singular.as_str(), subscription.plural.as_str()), ("Subscription", "Subscriptions"));
    let kinds: Vec<_> =
        subscription.properties.iter().map(|found| (found.label.as_str(), found.kind.clone())).collect();
    let options = vec!["small".to_owned(), "large".to_owned()];
    assert_eq!(
        kinds,
        [
            ("Plan", PropertyKind::Choice { options }),
            ("Renewal date", PropertyKind::Date),
            ("Seats", PropertyKind::Number),
            ("Manager", PropertyKind::User),
            ("Cancelled", PropertyKind::Flag),
            ("Last seen", PropertyKind::Time),
            ("Remark", PropertyKind::Text),
        ]
    );
    let as_built_in = config::parse("[[object]]\nname = \"deal\"\nsingular = \"Deal\"\n").unwrap();
    assert_eq!(as_built_in.setup.objects, []);
    let bare = config::parse("[[object]]\nname = \"deal\"\nproperty = []\n").unwrap();
    assert_eq!(bare.setup.objects[0].properties, []);
}

#[test]
fn pipelines_are_for_any_object_and_the_built_in_one_stays_where_none_is_for_tickets() {
    let setup = setup();
    let all: Vec<_> = setup.pipelines.iter().map(|found| (found.name.as_str(), found.object.as_str())).collect();
    assert_eq!(all, [("support", "ticket"), ("sales", "deal"), ("customers", "subscription")]);
    assert_eq!(setup.mailboxes[0].pipeline, "support");
    let sales = setup.pipeline("sales").unwrap();
    let stages: Vec<_> =
        sales.stages.iter().map(|stage| (stage.state.as_str(), stage.probability, stage.archived)).collect();
    let expected =
        [("open", Some(30), false), ("open", None, true), ("won", Some(100), false), ("lost", Some(0), false)];
    assert_eq!(stages, expected);
    let off = TemplatedAutomation { on: false, target: String::new() };
    assert_eq!((&sales.on_send, &sales.on_reply, sales.reopen_within), (&off, &off, None));
    assert_eq!((setup.user("carol").unwrap().disabled, setup.user("bob").unwrap().disabled), (true, false));
}

#[test]
fn a_stage_automation_has_any_action_and_its_steps_stay_without_numbers_where_the_file_gives_none() {
    let setup = setup();
    let automation = &setup.pipeline("sales").unwrap().automations[0];
    let values = [("cancelled", "false"), ("plan", "small"), ("renewal", "2027-12-01"), ("seats", "5")];
    let properties = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let expected: [Action; 3] = [
        Action::SetProperty { property: "amount".into(), value: Some("1250.5".into()) },
        Action::Delay { until: Delay::For { span: "1 week".parse().unwrap() } },
        Action::CreateRecord {
            object: "subscription".into(),
            pipeline: Some("customers".into()),
            title: "{{ title }}".into(),
            properties: BTreeMap::from(properties),
        },
    ];
    assert_eq!(automation.actions, expected.map(Step::from));
}

#[test]
fn every_key_of_a_workflow_ends_up_where_it_belongs() {
    let setup = setup();
    let chase = setup.workflow("chase").unwrap();
    assert_eq!((chase.label.as_str(), chase.object.as_str(), chase.on), ("Chase the customer", "ticket", false));
    let found = chase.published.clone().unwrap();
    let (pipeline, stage) = ("support".to_owned(), "waiting_on_contact".to_owned());
    assert_eq!(found.trigger, Trigger::StageEntered { pipeline, stage }, "its only pipeline");
    let any = [
        is("source", Test::IsNot, &["phone"]),
        is("owner", Test::Is, &["alice"]),
        is("title", Test::Contains, &["urgent"]),
    ];
    let filter = Filter::All(vec![is("priority", Test::Is, &["medium", "high"]), Filter::Any(any.into())]);
    assert_eq!(found.filter, Some(filter));
    assert_eq!((found.chat, found.reenrol, found.time_zone.as_str()), (true, true, "Europe/Amsterdam"));
    assert_eq!(found.goal, Some(is("stage", Test::Is, &["closed"])));
    let hours = BusinessHours {
        days: vec![Weekday::Monday, Weekday::Tuesday],
        from: "09:00".into(),
        until: "24:00".into(),
        blocked: vec!["2026-12-25".into(), "2026-12-24..2027-01-02".into()],
    };
    assert_eq!(found.hours, Some(hours));
    let draft = chase.draft.clone().unwrap();
    let kinds = vec![Kind::CustomerReply, Kind::MailboxSend];
    assert_eq!((draft.trigger, draft.time_zone.as_str()), (Trigger::MessageArrived { kinds }, "UTC"));
    assert_eq!((draft.steps.len(), draft.chat, draft.reenrol, draft.hours), (0, false, false, None));
    let someday = setup.workflow("someday").unwrap();
    assert_eq!((&someday.published, someday.on), (&None, true));
    assert_eq!(someday.draft.as_ref().unwrap().trigger, Trigger::ByHand);
    assert_eq!(definition("greet").trigger, Trigger::RecordCreated);
}

#[test]
fn every_action_is_read_and_numbered_behind_those_that_have_numbers() {
    let found = definition("chase").steps;
    let numbers: Vec<i64> = Step::all(&found).iter().map(|step| step.id.0).collect();
    assert_eq!(numbers, [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    let title = || "Call about {{ title }}".to_owned();
    let expected = [
        Action::SendEmail { template: "ticket_received".into() },
        Action::Notify { template: "reply_not_delivered".into(), users: vec!["alice".into(), OWNER.into()] },
        Action::CreateTask { title: title(), user: Some(OWNER.into()), due: Some("2 days".parse().unwrap()) },
        Action::Delay { until: Delay::UntilDate { date: "2026-12-01".into(), time: "08:30".into() } },
        Action::SetStage { stage: "waiting_on_us".into() },
        Action::RotateOwner { users: vec!["alice".into(), "bob".into()] },
        Action::AddNote { text: "Nobody answered about {{ title }}.".into() },
        Action::Webhook { url: "https://example.com/hook".into(), secret: Some("crm".into()) },
    ];
    let actions: Vec<Action> = found.iter().map(|step| step.action.clone()).collect();
    assert_eq!(actions[..8], expected);
    let Action::Branch { ways, otherwise } = &actions[8] else { panic!("{actions:?}") };
    assert_eq!((ways[0].label.as_str(), &ways[0].when), ("urgent", &is("priority", Test::Is, &["high"])));
    assert_eq!(ways[0].steps[0].action, Action::SetProperty { property: "owner".into(), value: None });
    let Action::Branch { ways: inner, otherwise: last } = &ways[0].steps[1].action else { panic!("{ways:?}") };
    assert_eq!((inner[0].steps.len(), last[0].action.kind()), (0, ActionKind::SetStage));
    assert_eq!(otherwise[0].action, Action::Delay { until: Delay::For { span: "90 minutes".parse().unwrap() } });

    let renew = definition("renew");
    assert_eq!(renew.trigger, Trigger::PropertyChanged { property: "plan".into(), to: Some("large".into()) });
    assert_eq!(
        (renew.filter, renew.goal),
        (Some(is("renewal", Test::IsSet, &[])), Some(is("cancelled", Test::Is, &["true"])))
    );
    let until = |property: &str, offset: Option<&str>, time: &str| Action::Delay {
        until: Delay::UntilProperty {
            property: property.into(),
            offset: offset.map(|offset| offset.parse().unwrap()),
            time: time.into(),
        },
    };
    assert_eq!(renew.steps[0].action, until("renewal", Some("-30 days"), "10:00"));
    assert_eq!(renew.steps[1].action, until("last_seen", None, "09:00"));
}

#[test]
fn times_are_meant_in_the_zone_of_the_file_or_in_utc() {
    let text = "[[workflow]]\nname = \"a\"\ntrigger = { created = true }\nactions = []\n";
    let zone = |config: Config| config.setup.workflows[0].published.clone().unwrap().time_zone;
    assert_eq!(zone(config::parse(text).unwrap()), "UTC");
    assert_eq!(zone(config::parse(&format!("time_zone = \"Asia/Tokyo\"\n{text}")).unwrap()), "Asia/Tokyo");
}

/// What has no new feature is the same value as ever: its digest names decisions of before.
#[test]
fn a_setup_without_any_of_this_is_written_as_it_was_before_there_was_any() {
    let json = serde_json::to_string(&config::builtin().setup).unwrap();
    for new in ["object", "workflows", "\"id\"", "archived", "probability", "disabled"] {
        assert!(!json.contains(new), "{new}: {json}");
    }
}

#[test]
fn the_examples_of_the_documentation_are_right() {
    let text = std::fs::read_to_string(root().join("docs/workflows.md")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    let lines = lines.filter(|line| !line.starts_with("ticketd "));
    let examples: String = lines.map(|line| format!("{line}\n")).collect();
    assert_eq!(examples.matches("\n[[workflow]]").count(), 1);
    let around = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\
                  [[template]]\nname = \"reminder\"\ntext = [{ language = \"en\", subject = \"a\", text = \"b\" }]\n\
                  [[template]]\nname = \"deal_won\"\ntext = [{ language = \"en\", subject = \"a\", text = \"b\" }]\n\
                  [[pipeline]]\nname = \"delivery\"\nobject = \"project\"\nstage = [{ name = \"begun\" }]\n";
    // The pipeline's example is about three of its stages; the automation's belongs to it.
    let parsed = config::parse(&format!("{around}{examples}"));
    let setup = parsed.unwrap_or_else(|problems| panic!("{problems:#?}\n{around}{examples}")).setup;
    assert_eq!((setup.objects.len(), setup.workflows.len()), (1, 1));
    assert_eq!(setup.pipeline("sales").unwrap().automations.len(), 1);
}
