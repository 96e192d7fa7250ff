//! What holds for every setup: its export is read back as it was, and no difference is left unsaid.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use ticketd::config::{self, differences, export};
use ticketd::domain::*;

use super::generated;
use crate::support::{full, root};

fn setups_of_fixtures() -> Vec<(String, Setup)> {
    let mut found = vec![("(built in)".to_owned(), config::builtin().setup)];
    let folders = ["config/valid", "apply", "desk", "stories"].map(|folder| root().join("fixtures").join(folder));
    for entry in folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let config = config::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
            found.push((path.display().to_string(), config.setup));
        }
    }
    assert!(found.len() > 8, "{}", found.len());
    found
}

#[test]
fn every_fixture_is_the_same_after_export() {
    for (name, setup) in setups_of_fixtures() {
        let text = export(&setup);
        let read = config::parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems:?}\n{text}"));
        assert_eq!(read.setup, setup, "{name}");
        assert_eq!(export(&read.setup), text, "{name}");
        assert_eq!(differences(&setup, &read.setup), [], "{name}");
    }
}

/// Every value of a setup, changed alone, as JSON has it.
fn each_value_changed(value: &Value, change: &mut dyn FnMut(Value)) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                each_value_changed(inner, &mut |changed| {
                    let mut copy = map.clone();
                    copy.insert(key.clone(), changed);
                    change(Value::Object(copy));
                });
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                each_value_changed(inner, &mut |changed| {
                    let mut copy = items.clone();
                    copy[at] = changed;
                    change(Value::Array(copy));
                });
                change(Value::Array([&items[..at], &items[at + 1..]].concat()));
            }
            if items.len() > 1 {
                change(Value::Array(items.iter().rev().cloned().collect()));
            }
        }
        Value::Bool(flag) => change(Value::Bool(!flag)),
        Value::Number(number) => change(Value::from(number.as_i64().unwrap() + MINUTE)),
        Value::String(text) => {
            // One of these is another word where only some words are allowed.
            for other in [format!("{text}x").as_str(), "en", "nl", "team", "open", "closed", "agent", "super_admin"] {
                change(Value::from(other.to_owned()));
            }
            change(Value::Null);
        }
        Value::Null => {
            change(Value::from("x"));
            change(Value::from(MINUTE));
            change(serde_json::json!(["x-header", ""]));
        }
    }
}

#[test]
fn no_value_of_a_setup_can_change_without_a_difference() {
    let setup = config::parse(&std::fs::read_to_string(root().join("fixtures/config/valid/everything.toml")).unwrap());
    let setup = setup.unwrap().setup;
    let mut tried = 0;
    each_value_changed(&serde_json::to_value(&setup).unwrap(), &mut |changed| {
        let Ok(mut changed) = serde_json::from_value::<Setup>(changed) else { return };
        for mailbox in changed.mailboxes.iter_mut().filter(|mailbox| mailbox.kind == MailboxKind::Personal) {
            // Mail of a personal mailbox opens no tickets: these two say nothing there.
            mailbox.pipeline = setup.pipelines[0].name.clone();
            mailbox.sent_counts_as_ticket_send = false;
        }
        tried += 1;
        assert_eq!(differences(&setup, &changed).is_empty(), setup == changed, "{changed:#?}");
    });
    assert!(tried > 150, "{tried}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if full() { 4_000 } else { 200 }, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_setup_is_the_same_after_export(setup in generated::setup()) {
        let text = export(&setup);
        let read = config::parse(&text);
        prop_assert!(read.is_ok(), "{:?}\n{}", read.err(), text);
        let read = read.unwrap().setup;
        prop_assert_eq!(&read, &setup, "{}", text);
        prop_assert_eq!(export(&read), text);
        prop_assert_eq!(differences(&setup, &read), []);
    }

    /// One setup with some parts of another: what differs is said, and nothing else.
    #[test]
    fn a_difference_is_told_exactly_where_there_is_one(
        before in generated::setup(), other in generated::setup(), taken in any::<[bool; 3]>(),
    ) {
        let mut after = before.clone();
        for (taken, take) in taken.into_iter().zip([
            (|to, from| to.ignore.clone_from(&from.ignore)) as fn(&mut Setup, &Setup),
            |to, from| to.templates.clone_from(&from.templates),
            |to, from| to.users.clone_from(&from.users),
        ]) {
            if taken {
                take(&mut after, &other);
            }
        }
        let found = differences(&before, &after);
        prop_assert_eq!(found.is_empty(), before == after);
        let sorts: BTreeSet<_> = found.iter().filter_map(|found| Some(found.place.first()?.sort)).collect();
        for (sort, same) in [
            ("ignore", before.ignore == after.ignore),
            ("template", before.templates == after.templates),
            ("user", before.users == after.users),
        ] {
            prop_assert_eq!(!sorts.contains(sort), same, "{}", sort);
        }
    }
}
