//! What a relay must be able to do for a mail, and what becomes of the mail where it is not.

use super::scripted::{MAIL, Scripted, envelope};
use super::sending::all;

const EIGHT_BIT: &str = "Subject: Hello\r\n\r\nHellö.\r\n";

#[tokio::test]
async fn eight_bits_a_size_and_addresses_in_utf_8_are_announced_where_the_relay_knows_them() {
    let server = Scripted::new(&[]);
    let mut connection = server.connect().await.unwrap();
    connection.send(&envelope("jürgen@example.org", &["ann@bücher.example"]), EIGHT_BIT.as_bytes()).await.unwrap();
    connection.send(&envelope("support@example.org", &["пример@example.com"]), MAIL).await.unwrap();
    let said = server.lines(0);
    assert_eq!(said[1], "MAIL FROM:<jürgen@example.org> SIZE=27 BODY=8BITMIME SMTPUTF8");
    // A domain can always be said in ASCII (RFC 5891).
    assert_eq!(said[2], "RCPT TO:<ann@xn--bcher-kva.example>");
    assert_eq!(said[4..6], ["MAIL FROM:<support@example.org> SIZE=26 SMTPUTF8", "RCPT TO:<пример@example.com>"]);
}

#[tokio::test]
async fn a_recipient_that_only_smtputf8_can_say_fails_without_it_and_the_others_get_the_mail() {
    let server = Scripted::knowing(&["8BITMIME"], &[]);
    let mut connection = server.connect().await.unwrap();
    let to = envelope("support@example.org", &["jürgen@example.com", "ann@bücher.example"]);
    let sent = all(&connection.send(&to, EIGHT_BIT.as_bytes()).await.unwrap());
    let why = "unsendable jürgen@example.com is not ASCII before its @, and the relay does not offer SMTPUTF8";
    assert_eq!(sent, [why, "sent 250 2.0.0 queued as A1"]);
    assert_eq!(
        server.lines(0)[1..3],
        ["MAIL FROM:<support@example.org> BODY=8BITMIME", "RCPT TO:<ann@xn--bcher-kva.example>"]
    );
    // Nobody else, or the sender itself.
    let alone = envelope("support@example.org", &["jürgen@example.com"]);
    assert_eq!(all(&connection.send(&alone, MAIL).await.unwrap()), [why]);
    let from = envelope("jürgen@example.org", &["ann@example.com"]);
    let sent = all(&connection.send(&from, MAIL).await.unwrap());
    assert!(sent[0].starts_with("unsendable jürgen@example.org is not ASCII"), "{sent:?}");
    assert!(connection.is_open() && server.lines(0).len() == 4, "{:?}", server.lines(0));
}

#[tokio::test]
async fn a_mail_that_the_relay_cannot_take_is_not_sent_to_it() {
    let server = Scripted::knowing(&["SIZE 100"], &[]);
    let mut connection = server.connect().await.unwrap();
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    for (mail, why) in [
        (EIGHT_BIT.to_owned(), "unsendable the mail is not ASCII, and the relay does not offer 8BITMIME"),
        ("x".repeat(101), "unsendable the mail has 101 bytes, and the relay takes 100 at most"),
        ("Subject: x\r\n\r\na\n.\nMAIL".to_owned(), "unsendable a line of the mail does not end in CR LF"),
    ] {
        assert_eq!(all(&connection.send(&to_ann, mail.as_bytes()).await.unwrap()), [why]);
    }
    assert_eq!(server.lines(0).len(), 1);
    assert_eq!(all(&connection.send(&to_ann, &[b'x'; 100]).await.unwrap()), ["sent 250 2.0.0 queued as A1"]);
}

#[tokio::test]
async fn no_address_says_more_to_a_relay_than_itself() {
    let server = Scripted::new(&[]);
    let mut connection = server.connect().await.unwrap();
    let odd = ["a@b@example.org", "\"a\"x\"@example.org", "ann@exa,mple.org", "a(b)@example.org"];
    let sent = all(&connection.send(&envelope("support@example.org", &odd), MAIL).await.unwrap());
    assert!(sent.iter().all(|became| became.contains("cannot be written to")), "{sent:?}");
    // Odd, and right (RFC 5321 4.1.2), or at least in use.
    let right = ["\"a: b\\\"\"@example.org", "a..b@example.org", "ann@[192.0.2.1]"];
    connection.send(&envelope("support@example.org", &right), MAIL).await.unwrap();
    let said = server.lines(0);
    assert_eq!(
        said[2..5],
        ["RCPT TO:<\"a: b\\\"\"@example.org>", "RCPT TO:<a..b@example.org>", "RCPT TO:<ann@[192.0.2.1]>"]
    );
}
