//! What is not transactional says how to unsubscribe (RFC 8058), with the token of its send.

use ticketd::domain::row::Column;
use ticketd::store::Store;

use super::office::Office;

/// A desk whose acknowledgement is marketing mail.
async fn advertising(public_url: Option<&str>) -> Office {
    Office::with(Store::in_memory().unwrap(), "support@example.org", |setup| {
        setup.public_url = public_url.map(str::to_owned);
        setup.templates[0].transactional = false;
    })
    .await
}

async fn marketing_contacts(office: &Office) {
    office.customer_writes("cleo@example.com").await;
    assert!(office.entries().is_empty(), "nobody has agreed to marketing mail");
    office.engine.store().write(|tx| tx.execute("UPDATE contact SET marketing = $1", &[true.to_value()])).unwrap();
}

/// The header of the mail that Cleo gets.
async fn header_of(office: &Office) -> (String, String) {
    let outcome = office
        .takes("From: cleo@example.com\r\nTo: support@example.org\r\nSubject: More\r\nMessage-ID: <m@example.com>\r\n\r\nHi.\r\n")
        .await;
    let bytes = office.bytes_of(&outcome).pop().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let token = outcome.queued[0].message_id.as_deref().unwrap().split('@').next().unwrap().to_owned();
    (text.split("\r\n\r\n").next().unwrap().to_owned(), token)
}

#[tokio::test]
async fn marketing_mail_carries_the_way_out_and_its_token() {
    let office = advertising(Some("https://desk.example.org/td")).await;
    marketing_contacts(&office).await;
    let (header, token) = header_of(&office).await;
    let link = format!("\r\nList-Unsubscribe: <https://desk.example.org/td/unsubscribe/{token}>\r\n");
    assert!(header.contains(&link), "{header}");
    assert!(header.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{header}");
}

#[tokio::test]
async fn transactional_mail_has_no_such_fields() {
    let office = Office::with(Store::in_memory().unwrap(), "support@example.org", |setup| {
        setup.public_url = Some("https://desk.example.org".into());
    })
    .await;
    let (header, _) = header_of(&office).await;
    assert!(!header.contains("List-Unsubscribe"), "{header}");
}

#[tokio::test]
async fn a_setup_of_before_there_was_a_public_url_keeps_its_digest() {
    let office = advertising(None).await;
    let setup = office.engine.store().read(ticketd::store::journal::current_setup).unwrap().unwrap();
    assert!(!serde_json::to_string(&setup).unwrap().contains("public_url"));
}
