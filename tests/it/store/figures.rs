use ticketd::domain::row::Value;
use ticketd::domain::{SendState, Timestamp};
use ticketd::store::figures::{self, Figures};

use super::empty;

/// A message in that row, whatever it is.
fn message(row: i64, review: &str) -> String {
    format!(
        "INSERT INTO message (id, content, digest_key, digest, subject, arrived_at, kind, team, altered, automatic, \
         history, review, event) VALUES ({row}, 1, 0, $1, '', {row}, 'ignored', 0, 0, 0, 0, {review}, 1)"
    )
}

fn send(row: i64, state: &str, due_at: i64) -> String {
    format!(
        "INSERT INTO send (id, message, reference, reference_key, purpose, queued_at, state, due_at, attempt, fence) \
         VALUES ({row}, 1, '', 0, 'ticket_send', {row}, '{state}', {due_at}, 0, 0)"
    )
}

fn delivery(row: i64, content: i64, state: &str) -> String {
    format!(
        "INSERT INTO delivery (id, folder, uidvalidity, uid, content, arrived_at, state, event) \
         VALUES ({row}, 1, 1, {row}, {content}, 0, '{state}', 1)"
    )
}

#[test]
fn what_waits_is_counted_once_and_what_is_over_is_not() {
    let Some(store) = empty() else { return };
    assert_eq!(store.read(figures::read).unwrap(), Figures::default());
    let mut rows: Vec<String> = [
        "INSERT INTO revision (digest, at, body) VALUES ('r', 0, '')",
        "INSERT INTO event (seq, at, origin, kind, payload, revision, first_id, first_number) \
         VALUES (1, 0, 'live', 'arrival', '', 'r', 1, 1)",
        "INSERT INTO content (id, key, digest, size) VALUES (1, 0, $1, 0), (2, 0, $1, 0)",
        "INSERT INTO mailbox (id, name, kind) VALUES (1, 'desk', 'team')",
        "INSERT INTO folder (id, mailbox, name, role, uidvalidity, last_uid) VALUES (1, 1, 'INBOX', 'inbox', 1, 0)",
        "INSERT INTO timer (id, due_at, kind, subject, attempt, fence, done_at) VALUES (1, 70, 'digest', 1, 0, 0, NULL), \
         (2, 60, 'digest', 1, 0, 0, 61)",
        "INSERT INTO unfetched (mailbox, folder, uidvalidity, uid, count, at, failure) \
         VALUES ('desk', 'INBOX', 1, 1, 3, 0, ''), ('desk', 'INBOX', 1, 2, 2, 0, '')",
    ]
    .map(str::to_owned)
    .into();
    rows.extend([message(1, "NULL"), message(2, "'stranger'"), message(3, "'stranger'")]);
    rows.extend([send(11, "queued", 5), send(12, "unknown", 5), send(13, "sending", 5), send(14, "sent", 5)]);
    rows.extend([send(4, "unknown", i64::MAX), send(5, "failed", 5), send(6, "failed", 5), send(7, "held", 5)]);
    rows.extend([delivery(21, 2, "quarantined"), delivery(22, 2, "quarantined"), delivery(23, 1, "dropped")]);
    let bytes = [Value::Blob(Vec::new())];
    store
        .write(|tx| {
            rows.iter().try_for_each(|sql| {
                let parameters = if sql.contains("$1") { &bytes[..] } else { &[] };
                tx.execute(sql, parameters).map(|_| ())
            })
        })
        .unwrap();
    let expected = Figures {
        outbox: [(SendState::Queued, 1), (SendState::Unknown, 1), (SendState::Sending, 1), (SendState::Failed, 2)]
            .into(),
        held: 1,
        oldest_queued: Some(Timestamp(11)),
        review: 2,
        oldest_review: Some(Timestamp(2)),
        quarantine: 1,
        parked: [("desk".to_owned(), 1)].into(),
        next_timer: Some(Timestamp(70)),
    };
    let found = store.read(figures::read).unwrap();
    assert_eq!(found, expected);
    assert_eq!((found.to_leave(), found.all_parked()), (3, 1));
}
