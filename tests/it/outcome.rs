//! What a database came to, apart from its row numbers: tickets by the Message-ID of their first mail, with what was
//! decided about every mail, every change of status and everything that was to be sent. Two runs over the same mail that
//! differ only in how often a mail was found have the same outcome.

use std::collections::BTreeMap;

use ticketd::domain::row::Value;
use ticketd::store::Store;

/// Lines under the name of what they are about, in order.
pub type Outcome = BTreeMap<&'static str, Vec<String>>;

/// `called`: what a message is called: ours have an id of their own in each database. `root`: what a ticket is called.
const NAMES: &str = "
WITH called (id, name) AS (
    SELECT message.id, CASE
        WHEN send.id IS NULL THEN coalesce(message.message_id, hex(message.digest))
        ELSE 'our ' || send.purpose || ' at ' || send.queued_at || ': ' || message.subject END
    FROM message LEFT JOIN send ON send.message = message.id),
root (ticket, name) AS (
    SELECT thread.ticket, min(called.name) FROM thread JOIN called ON called.id = thread.root
    WHERE thread.origin = 1 GROUP BY thread.ticket)
";

const LINES: [(&str, &str); 8] = [
    (
        "message",
        "SELECT called.name, kind, root.name, start.name, above.name, author.address, altered, automatic, history, review,
                message.arrived_at
         FROM message JOIN called ON called.id = message.id LEFT JOIN root ON root.ticket = message.ticket
         LEFT JOIN thread ON thread.id = message.thread LEFT JOIN called AS start ON start.id = thread.root
         LEFT JOIN called AS above ON above.id = message.parent LEFT JOIN address AS author ON author.id = message.author",
    ),
    (
        "ticket",
        "SELECT root.name, record.pipeline, record.stage, record.title, record.source, record.created_at, ticket.closed_at,
                ticket.closed_by_hand, ticket.reopened, firing.name, ticket.flag, into_root.name
         FROM ticket JOIN record ON record.id = ticket.record LEFT JOIN root ON root.ticket = ticket.record
         LEFT JOIN called AS firing ON firing.id = ticket.newest_firing
         LEFT JOIN root AS into_root ON into_root.ticket = ticket.merged_into",
    ),
    (
        "history",
        "SELECT root.name, at, from_stage, to_stage, cause FROM stage_change LEFT JOIN root ON root.ticket = record",
    ),
    (
        "outbox",
        "SELECT root.name, purpose, automation, template, queued_at, state, subject, size FROM send
         LEFT JOIN root ON root.ticket = send.ticket JOIN message ON message.id = send.message
         JOIN content ON content.id = message.content",
    ),
    (
        "recipient",
        "SELECT called.name, address.address, role, send_recipient.state, status FROM send_recipient
         JOIN send ON send.id = send_recipient.send JOIN called ON called.id = send.message
         JOIN address ON address.id = send_recipient.address",
    ),
    (
        "contact",
        "SELECT root.name, address.address, contact.name, bounced FROM ticket_contact
         LEFT JOIN root ON root.ticket = ticket_contact.ticket JOIN contact ON contact.id = ticket_contact.contact
         JOIN address ON address.id = contact.address",
    ),
    (
        "participant",
        "SELECT called.name, address.address FROM participant JOIN thread ON thread.id = participant.thread
         JOIN called ON called.id = thread.root JOIN address ON address.id = participant.address",
    ),
    (
        "link",
        "SELECT one.name, other.name, called.name FROM ticket_link LEFT JOIN root AS one ON one.ticket = ticket_link.ticket
         LEFT JOIN root AS other ON other.ticket = ticket_link.other LEFT JOIN called ON called.id = ticket_link.message",
    ),
];

/// The outcome of a database.
pub fn of(store: &Store) -> Outcome {
    let lines = |sql: &str| {
        let rows = store.read(|tx| tx.query(&format!("{NAMES}{sql}"), &[])).unwrap();
        let mut lines: Vec<String> = rows.into_iter().map(|row| row.iter().map(shown).collect()).collect();
        lines.sort();
        lines
    };
    LINES.iter().map(|(name, sql)| (*name, lines(sql))).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–; ".to_owned(),
        Value::Integer(number) => format!("{number}; "),
        Value::Text(text) => format!("{text}; "),
        Value::Blob(bytes) => format!("{bytes:02x?}; "),
    }
}

/// Fails with the lines that only one of two outcomes has.
pub fn assert_same(found: &Outcome, expected: &Outcome, when: &str) {
    let mut wrong = Vec::new();
    for (name, lines) in expected {
        let found = &found[name];
        let only = |these: &[String], those: &[String], what: &str| {
            let lines = these.iter().filter(|line| !those.contains(line)).take(5);
            lines.map(|line| format!("{name}, {what}: {line}")).collect::<Vec<_>>()
        };
        wrong.extend(only(found, lines, "only now"));
        wrong.extend(only(lines, found, "missing"));
        if found.len() != lines.len() {
            wrong.push(format!("{name}: {} instead of {}", found.len(), lines.len()));
        }
    }
    assert!(wrong.is_empty(), "{when}:\n{}", wrong.join("\n"));
}
