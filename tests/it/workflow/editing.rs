//! Edits of the tree of steps, against a model that knows no tree: the set of ways that a record can go.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use ticketd::domain::*;
use ticketd::workflow::{self, At, Deletion, EditError, Edited};

use crate::support::full;

/// What a record comes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Met {
    Step(i64),
    /// A branch, and the way that it went there.
    Way(i64, Option<&'static str>),
}

impl Met {
    fn id(&self) -> i64 {
        match self {
            Met::Step(id) | Met::Way(id, _) => *id,
        }
    }
}

/// Every way through the steps, from the beginning to an end.
type Ways = BTreeSet<Vec<Met>>;

/// The labels that ways have here.
const LABELS: [&str; 2] = ["a", "b"];

fn ways_of(steps: &[Step]) -> Ways {
    let Some((step, rest)) = steps.split_first() else { return Ways::from([Vec::new()]) };
    let id = step.id.0;
    let behind = |met: Met, steps: &[Step]| -> Vec<Vec<Met>> {
        ways_of(steps).into_iter().map(|way| [vec![met.clone()], way].concat()).collect()
    };
    match &step.action {
        Action::Branch { ways, otherwise } => {
            assert!(rest.is_empty(), "a branch is the last of its steps: {steps:#?}");
            let label = |way: &Way| LABELS.into_iter().find(|label| *label == way.label);
            let mut all: Ways = behind(Met::Way(id, None), otherwise).into_iter().collect();
            all.extend(ways.iter().flat_map(|way| behind(Met::Way(id, label(way)), &way.steps)));
            all
        }
        _ => behind(Met::Step(id), rest).into_iter().collect(),
    }
}

/// Where `at` is on a way: how much comes before it.
fn place(way: &[Met], at: &At) -> Option<usize> {
    let met = |wanted: &Met| way.iter().position(|met| met == wanted).map(|before| before + 1);
    match at {
        At::First => Some(0),
        At::After(id) => met(&Met::Step(id.0)),
        At::Way { branch, way } => {
            let label = way.as_ref().map(|way| LABELS.into_iter().find(|label| label == way).unwrap());
            met(&Met::Way(branch.0, label))
        }
    }
}

/// Puts what begins with `new` (its ways on from there) in: what was behind goes on at the end of its default ways.
fn with(ways: &Ways, at: &At, new: &Ways) -> Ways {
    let is_default = |way: &[Met]| way.iter().all(|met| !matches!(met, Met::Way(_, Some(_))));
    let mut all = Ways::new();
    for way in ways {
        let Some(before) = place(way, at) else {
            all.insert(way.clone());
            continue;
        };
        let (before, behind) = way.split_at(before);
        for inside in new {
            let behind = if is_default(inside) { behind } else { &[] };
            all.insert([before, inside, behind].concat());
        }
    }
    all
}

fn without(ways: &Ways, id: i64, how: Deletion) -> Ways {
    let cut = |way: &Vec<Met>| match (way.iter().position(|met| met.id() == id), how) {
        (None, _) => Some(way.clone()),
        (Some(at), Deletion::AndFollowing) => Some(way[..at].to_vec()),
        (Some(at), Deletion::ThisOnly) => match way[at] {
            Met::Way(_, Some(_)) => None,
            _ => Some([&way[..at], &way[at + 1..]].concat()),
        },
    };
    ways.iter().filter_map(cut).collect()
}

/// A step with all that is on its ways, in another place.
fn moved(ways: &Ways, id: i64, at: &At) -> Ways {
    let is_it = |met: &Met| met.id() == id;
    let branch = ways.iter().flatten().any(|met| matches!(met, Met::Way(branch, _) if *branch == id));
    if !branch {
        return with(&without(ways, id, Deletion::ThisOnly), at, &Ways::from([vec![Met::Step(id)]]));
    }
    let inside = ways.iter().filter_map(|way| Some(way[way.iter().position(is_it)?..].to_vec())).collect();
    with(&without(ways, id, Deletion::AndFollowing), at, &inside)
}

#[derive(Debug, Clone)]
enum Order {
    Add { at: Index, branch: Option<usize> },
    Set { id: Index },
    Move { id: Index, at: Index },
    Delete { id: Index, following: bool },
}

fn order() -> impl Strategy<Value = Order> {
    let branch = prop::option::weighted(0.3, 1..=LABELS.len());
    let add = (any::<Index>(), branch).prop_map(|(at, branch)| Order::Add { at, branch });
    prop_oneof![
        5 => add,
        1 => any::<Index>().prop_map(|id| Order::Set { id }),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(id, at)| Order::Move { id, at }),
        2 => (any::<Index>(), prop::bool::weighted(0.3)).prop_map(|(id, following)| Order::Delete { id, following }),
    ]
}

fn note(text: &str) -> Action {
    Action::AddNote { text: text.to_owned() }
}

fn branch(ways: usize) -> Action {
    let way = |label: &&str| Way { label: (*label).to_owned(), when: Filter::All(Vec::new()), steps: Vec::new() };
    Action::Branch { ways: LABELS[..ways].iter().map(way).collect(), otherwise: Vec::new() }
}

/// Every place of the tree that something can be put at.
fn places(steps: &[Step]) -> Vec<At> {
    let mut all = vec![At::First];
    for step in Step::all(steps) {
        match &step.action {
            Action::Branch { ways, .. } => {
                let labels = ways.iter().map(|way| Some(way.label.clone())).chain([None]);
                all.extend(labels.map(|way| At::Way { branch: step.id, way }));
            }
            _ => all.push(At::After(step.id)),
        }
    }
    all
}

fn ids(steps: &[Step]) -> BTreeSet<i64> {
    Step::all(steps).iter().map(|step| step.id.0).collect()
}

fn definition(steps: &[Step]) -> Definition {
    Definition {
        trigger: Trigger::ByHand,
        filter: None,
        chat: false,
        reenrol: false,
        goal: None,
        time_zone: "UTC".into(),
        hours: None,
        steps: steps.to_vec(),
    }
}

/// Carries the order out on the tree and on the model. `None`: there is nothing that it could be about.
fn carry_out(steps: &[Step], order: &Order, free: StepId) -> Option<(Vec<Step>, Ways)> {
    let ways = ways_of(steps);
    let all = Step::all(steps);
    let some = |index: &Index| (!all.is_empty()).then(|| *index.get(&all));
    match order {
        Order::Add { at, branch: None } => {
            let at = at.get(&places(steps)).clone();
            let after = workflow::add(steps, &at, note("new"), free).unwrap();
            Some((after, with(&ways, &at, &Ways::from([vec![Met::Step(free.0)]]))))
        }
        Order::Add { at, branch: Some(n) } => {
            let at = at.get(&places(steps)).clone();
            let after = workflow::add(steps, &at, branch(*n), free).unwrap();
            let labels = LABELS[..*n].iter().copied().map(Some).chain([None]);
            let new = labels.map(|label| vec![Met::Way(free.0, label)]).collect();
            Some((after, with(&ways, &at, &new)))
        }
        Order::Set { id } => {
            let step = some(id)?;
            let action = match &step.action {
                Action::Branch { .. } => step.action.clone(),
                _ => note("other"),
            };
            let after = workflow::set(steps, step.id, action.clone(), free).unwrap();
            assert_eq!(workflow::locate(&after, step.id).unwrap().step.action, action);
            Some((after, ways))
        }
        Order::Move { id, at } => {
            let step = some(id)?;
            let at = at.get(&places(steps)).clone();
            let inside = ids(std::slice::from_ref(step));
            let goal = match &at {
                At::First => None,
                At::After(id) | At::Way { branch: id, .. } => Some(id.0),
            };
            let after = workflow::move_to(steps, step.id, &at);
            if goal.is_some_and(|goal| inside.contains(&goal)) {
                assert_eq!(after, Err(EditError::IntoItself(step.id)));
                return None;
            }
            Some((after.unwrap(), moved(&ways, step.id.0, &at)))
        }
        Order::Delete { id, following } => {
            let step = some(id)?;
            let how = if *following { Deletion::AndFollowing } else { Deletion::ThisOnly };
            let after = workflow::delete(steps, step.id, how).unwrap();
            // What the page says before is what happens.
            let lost = workflow::lost(steps, step.id, how).unwrap();
            let told: BTreeSet<i64> = lost.iter().flat_map(|lost| ids(&lost.steps)).chain([step.id.0]).collect();
            assert_eq!(told, &ids(steps) - &ids(&after));
            Some((after, without(&ways, step.id.0, how)))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if full() { 20_000 } else { 500 }, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn random_edits_leave_a_valid_tree_that_goes_the_ways_of_the_model(orders in prop::collection::vec(order(), 1..30)) {
        let mut steps: Vec<Step> = Vec::new();
        let mut given = BTreeSet::new();
        for order in &orders {
            let free = StepId(given.last().copied().unwrap_or(0) + 1);
            let Some((after, model)) = carry_out(&steps, order, free) else { continue };
            prop_assert_eq!(&ways_of(&after), &model, "{:?}\n{:#?}", order, &after);
            let now = ids(&after);
            prop_assert_eq!(now.len(), Step::all(&after).len(), "numbers are unique");
            let new = &now - &ids(&steps);
            prop_assert!(new.is_disjoint(&given), "a number is never used again: {:?}", new);
            given.extend(new.iter().copied());

            let edits = workflow::edits(&definition(&steps), &definition(&after));
            prop_assert_eq!(edits.is_empty(), steps == after, "{:?}", edits);
            let added: BTreeSet<i64> = edits.iter().filter_map(|edit| match edit {
                Edited::Added { id, .. } => Some(id.0),
                _ => None,
            }).collect();
            let removed: BTreeSet<i64> = edits.iter().filter_map(|edit| match edit {
                Edited::Removed { id, .. } => Some(id.0),
                _ => None,
            }).collect();
            prop_assert_eq!((added, removed), (new, &ids(&steps) - &now));
            steps = after;
        }
    }
}

/// `1, 2, branch 3 (a: 4; otherwise: 5)`
fn example() -> Vec<Step> {
    let mut steps = Vec::new();
    for (at, action) in [
        (At::First, note("one")),
        (At::After(StepId(1)), note("two")),
        (At::After(StepId(2)), branch(1)),
        (At::Way { branch: StepId(3), way: Some("a".into()) }, note("four")),
        (At::Way { branch: StepId(3), way: None }, note("five")),
    ] {
        steps = workflow::add(&steps, &at, action, workflow::next_free(&steps)).unwrap();
    }
    steps
}

fn shown(steps: &[Step]) -> String {
    let shown = steps.iter().map(|step| match &step.action {
        Action::Branch { ways, otherwise } => {
            let ways: String = ways.iter().map(|way| format!("{}: {}; ", way.label, shown(&way.steps))).collect();
            format!("branch {} ({ways}otherwise: {})", step.id, shown(otherwise))
        }
        _ => step.id.to_string(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn deleting_this_only_moves_up_what_follows_and_leaves_the_default_way_of_a_branch() {
    let steps = example();
    let delete = |id| shown(&workflow::delete(&steps, StepId(id), Deletion::ThisOnly).unwrap());
    assert_eq!(delete(1), "2, branch 3 (a: 4; otherwise: 5)");
    assert_eq!(delete(3), "1, 2, 5");
    let lost = workflow::lost(&steps, StepId(3), Deletion::ThisOnly).unwrap();
    assert_eq!(
        lost.iter().map(|lost| (lost.way.as_deref(), shown(&lost.steps))).collect::<Vec<_>>(),
        [(Some("a"), "4".into())]
    );
    assert_eq!(workflow::lost(&steps, StepId(1), Deletion::ThisOnly), Ok(vec![]));
}

#[test]
fn deleting_this_and_all_that_follow_takes_the_rest_of_its_way_and_no_other() {
    let steps = example();
    let delete = |id| shown(&workflow::delete(&steps, StepId(id), Deletion::AndFollowing).unwrap());
    assert_eq!((delete(2).as_str(), delete(1).as_str()), ("1", ""));
    assert_eq!(delete(4), "1, 2, branch 3 (a: ; otherwise: 5)");
    let lost = workflow::lost(&steps, StepId(2), Deletion::AndFollowing).unwrap();
    let told: Vec<_> = lost.iter().map(|lost| (lost.way.as_deref(), shown(&lost.steps))).collect();
    assert_eq!(told, [(None, "branch 3 (a: 4; otherwise: 5)".to_owned())]);
}

#[test]
fn a_branch_in_the_middle_takes_what_follows_into_its_default_way() {
    let steps = workflow::add(&example(), &At::After(StepId(1)), branch(2), StepId(9)).unwrap();
    assert_eq!(shown(&steps), "1, branch 9 (a: ; b: ; otherwise: 2, branch 3 (a: 4; otherwise: 5))");
}

#[test]
fn numbers_begin_behind_the_highest_that_there_ever_was() {
    let add = |free| workflow::add(&example(), &At::First, note("new"), StepId(free)).unwrap()[0].id;
    assert_eq!((add(1), add(12)), (StepId(6), StepId(12)));
}

#[test]
fn steps_on_the_ways_of_a_branch_that_is_edited_keep_their_numbers_and_new_ones_get_new_ones() {
    let steps = example();
    let Action::Branch { ways, .. } = &steps[2].action else { panic!() };
    let mut ways = ways.clone();
    ways[0].steps.push(note("new").into());
    // A number that was never one of this branch's is nobody's to give.
    ways[0].steps.push(Step { id: StepId(1), action: note("newer") });
    let set =
        |ways: Vec<Way>| workflow::set(&steps, StepId(3), Action::Branch { ways, otherwise: Vec::new() }, StepId(9));
    assert_eq!(shown(&set(ways.clone()).unwrap()), "1, 2, branch 3 (a: 4, 9, 10; otherwise: )");
    ways[0].steps.push(Step { id: StepId(4), action: note("again") });
    assert_eq!(set(ways), Err(EditError::Repeated(StepId(4))));
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let steps = example();
    let add = |at| workflow::add(&steps, &at, note("x"), StepId(9)).unwrap_err();
    assert_eq!(add(At::After(StepId(8))), EditError::NoStep(StepId(8)));
    assert_eq!(add(At::After(StepId(3))), EditError::AfterBranch(StepId(3)));
    assert_eq!(add(At::Way { branch: StepId(1), way: None }), EditError::NoBranch(StepId(1)));
    let (branch_3, way) = (StepId(3), "b".to_owned());
    assert_eq!(add(At::Way { branch: branch_3, way: Some(way.clone()) }), EditError::NoWay { branch: branch_3, way });
    assert_eq!(workflow::set(&steps, StepId(1), branch(1), StepId(9)), Err(EditError::OtherSort(StepId(1))));
    assert_eq!(workflow::set(&steps, branch_3, note("x"), StepId(9)), Err(EditError::OtherSort(branch_3)));
    let into = workflow::move_to(&steps, branch_3, &At::After(StepId(4)));
    assert_eq!(into, Err(EditError::IntoItself(branch_3)));
    assert_eq!(workflow::delete(&steps, StepId(8), Deletion::ThisOnly), Err(EditError::NoStep(StepId(8))));
}

#[test]
fn a_diff_names_what_was_added_taken_away_changed_and_moved_and_settings() {
    let before = example();
    let after = workflow::delete(&before, StepId(4), Deletion::ThisOnly).unwrap();
    let after = workflow::move_to(&after, StepId(2), &At::First).unwrap();
    let after = workflow::set(&after, StepId(5), note("five!"), StepId(9)).unwrap();
    let after = workflow::add(&after, &At::After(StepId(1)), Action::SetStage { stage: "closed".into() }, StepId(9));
    let mut after = definition(&after.unwrap());
    after.reenrol = true;
    after.goal = Some(Filter::Is(Condition { property: "priority".into(), test: Test::IsSet, values: Vec::new() }));
    let edits: Vec<String> = workflow::edits(&definition(&before), &after).iter().map(Edited::to_string).collect();
    assert_eq!(
        edits,
        [
            "~ reenrol: false → true",
            "+ goal: priority is set",
            "~ 2 add note \"two\": now first",
            "+ 9 set stage closed (after 1)",
            "~ 5 add note \"five\" → add note \"five!\"",
            "- 4 add note \"four\"",
        ]
    );
}
