//! What is said to a relay for a mail, and what its answers mean.

use ticketd::smtp::{Cause, Delivery, Stage};

use super::scripted::{CONTENT, Do, END, MAIL, Scripted, envelope};

/// What became of it, in short.
pub fn short_of(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Sent(reply) => format!("sent {reply}"),
        Delivery::Deferred(reply) => format!("deferred {reply}"),
        Delivery::Refused(reply) => format!("refused {reply}"),
        Delivery::Unsendable(why) => format!("unsendable {why}"),
        Delivery::Unknown(error) => format!("unknown {}", error.stage),
    }
}

pub fn all(deliveries: &[Delivery]) -> Vec<String> {
    deliveries.iter().map(short_of).collect()
}

#[tokio::test]
async fn one_connection_takes_many_mails_each_with_its_recipients() {
    let server = Scripted::new(&[]);
    let mut connection = server.connect().await.unwrap();
    let two = envelope("support@example.org", &["ann@example.com", "bob@example.net"]);
    let sent = connection.send(&two, b"Subject: One\r\n\r\n.\r\n..\r\nend").await.unwrap();
    assert_eq!(all(&sent), ["sent 250 2.0.0 queued as A1"; 2]);
    let automatic = envelope("", &["ann@example.com"]);
    assert_eq!(connection.send(&automatic, MAIL).await.unwrap().len(), 1);
    assert!(connection.is_open());
    connection.quit().await;
    let said = server.lines(0);
    assert_eq!(
        said,
        [
            "EHLO here.example.org",
            "MAIL FROM:<support@example.org> SIZE=26",
            "RCPT TO:<ann@example.com>",
            "RCPT TO:<bob@example.net>",
            "DATA",
            "MAIL FROM:<> SIZE=26",
            "RCPT TO:<ann@example.com>",
            "DATA",
            "QUIT"
        ]
    );
    assert_eq!(
        server.mails(),
        ["Subject: One\r\n\r\n..\r\n...\r\nend\r\n.\r\n", "Subject: Hello\r\n\r\nHello.\r\n.\r\n"]
    );
}

#[tokio::test]
async fn one_refused_recipient_of_three_does_not_stop_the_others() {
    let server = Scripted::new(&[
        (0, "RCPT TO:<bob", Do::Say("571 5.7.1 not here")),
        (0, "RCPT TO:<cat", Do::Say("450-4.2.0 greylisted,\r\n450 4.2.0 come back")),
        (0, "RCPT TO:<eve", Do::Say("251 will forward")),
    ]);
    let mut connection = server.connect().await.unwrap();
    let to = ["ann@example.com", "bob@example.com", "cat@example.com", "eve@example.com"];
    let sent = connection.send(&envelope("support@example.org", &to), MAIL).await.unwrap();
    let expected = [
        "sent 250 2.0.0 queued as A1",
        "refused 571 5.7.1 not here",
        "deferred 450 4.2.0 greylisted, come back",
        "sent 250 2.0.0 queued as A1",
    ];
    assert_eq!((all(&sent), server.mails().len()), (expected.map(str::to_owned).to_vec(), 1));
}

#[tokio::test]
async fn where_nobody_is_left_no_mail_is_sent_and_the_next_transaction_begins_afresh() {
    let server = Scripted::new(&[(0, "RCPT", Do::Say("550 no such user")), (0, "DATA", Do::Say("451 4.3.0 no disk"))]);
    let mut connection = server.connect().await.unwrap();
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    let mut became = Vec::new();
    for _ in 0..3 {
        became.extend(all(&connection.send(&to_ann, MAIL).await.unwrap()));
        assert!(connection.is_open());
    }
    assert_eq!(became, ["refused 550 no such user", "deferred 451 4.3.0 no disk", "sent 250 2.0.0 queued as A1"]);
    let words = server.lines(0).iter().map(|line| line[..4].to_owned()).collect::<Vec<_>>().join(" ");
    assert_eq!(words, "EHLO MAIL RCPT RSET MAIL RCPT DATA RSET MAIL RCPT DATA");
}

#[tokio::test]
async fn a_mail_that_is_refused_at_its_end_is_not_unknown_and_the_next_gets_a_connection_of_its_own() {
    for (said, became) in [("554 5.6.0 spam", "refused 554 5.6.0 spam"), ("452 4.3.1 full", "deferred 452 4.3.1 full")]
    {
        let server = Scripted::new(&[(0, END, Do::Say(said))]);
        let mut connection = server.connect().await.unwrap();
        let sent = connection.send(&envelope("support@example.org", &["ann@example.com"]), MAIL).await.unwrap();
        assert_eq!((all(&sent), connection.is_open()), (vec![became.to_owned()], false));
    }
}

#[tokio::test]
async fn where_a_reset_fails_the_answers_stand_and_the_connection_does_not() {
    for failure in [Do::Say("500 what?"), Do::Close, Do::Hang, Do::Say("421 busy")] {
        let server = Scripted::new(&[(0, "RCPT", Do::Say("550 no such user")), (0, "RSET", failure)]);
        let mut connection = server.connect().await.unwrap();
        let sent = connection.send(&envelope("support@example.org", &["ann@example.com"]), MAIL).await.unwrap();
        assert_eq!((all(&sent), connection.is_open()), (vec!["refused 550 no such user".to_owned()], false));
    }
}

#[tokio::test]
async fn a_refused_sender_is_the_relays_matter_unless_it_is_said_to_be_the_mails() {
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    for (said, became) in [
        ("451 4.3.1 later", "deferred 451 4.3.1 later"),
        ("552 too large", "refused 552 too large"),
        ("554 5.3.4 too large", "refused 554 5.3.4 too large"),
    ] {
        let server = Scripted::new(&[(0, "MAIL", Do::Say(said))]);
        let mut connection = server.connect().await.unwrap();
        assert_eq!(all(&connection.send(&to_ann, MAIL).await.unwrap()), [became]);
        assert!(connection.is_open() && connection.send(&to_ann, MAIL).await.is_ok());
    }
    let server = Scripted::new(&[(0, "MAIL", Do::Say("530 5.7.0 log in first"))]);
    let mut connection = server.connect().await.unwrap();
    let error = connection.send(&to_ann, MAIL).await.unwrap_err();
    assert_eq!((error.cause, error.stage), (Cause::Relay, Stage::Sender));
    assert!(error.to_string().ends_with(": MAIL was answered 530 5.7.0 log in first"), "{error}");
    assert_eq!(error.reply.unwrap().enhanced.as_deref(), Some("5.7.0"));
}

#[tokio::test]
async fn too_many_recipients_are_for_later_and_a_full_mailbox_is_not() {
    let server =
        Scripted::new(&[(0, "RCPT TO:<bob", Do::Say("552 too many")), (0, "RCPT TO:<cat", Do::Say("552 5.2.2 full"))]);
    let mut connection = server.connect().await.unwrap();
    let to = envelope("support@example.org", &["ann@example.com", "bob@example.com", "cat@example.com"]);
    let sent = connection.send(&to, MAIL).await.unwrap();
    assert_eq!(all(&sent)[1..], ["deferred 552 too many", "refused 552 5.2.2 full"]);
}

#[tokio::test]
async fn what_a_server_says_in_the_middle_of_a_mail_before_it_closes_is_its_answer() {
    // More than the network takes ahead.
    let large = [b"Subject: Large\r\n\r\n".to_vec(), b"0123456789abcdef\r\n".repeat(1_500_000)].concat();
    let server =
        Scripted::knowing(&["8BITMIME"], &[(0, CONTENT, Do::Say("552 5.3.4 too large")), (1, CONTENT, Do::Close)]);
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    let mut connection = server.connect().await.unwrap();
    // This one goes on reading: its answer was too early, so who knows what its next one is for.
    assert_eq!(all(&connection.send(&to_ann, &large).await.unwrap()), ["refused 552 5.3.4 too large"]);
    assert!(!connection.is_open());
    let mut connection = server.connect().await.unwrap();
    let error = connection.send(&to_ann, &large).await.unwrap_err();
    assert_eq!((error.cause, error.stage, connection.is_open()), (Cause::Temporary, Stage::Content, false), "{error}");
}

#[tokio::test]
async fn a_reply_that_is_not_utf_8_is_a_reply() {
    let server = Scripted::new(&[(0, END, Do::Bytes(b"250 angenommen f\xfcr sp\xe4ter\r\n".to_vec()))]);
    let mut connection = server.connect().await.unwrap();
    let sent = connection.send(&envelope("support@example.org", &["ann@example.com"]), MAIL).await.unwrap();
    assert_eq!(all(&sent), ["sent 250 angenommen f\u{fffd}r sp\u{fffd}ter"]);
}
