//! Ends `outbox flush` without warning at random moments while mail goes to smtp-sink, and runs it again until all is sent.
//! `TICKETD_SEED` repeats the moments of a run that failed: it prints its seed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ticketd::domain::SendState;
use ticketd::engine::refold;
use ticketd::store::Store;
use ticketd::store::outbox;

use super::office::Office;
use super::sink::Sink;
use crate::support::{Random, full};

/// Results that may be on their way into the database, and mails on their way to the relay, when the program ends: these may
/// go out twice.
const IN_FLIGHT: u32 = 32 + 2;

fn start(folder: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command.args(["outbox", "flush"]).current_dir(folder).env_remove("TICKETD_LOG");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

#[test]
fn what_is_sent_while_the_program_is_killed_arrives_and_only_what_was_in_flight_arrives_twice() {
    let test = "what_is_sent_while_the_program_is_killed_arrives_and_only_what_was_in_flight_arrives_twice";
    let (wanted, mails) = if full() { (200, 2_000) } else { (20, 400) };
    let folder = tempfile::tempdir().unwrap();
    let filled = folder.path().join("filled.db");
    fill(&filled, mails);
    let mut random = Random::seeded();
    let (mut kills, mut repeats, began) = (0, 0, Instant::now());
    while kills < wanted {
        let Some(sink) = Sink::start(test) else { return };
        let place = folder.path().join("desk");
        std::fs::create_dir(&place).unwrap();
        std::fs::copy(&filled, place.join("desk.db")).unwrap();
        let relay = format!("[[relay]]\nname = \"sink\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n", sink.port);
        let mailbox = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n";
        std::fs::write(place.join("ticketd.toml"), format!("database = \"desk.db\"\n{mailbox}{relay}")).unwrap();
        let mut killed = 0;
        for _ in 0..(wanted - kills).min(20) {
            let mut child = start(&place);
            std::thread::sleep(Duration::from_millis(20 + random.below(180)));
            // SIGKILL: nothing in the program gets to know.
            child.kill().unwrap();
            let status = child.wait().unwrap();
            assert!(status.success() || status.code().is_none(), "{status}");
            killed += u32::from(status.code().is_none());
        }
        assert!(start(&place).wait().unwrap().success());
        repeats += check(&place.join("desk.db"), &sink, mails, killed, random.seed);
        kills += killed;
        // All were sent before anybody was killed: nothing would come of further rounds.
        assert!(killed > 0, "it is too fast for this test");
        std::fs::remove_dir_all(&place).unwrap();
    }
    println!("{kills} kills, {mails} mails a round, {repeats} arrived twice, {:.0?}", began.elapsed());
}

/// Every mail is sent and came, once but for what was in flight. How many came again.
fn check(database: &Path, sink: &Sink, mails: usize, kills: u32, seed: u64) -> u32 {
    let store = Store::open(database).unwrap();
    let sent = store.read(|tx| outbox::list(tx, &[SendState::Sent], i64::MAX)).unwrap();
    assert_eq!(sent.len(), mails, "seed {seed}");
    let ids = sink.ids();
    for entry in &sent {
        let id = entry.message_id.as_deref().unwrap();
        assert!(ids.contains_key(id), "{id} is said to be sent and did not come, seed {seed}");
    }
    assert_eq!(ids.len(), mails, "seed {seed}");
    let repeats: u32 = ids.values().map(|times| times - 1).sum();
    assert!(repeats <= kills * IN_FLIGHT, "{repeats} came again after {kills} kills, seed {seed}");
    let refolded = refold(&store, |_| ()).unwrap();
    assert!(refolded.differences.is_empty(), "{:?}, seed {seed}", refolded.differences);
    repeats
}

fn fill(path: &Path, mails: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let office = Office::on(Store::open(path).unwrap()).await;
        for number in 0..mails {
            office.customer_writes(&format!("cleo{number}@example.com")).await;
        }
    });
}
