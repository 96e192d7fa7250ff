use std::path::Path;
use std::process::{Command, Output};

use ticketd::domain::row::Value;
use ticketd::engine;
use ticketd::store::{Location, Store};

use super::{address, shared, without_place};
use crate::stories::{name, stories};
use crate::support::root;

fn ticketd(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command.current_dir(root()).env("TZ", "UTC").args(args).output().unwrap()
}

/// `ticketd replay` with these arguments, in a zone that is the same everywhere; what it prints.
fn replay(args: &[&str]) -> String {
    let output = ticketd(&[&["replay"], args].concat());
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_story_goes_as_it_is_told_and_its_journal_folds_to_the_same_state() {
    let Some(server) = shared() else { return };
    let tell = |story: &Path| {
        let address = server.place();
        let told = replay(&[story.to_str().unwrap(), "--db", &address]);
        let expected = std::fs::read_to_string(story.join("expected.txt")).unwrap();
        assert_eq!(without_place(&told), expected, "{}", name(story));
        let store = Store::open_existing(Location::from(address.as_str())).unwrap();
        let refolded = engine::refold(&store, |_| {}).unwrap();
        assert!(refolded.events > 1 && refolded.differences.is_empty(), "{}: {refolded:#?}", name(story));
    };
    let stories = stories();
    std::thread::scope(|scope| {
        for some in stories.chunks(stories.len().div_ceil(4)) {
            scope.spawn(|| some.iter().for_each(|story| tell(story)));
        }
    });
}

#[test]
fn a_database_on_a_server_is_named_where_a_file_is_named() {
    let Some(address) = address() else { return };
    let story = "fixtures/stories/a-reply-on-a-closed-ticket-reopens-it";
    replay(&[story, "--db", &address]);
    assert_eq!(replay(&["--from-db", "--db", &address]), "6 events folded, nothing differs\n");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("ticketd.toml");
    std::fs::write(&config, format!("database = \"{address}\"\n")).unwrap();
    let listed = |args: &[&str]| {
        let output = ticketd(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let by_config = listed(&["ticket", "list", "--config", config.to_str().unwrap()]);
    assert!(by_config.contains("Waiting on us"), "{by_config}");
    assert_eq!(by_config, listed(&["ticket", "list", "--db", &address]));
    let refused = ticketd(&["replay", story, "--db", &address]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(64) && error.contains("has something in it"), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn every_question_is_answered_alike() {
    let folder = tempfile::tempdir().unwrap();
    for story in ["a-strangers-reply-goes-to-review", "a-stranger-may-be-accepted-as-a-contact"] {
        let Some(address) = address() else { return };
        let file = folder.path().join(story).display().to_string();
        replay(&[&format!("fixtures/stories/{story}"), "--db", &file]);
        assert!(ticketd(&["db", "copy", &file, &address]).status.success());
        let rows = Store::open_existing(Location::from(file.as_str())).unwrap().read(|tx| {
            let found = tx.query("SELECT id FROM message ORDER BY id", &[])?.concat();
            Ok(found.into_iter().map(|id| if let Value::Integer(id) = id { id.to_string() } else { String::new() }))
        });
        let mut questions: Vec<Vec<String>> = Vec::new();
        for question in ["ticket list", "review list", "review list --all", "quarantine list", "export"] {
            questions.push(question.split(' ').map(str::to_owned).collect());
        }
        for row in rows.unwrap() {
            let about = [vec!["why", &row], vec!["message", "show", &row], vec!["review", "show", &row]];
            questions.extend(about.iter().map(|question| question.iter().map(|word| (*word).to_owned()).collect()));
        }
        questions.push(vec!["ticket".to_owned(), "show".to_owned(), "1".to_owned()]);
        for question in questions {
            let answer = |db: &str| {
                let args: Vec<&str> = question.iter().map(String::as_str).chain(["--db", db]).collect();
                let output = ticketd(&args);
                let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
                let place = Location::from(db).to_string();
                (output.status.code(), told.replace(&place, "HERE"))
            };
            let there = answer(&address);
            assert!(matches!(there.0, Some(0 | 66)), "{question:?}: {there:?}");
            assert_eq!(there, answer(&file), "{story}: {question:?}");
        }
    }
}
