//! Months in minutes: mail trickles into many mailboxes while connections are dropped, swallowed and made again, and the
//! daemon holds no more in the end than it did when it had begun. `TICKETD_SEED` repeats what happened.

use std::time::{Duration, Instant};

use super::proxy::{Proxy, Way};
use super::running::{Running, until};
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, folds, mail, number, plain, team};
use crate::support::{Random, full};

/// What is let grow: a page cache fills, a pool grows to what it needs.
const SLACK: f64 = 1.15;

/// Longer than any mailbox is left alone.
const RESTING: Duration = Duration::from_secs(330);

#[test]
fn it_holds_no_more_after_a_long_time_than_after_a_short_one() {
    let (mailboxes, time): (usize, _) =
        if full() { (50, Duration::from_secs(600)) } else { (10, Duration::from_secs(20)) };
    let more = "mail_max_userip_connections = 200\nservice imap {\n  process_limit = 400\n}\nservice imap-login {\n  \
                process_limit = 400\n}\n";
    let Some(server) = Dovecot::start("it_holds_no_more_after_a_long_time_than_after_a_short_one", more) else {
        return;
    };
    let proxy = Proxy::before(server.imap);
    let names: Vec<String> = (0..mailboxes).map(|n| format!("soak{n}")).collect();
    let config = names.iter().map(|name| {
        let direct = plain(&server, name, "start = \"all\"");
        team(name, &direct.replace(&format!("port = {}\n", server.imap), &format!("port = {}\n", proxy.port)))
    });
    let desk = desk(&config.collect::<String>());
    let running = Running::start(&desk);
    until("all are watched", || running.log().matches("connected").count() >= mailboxes);

    let mut random = Random::seeded();
    let mut below = |bound: usize| random.below(bound as u64) as usize;
    let (begin, mut delivered, mut samples) = (Instant::now(), 0, Vec::new());
    while begin.elapsed() < time {
        let name = &names[below(mailboxes)];
        // Every third is an answer to one before it.
        let answers = format!("In-Reply-To: <s{}@example.com>\n", below(delivered + 1));
        let above = if below(3) == 0 { answers.as_str() } else { "" };
        let text = mail(&format!("s{delivered}"), "ann@example.com", &format!("{name}@example.org"), above);
        server.deliver(name, &delivered.to_string(), text);
        delivered += 1;
        match below(12) {
            0 => proxy.drops_one(below(mailboxes * 2)),
            1 if below(75) == 0 => {
                proxy.goes(Way::Cut);
                std::thread::sleep(Duration::from_millis(300));
                proxy.goes(Way::Through);
            }
            _ => {}
        }
        samples.push((running.resident(), running.descriptors()));
        std::thread::sleep(Duration::from_millis(200));
    }

    let count = i64::try_from(delivered).unwrap();
    // One that was cut off often is left alone for minutes.
    let end = Instant::now();
    while number(&desk, "SELECT count(*) FROM delivery") < count {
        assert!(end.elapsed() < RESTING, "not all mail is taken: {}", running.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(number(&desk, "SELECT count(*) FROM message WHERE message_id LIKE 's%@example.com'"), count);
    let third = samples.len() / 3;
    let middle = |of: &[(u64, usize)]| {
        let (mut memory, mut open): (Vec<u64>, Vec<usize>) = of.iter().copied().unzip();
        memory.sort_unstable();
        open.sort_unstable();
        (memory[memory.len() / 2], open[open.len() / 2])
    };
    let (early, late) = (middle(&samples[third..2 * third]), middle(&samples[2 * third..]));
    println!(
        "{delivered} mails, {} connections of {mailboxes} mailboxes in {} s: {} MB and {} descriptors in the second third, \
         {} MB and {} in the last",
        proxy.connections(),
        begin.elapsed().as_secs(),
        early.0 / 1_000_000,
        early.1,
        late.0 / 1_000_000,
        late.1
    );
    assert!(late.0 as f64 <= early.0 as f64 * SLACK, "its memory grows: {early:?}, then {late:?}");
    assert!(late.1 <= early.1 + 2, "its descriptors grow: {early:?}, then {late:?}");
    assert!(proxy.connections() > mailboxes, "no connection was dropped");
    running.stop();
    let (code, out, err) = desk.run(&["audit"]);
    assert_eq!(code, 0, "{out}{err}");
    folds(&desk);
}
