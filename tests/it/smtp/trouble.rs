//! Servers that break off, fall silent, or talk nonsense, at every step.

use std::time::{Duration, Instant};

use ticketd::smtp::{Cause, Connection, Delivery, SmtpError, Stage};

use super::scripted::{CONTENT, Do, END, GREETING, MAIL, Scripted, envelope, login, short};
use super::sending::all;

/// Every step at which a server answers, with what we call it.
const STEPS: [(&str, Stage); 7] = [
    (GREETING, Stage::Greeting),
    ("EHLO", Stage::Hello),
    ("AUTH", Stage::Login),
    ("MAIL", Stage::Sender),
    ("RCPT TO:<bob", Stage::Recipient),
    ("DATA", Stage::Data),
    (END, Stage::End),
];

/// Connects with a login, and sends to ann and bob.
async fn attempt(server: &Scripted) -> (Result<Vec<Delivery>, SmtpError>, Option<Connection>) {
    let relay = ticketd::config::Relay { login: login("support", None), ..server.relay() };
    let secret = ticketd::net::Secret::new("s3cret");
    match ticketd::smtp::connect(&relay, Some(&secret), &short()).await {
        Ok(mut connection) => {
            let to = envelope("support@example.org", &["ann@example.com", "bob@example.com"]);
            (connection.send(&to, MAIL).await, Some(connection))
        }
        Err(error) => (Err(error), None),
    }
}

/// The failure is one of the connection, at that step; a new connection gets the mail through.
async fn fails_and_goes_on(server: &Scripted, stage: Stage, what: &str) {
    let (failed, connection) = attempt(server).await;
    let error = failed.expect_err(what);
    assert_eq!((error.cause, error.stage), (Cause::Temporary, stage), "{what}: {error}");
    assert!(connection.is_none_or(|connection| !connection.is_open()), "{what}");
    let (sent, _) = attempt(server).await;
    assert_eq!(all(&sent.unwrap()), ["sent 250 2.0.0 queued as A1"; 2], "{what}");
}

/// The mail was sent whole, and nobody knows what became of it.
async fn is_unknown(server: &Scripted, what: &str) {
    let (sent, connection) = attempt(server).await;
    assert_eq!(all(&sent.unwrap()), ["unknown the end of the mail"; 2], "{what}");
    assert!(!connection.unwrap().is_open(), "{what}");
}

#[tokio::test]
async fn at_421_anywhere_it_is_the_connection_that_fails_and_never_the_mail() {
    for (step, stage) in STEPS {
        let server = Scripted::new(&[(0, step, Do::Say("421 4.7.0 try again"))]);
        fails_and_goes_on(&server, stage, step).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_fails_before_the_end_of_a_mail_and_is_unknown_after_it() {
    for (step, stage) in STEPS {
        let server = Scripted::new(&[(0, step, Do::Close)]);
        match stage {
            Stage::End => is_unknown(&server, step).await,
            stage => fails_and_goes_on(&server, stage, step).await,
        }
    }
    // Cut in the middle of the mail: there was an end to it here, and none there.
    let server = Scripted::new(&[(0, CONTENT, Do::Close)]);
    is_unknown(&server, "small: it was sent before it was cut").await;
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn who_was_refused_stays_so_where_the_others_are_unknown() {
    let server = Scripted::new(&[(0, "RCPT TO:<ann", Do::Say("550 5.1.1 no")), (0, END, Do::Close)]);
    let (sent, _) = attempt(&server).await;
    assert_eq!(all(&sent.unwrap()), ["refused 550 5.1.1 no", "unknown the end of the mail"]);
}

#[tokio::test]
async fn a_server_that_hangs_at_any_step_is_left_when_its_time_is_over() {
    for (step, stage) in STEPS {
        let server = Scripted::new(&[(0, step, Do::Hang)]);
        let began = Instant::now();
        match stage {
            Stage::End => is_unknown(&server, step).await,
            stage => fails_and_goes_on(&server, stage, step).await,
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{step}: {:?}", began.elapsed());
    }
    // One that does not read: at some point the network takes no more.
    let large = [b"Subject: Large\r\n\r\n".to_vec(), b"0123456789abcdef\r\n".repeat(1_500_000)].concat();
    let server = Scripted::knowing(&[], &[(0, CONTENT, Do::Deaf(Duration::from_secs(2)))]);
    let mut connection = server.connect().await.unwrap();
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    let error = connection.send(&to_ann, &large).await.unwrap_err();
    assert_eq!((error.cause, error.stage, connection.is_open()), (Cause::Temporary, Stage::Content, false), "{error}");
}

#[tokio::test]
async fn one_byte_at_a_time_gains_no_time() {
    let slow = |text| Do::Trickle(text, Duration::from_millis(100));
    for (step, stage, text) in [
        (GREETING, Stage::Greeting, "220 there.example.org ESMTP\r\n"),
        ("RCPT TO:<bob", Stage::Recipient, "250-2.1.0 this takes its time\r\n250 ok\r\n"),
    ] {
        let server = Scripted::new(&[(0, step, slow(text))]);
        let began = Instant::now();
        fails_and_goes_on(&server, stage, step).await;
        assert!(began.elapsed() < Duration::from_secs(3), "{step}: {:?}", began.elapsed());
    }
    let server = Scripted::new(&[(0, END, slow("250 2.0.0 queued as A1\r\n"))]);
    is_unknown(&server, "slow at the end").await;
    // Slow, and in time.
    let server = Scripted::new(&[(0, END, Do::Trickle("250 ok\r\n", Duration::from_millis(10)))]);
    assert_eq!(all(&attempt(&server).await.0.unwrap()), ["sent 250 ok"; 2]);
}

#[tokio::test]
async fn what_is_no_reply_is_none() {
    let garbage: [&[u8]; 5] = [
        b"* OK IMAP4rev1 ready\r\n",
        b"\r\n",
        b"250-one\r\n550 two\r\n",
        b"\xff\xfe\x00\x01\n",
        b"999 what is that\r\n",
    ];
    for bytes in garbage {
        for (step, stage) in STEPS {
            let server = Scripted::new(&[(0, step, Do::Bytes(bytes.to_vec()))]);
            match stage {
                Stage::End => is_unknown(&server, step).await,
                stage => fails_and_goes_on(&server, stage, step).await,
            }
        }
    }
    // Replies, out of place.
    for (step, said, stage) in [
        ("DATA", "250 ok", Stage::Data),
        ("MAIL", "354 go on", Stage::Sender),
        ("RCPT TO:<bob", "334 hm", Stage::Recipient),
        ("EHLO", "334 hm", Stage::Hello),
    ] {
        let server = Scripted::new(&[(0, step, Do::Say(said))]);
        fails_and_goes_on(&server, stage, step).await;
    }
    is_unknown(&Scripted::new(&[(0, END, Do::Say("354 go on"))]), "more?").await;
}

#[tokio::test]
async fn a_reply_without_end_is_read_up_to_a_bound() {
    for bytes in [vec![b'2'; 10_000_000], b"250-more\r\n".repeat(1_000_000)] {
        let server = Scripted::new(&[(0, "EHLO", Do::Bytes(bytes))]);
        let began = Instant::now();
        let error = server.connect().await.unwrap_err();
        assert!(error.what.contains("its reply has no end") || error.what.contains("no reply"), "{error}");
        assert!(began.elapsed() < Duration::from_millis(600), "not by its time: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn what_comes_behind_a_reply_answers_nothing() {
    // A second answer to RCPT would be taken for that to DATA.
    let server = Scripted::new(&[(0, "RCPT TO:<bob", Do::Say("250 ok\r\n354 go on"))]);
    fails_and_goes_on(&server, Stage::Recipient, "RCPT").await;
    // Behind the end of a mail the mail is sent, and the connection is not used for the next.
    let server = Scripted::new(&[(0, END, Do::Say("250 ok\r\n250 ok"))]);
    let (sent, connection) = attempt(&server).await;
    assert_eq!((all(&sent.unwrap()), connection.unwrap().is_open()), (vec!["sent 250 ok".to_owned(); 2], false));
}

#[tokio::test]
async fn a_send_that_is_not_waited_for_takes_its_connection_with_it() {
    for step in ["MAIL", "RCPT", "DATA", END] {
        let late = Do::Trickle("250 late\r\n", Duration::from_millis(50));
        let server = Scripted::new(&[(0, step, late)]);
        let mut connection = server.connect().await.unwrap();
        let first = envelope("support@example.org", &["ann@example.com"]);
        let waited = tokio::time::timeout(Duration::from_millis(120), connection.send(&first, MAIL)).await;
        assert!(waited.is_err(), "{step}");
        assert!(!connection.is_open(), "{step}");
        let second = envelope("support@example.org", &["bob@example.com"]);
        let error = connection.send(&second, MAIL).await.unwrap_err();
        assert_eq!((error.cause, error.what.as_str()), (Cause::Temporary, "the connection is closed"));
        drop(connection);
        let lines = server.lines(0);
        assert!(!lines.iter().any(|line| line.contains("bob") || line == "QUIT" || line == "RSET"), "{lines:?}");
    }
}
