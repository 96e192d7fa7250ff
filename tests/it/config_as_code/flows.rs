//! Objects, stage automations and workflows of all shapes that a file can say about a setup.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::Union;
use ticketd::domain::*;
use ticketd::workflow::numbered;

use super::generated::text;

/// Objects that are not as they are built in: built-in ones first.
pub fn objects() -> impl Strategy<Value = Vec<ObjectSetup>> {
    let own = prop::collection::vec(object("own"), 0..3);
    let ticket = prop::option::of(object(TICKET));
    let deal = prop::option::of(object(DEAL));
    (ticket, deal, own).prop_map(|(ticket, deal, own)| {
        let own = own.into_iter().enumerate().map(|(n, own)| ObjectSetup { name: format!("own_{n}"), ..own });
        ticket.into_iter().chain(deal).chain(own).collect()
    })
}

fn object(name: &'static str) -> impl Strategy<Value = ObjectSetup> {
    let options = subsequence(vec!["low", "a \"b\"", "é", "high"], 1..4);
    let choice =
        options.prop_map(|some| PropertyKind::Choice { options: some.into_iter().map(str::to_owned).collect() });
    let kind = prop_oneof![
        select(vec![
            PropertyKind::Text,
            PropertyKind::Number,
            PropertyKind::Flag,
            PropertyKind::Date,
            PropertyKind::Time,
            PropertyKind::User,
        ]),
        choice,
    ];
    let properties = prop::collection::vec((text(), kind), 0..4);
    (text(), text(), properties).prop_map(move |(singular, plural, properties)| {
        let properties = properties.into_iter().enumerate();
        let properties = properties.map(|(n, (label, kind))| PropertySetup { name: format!("p_{n}"), label, kind });
        ObjectSetup { name: name.to_owned(), singular, plural, properties: properties.collect() }
    })
}

/// What may be named where.
#[derive(Clone)]
struct Scope {
    setup: Setup,
    object: String,
    pipeline: Option<String>,
}

impl Scope {
    fn object(&self) -> ObjectSetup {
        self.setup.object(&self.object).unwrap().clone()
    }

    fn pipelines(&self) -> Vec<Pipeline> {
        let all = self.setup.pipelines.iter().filter(|found| found.object == self.object);
        all.filter(|found| self.pipeline.as_ref().is_none_or(|only| *only == found.name)).cloned().collect()
    }

    /// Names of stages, with or without the archived ones.
    fn stages(&self, archived: bool) -> Vec<String> {
        let stages = self.pipelines().into_iter().flat_map(|pipeline| pipeline.stages);
        stages.filter(|stage| archived || !stage.archived).map(|stage| stage.name).collect()
    }

    fn users(&self) -> Vec<String> {
        self.setup.users.iter().map(|user| user.name.clone()).collect()
    }

    fn users_and_owner(&self) -> Vec<String> {
        self.users().into_iter().chain([OWNER.to_owned()]).collect()
    }

    /// Templates that an action can use.
    fn templates(&self) -> Vec<String> {
        let all = self.setup.templates.iter().map(|template| template.name.clone());
        all.filter(|name| ![SEND_NOT_DELIVERED, DIGEST_TEMPLATE].contains(&name.as_str())).collect()
    }

    fn properties(&self, settable: bool) -> Vec<(String, PropertyKind)> {
        let object = self.object();
        let is_settable = |name: &str| name.parse::<CommonProperty>().map_or(true, CommonProperty::is_settable);
        let names = object.property_names().filter(|name| !settable || is_settable(name));
        names.map(|name| (name.to_owned(), object.property(name).unwrap())).collect()
    }

    /// A canonical value; `None`: there is nothing that it could be.
    fn value(&self, property: &str, kind: &PropertyKind) -> Option<BoxedStrategy<String>> {
        let one_of = |names: Vec<String>| (!names.is_empty()).then(|| select(names).boxed());
        match (property.parse::<CommonProperty>(), kind) {
            (Ok(CommonProperty::Stage), _) => one_of(self.stages(true)),
            (Ok(CommonProperty::Pipeline), _) => {
                one_of(self.pipelines().into_iter().map(|pipeline| pipeline.name).collect())
            }
            (_, PropertyKind::User) => one_of(self.users()),
            (_, PropertyKind::Choice { options }) => one_of(options.clone()),
            (_, PropertyKind::Flag) => one_of(vec!["true".to_owned(), "false".to_owned()]),
            (_, PropertyKind::Text) => Some(placeless().prop_map(|text| text.trim().to_owned()).boxed()),
            (_, kind) => {
                let kind = kind.clone();
                let text = (any::<i32>(), 1..28_u8).prop_map(move |(number, day)| {
                    let text = match kind {
                        PropertyKind::Number => format!("{number}.{day}"),
                        PropertyKind::Date => format!("2027-02-{day:02}"),
                        _ => format!("2027-02-{day:02}T10:00:00+01:00"),
                    };
                    kind.canonical(&text).unwrap()
                });
                Some(text.boxed())
            }
        }
    }
}

/// A text in which no property is named.
fn placeless() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace('{', "("))
}

fn filled() -> impl Strategy<Value = String> {
    (placeless(), any::<bool>()).prop_map(|(text, named)| if named { format!("{text} {{{{ title }}}}") } else { text })
}

fn filter(scope: &Scope) -> BoxedStrategy<Filter> {
    let scope = scope.clone();
    let one = select(scope.properties(false)).prop_flat_map(move |(property, kind)| {
        let mut tests = vec![Just((Test::IsSet, Vec::new())).boxed(), Just((Test::IsNotSet, Vec::new())).boxed()];
        if let Some(value) = scope.value(&property, &kind) {
            let values = prop::collection::vec(value.clone(), 1..3);
            tests.push((select(vec![Test::Is, Test::IsNot]), values.clone()).boxed());
            match kind {
                PropertyKind::Text => tests.push((Just(Test::Contains), values).boxed()),
                PropertyKind::Number | PropertyKind::Date | PropertyKind::Time => {
                    let limit = prop::collection::vec(value, 1);
                    tests.push((select(vec![Test::Above, Test::Below]), limit).boxed());
                }
                _ => {}
            }
        }
        Union::new(tests)
            .prop_map(move |(test, values)| Filter::Is(Condition { property: property.clone(), test, values }))
    });
    one.prop_recursive(2, 6, 3, |inner| {
        let some = prop::collection::vec(inner, 1..3);
        prop_oneof![some.clone().prop_map(Filter::All), some.prop_map(Filter::Any)]
    })
    .boxed()
}

fn span() -> impl Strategy<Value = Span> {
    (1..500_i64, select(SpanUnit::ALL)).prop_map(|(count, unit)| Span { count, unit })
}

fn delay(scope: &Scope) -> BoxedStrategy<Delay> {
    let time = select(vec!["00:00".to_owned(), "09:00".to_owned(), "23:59".to_owned()]);
    let mut delays = vec![
        span().prop_map(|span| Delay::For { span }).boxed(),
        time.clone().prop_map(|time| Delay::UntilDate { date: "2026-12-01".to_owned(), time }).boxed(),
    ];
    let is_time = |kind: &PropertyKind| matches!(kind, PropertyKind::Date | PropertyKind::Time);
    let properties: Vec<_> = scope.properties(false).into_iter().filter(|(_, kind)| is_time(kind)).collect();
    let offset = prop::option::of(
        (span(), any::<bool>())
            .prop_map(|(span, before)| Span { count: if before { -span.count } else { span.count }, ..span }),
    );
    let until = (select(properties), offset, time);
    delays
        .push(until.prop_map(|((property, _), offset, time)| Delay::UntilProperty { property, offset, time }).boxed());
    Union::new(delays).boxed()
}

/// An action that is no branch.
fn action(scope: &Scope) -> BoxedStrategy<Action> {
    let users = subsequence(scope.users_and_owner(), 1..=scope.users().len() + 1);
    let user = prop::option::of(select(scope.users_and_owner()));
    let secret = prop::option::of(Just("crm".to_owned()));
    let mut actions = vec![
        select(scope.templates()).prop_map(|template| Action::SendEmail { template }).boxed(),
        (select(scope.templates()), users).prop_map(|(template, users)| Action::Notify { template, users }).boxed(),
        (filled(), user, prop::option::of(span()))
            .prop_map(|(title, user, due)| Action::CreateTask { title, user, due })
            .boxed(),
        delay(scope).prop_map(|until| Action::Delay { until }).boxed(),
        filled().prop_map(|text| Action::AddNote { text: format!("{text}\n-- ") }).boxed(),
        secret.prop_map(|secret| Action::Webhook { url: "https://example.com:8443/a?b=c".to_owned(), secret }).boxed(),
    ];
    if !scope.users().is_empty() {
        let users = subsequence(scope.users(), 1..=scope.users().len()).prop_shuffle();
        actions.push(users.prop_map(|users| Action::RotateOwner { users }).boxed());
    }
    let stages = scope.stages(false);
    if !stages.is_empty() {
        actions.push(select(stages).prop_map(|stage| Action::SetStage { stage }).boxed());
    }
    actions.push(set_property(scope));
    actions.push(create_record(scope));
    Union::new(actions).boxed()
}

fn set_property(scope: &Scope) -> BoxedStrategy<Action> {
    let settable = scope.properties(true);
    let cleared =
        select(settable.iter().map(|(name, _)| name.clone()).filter(|name| name != "title").collect::<Vec<_>>());
    let set = settable.into_iter().filter_map(|(property, kind)| {
        let value = scope.value(&property, &kind)?;
        let set = value.prop_map(move |value| Action::SetProperty { property: property.clone(), value: Some(value) });
        Some(set.boxed())
    });
    let cleared = cleared.prop_map(|property| Action::SetProperty { property, value: None }).boxed();
    Union::new(set.chain([cleared])).boxed()
}

fn create_record(scope: &Scope) -> BoxedStrategy<Action> {
    let setup = scope.setup.clone();
    let with_pipeline: Vec<(String, String)> =
        setup.pipelines.iter().map(|pipeline| (pipeline.object.clone(), pipeline.name.clone())).collect();
    let made = (select(with_pipeline), any::<bool>(), filled());
    made.prop_flat_map(move |((object, pipeline), named, title)| {
        let made = Scope { setup: setup.clone(), object: object.clone(), pipeline: None };
        let properties = made.properties(true).into_iter().filter(|(name, _)| name != "title");
        let mut values = Just(BTreeMap::new()).boxed();
        for (name, kind) in properties {
            let Some(value) = made.value(&name, &kind) else { continue };
            values = (values, prop::option::of(value))
                .prop_map(move |(mut values, value)| {
                    values.extend(value.map(|value| (name.clone(), value)));
                    values
                })
                .boxed();
        }
        let pipeline = Some(pipeline).filter(|_| named);
        values.prop_map(move |properties| Action::CreateRecord {
            object: object.clone(),
            pipeline: pipeline.clone(),
            title: title.clone(),
            properties,
        })
    })
    .boxed()
}

/// Steps without numbers; `deep`: so many branches in each other.
fn steps(scope: &Scope, deep: u32) -> BoxedStrategy<Vec<Step>> {
    let plain = prop::collection::vec(action(scope).prop_map(Step::from), 0..3);
    if deep == 0 {
        return plain.boxed();
    }
    let way = (filter(scope), steps(scope, deep - 1));
    let branch = (prop::collection::vec(way, 1..3), steps(scope, deep - 1)).prop_map(|(ways, otherwise)| {
        let ways =
            ways.into_iter().enumerate().map(|(n, (when, steps))| Way { label: format!("way \"{n}\""), when, steps });
        Step::from(Action::Branch { ways: ways.collect(), otherwise })
    });
    (plain, prop::option::of(branch))
        .prop_map(|(mut steps, branch)| {
            steps.extend(branch);
            steps
        })
        .boxed()
}

/// The automations of each pipeline.
pub fn automations(setup: &Setup) -> BoxedStrategy<Vec<Vec<StageAutomation>>> {
    let mut all = Just(Vec::new()).boxed();
    for pipeline in &setup.pipelines {
        let scope =
            Scope { setup: setup.clone(), object: pipeline.object.clone(), pipeline: Some(pipeline.name.clone()) };
        let some = (select(scope.stages(false)), any::<[bool; 4]>(), steps(&scope, 1));
        let automations = prop::collection::vec(some, 0..3).prop_map(|some| {
            let some = some.into_iter().enumerate().map(|(n, (stage, [on, reenrol, chat, has_numbers], steps))| {
                let actions = if has_numbers { numbered(&steps) } else { steps };
                StageAutomation { name: format!("automation_{n}"), stage, on, reenrol, chat, actions }
            });
            some.collect::<Vec<_>>()
        });
        all = (all, automations)
            .prop_map(|(mut all, automations): (Vec<_>, Vec<StageAutomation>)| {
                all.push(automations);
                all
            })
            .boxed();
    }
    all
}

fn trigger(scope: &Scope) -> BoxedStrategy<Trigger> {
    let mut triggers = vec![Just(Trigger::RecordCreated).boxed(), Just(Trigger::ByHand).boxed()];
    for (property, kind) in scope.properties(true) {
        let to = scope.value(&property, &kind).map_or(Just(None).boxed(), |value| prop::option::of(value).boxed());
        triggers.push(to.prop_map(move |to| Trigger::PropertyChanged { property: property.clone(), to }).boxed());
    }
    for pipeline in scope.pipelines() {
        let stages: Vec<String> =
            pipeline.stages.iter().filter(|stage| !stage.archived).map(|stage| stage.name.clone()).collect();
        let entered = select::<String>(stages);
        triggers.push(
            entered.prop_map(move |stage| Trigger::StageEntered { pipeline: pipeline.name.clone(), stage }).boxed(),
        );
    }
    if scope.object == TICKET {
        let kinds = subsequence(Kind::ALL.to_vec(), 1..4);
        triggers.push(kinds.prop_map(|kinds| Trigger::MessageArrived { kinds }).boxed());
    }
    Union::new(triggers).boxed()
}

fn hours() -> impl Strategy<Value = BusinessHours> {
    let blocked = subsequence(vec!["2026-12-25".to_owned(), "2026-12-24..2027-01-02".to_owned()], 0..=2);
    let times = select(vec![("09:00", "17:30"), ("00:00", "24:00"), ("08:15", "08:16")]);
    (subsequence(Weekday::ALL.to_vec(), 1..=7), times, blocked).prop_map(|(days, (from, until), blocked)| {
        BusinessHours { days, from: from.to_owned(), until: until.to_owned(), blocked }
    })
}

fn definition(scope: &Scope) -> BoxedStrategy<Definition> {
    let scope = scope.clone();
    let zone = select(vec!["UTC".to_owned(), "Europe/Amsterdam".to_owned()]);
    let rest = (any::<[bool; 2]>(), zone, prop::option::of(hours()));
    (trigger(&scope), rest)
        .prop_flat_map(move |(trigger, ([chat, reenrol], time_zone, hours))| {
            let pipeline = match &trigger {
                Trigger::StageEntered { pipeline, .. } => Some(pipeline.clone()),
                _ => None,
            };
            let scope = Scope { pipeline, ..scope.clone() };
            let parts = (prop::option::of(filter(&scope)), prop::option::of(filter(&scope)), steps(&scope, 2));
            parts.prop_map(move |(filter, goal, steps)| Definition {
                trigger: trigger.clone(),
                filter,
                chat,
                reenrol,
                goal,
                time_zone: time_zone.clone(),
                hours: hours.clone(),
                steps: numbered(&steps),
            })
        })
        .boxed()
}

/// Workflows of any object, with and without a draft.
pub fn workflows(setup: &Setup) -> BoxedStrategy<Vec<Workflow>> {
    let objects: Vec<String> = setup.objects().map(|object| object.name.clone()).collect();
    let setup = setup.clone();
    let one = (select(objects), text(), any::<bool>()).prop_flat_map(move |(object, label, on)| {
        let scope = Scope { setup: setup.clone(), object: object.clone(), pipeline: None };
        let both = (prop::option::of(definition(&scope)), prop::option::of(definition(&scope)));
        both.prop_filter("one of them", |(published, draft)| published.is_some() || draft.is_some()).prop_map(
            move |(published, draft)| {
                let (object, label) = (object.clone(), label.clone());
                Workflow { name: String::new(), label, object, on, published, draft }
            },
        )
    });
    let several = prop::collection::vec(one, 0..3);
    let named = several.prop_map(|all| {
        let all = all.into_iter().enumerate();
        all.map(|(n, workflow)| Workflow { name: format!("workflow_{n}"), ..workflow }).collect()
    });
    named.boxed()
}
