//! The whole circle, over real servers: a customer's mail, its ticket, what goes out, what comes back.

pub mod town;

use town::{Town, field};

const ANN: &str = "ann@example.com";
const SUPPORT: &str = "support@example.org";

/// A reply's fields.
fn answers(mail: &str) -> String {
    format!("Subject: Re: {}\r\nIn-Reply-To: {}", field(mail, "Subject"), field(mail, "Message-ID"))
}

#[test]
fn from_a_customers_mail_to_the_ticket_and_back_until_it_is_reopened() {
    let Some(mut town) = Town::new("from_a_customers_mail_to_the_ticket_and_back_until_it_is_reopened") else { return };

    // A customer's mail opens a ticket and is acknowledged.
    town.writes(ANN, SUPPORT, "Subject: My printer", "It prints nothing.");
    town.sync();
    assert_eq!(town.status(1), "New");
    let received = town.arrived(ANN, 1);
    assert!(field(&received, "Subject").contains("We received your message"), "{received}");
    assert_eq!(field(&received, "Auto-Submitted"), "auto-replied");
    assert!(field(&received, "Return-Path").contains("support+td1-"), "{received}");

    // An agent answers from the ticket: waiting on the contact, in the moment that queues it.
    town.desk.write("answer.txt", "Is it plugged in?\n");
    town.run(&["reply", "1", "--as", "alice", "--file", "answer.txt"]);
    assert_eq!(town.status(1), "Waiting on contact");
    town.sync();
    let answer = town.arrived(ANN, 2);
    assert!(answer.contains("Is it plugged in?"), "{answer}");
    assert!(
        field(&answer, "From").contains(SUPPORT) && field(&answer, "Reply-To").contains("support+td1-"),
        "{answer}"
    );

    // The customer's program is on holiday: that is no answer.
    let header = format!("{}\r\nAuto-Submitted: auto-replied", answers(&answer));
    let vacation = town.writes(ANN, &field(&answer, "Reply-To"), &header, "I am away until Monday.");
    town.sync();
    assert_eq!((town.kind_of(&vacation).as_str(), town.status(1).as_str()), ("auto_reply", "Waiting on contact"));

    // The customer answers: waiting on us, and nothing goes out for it.
    let reply = town.writes(ANN, SUPPORT, &answers(&answer), "It is.\r\n\r\n> Is it plugged in?");
    town.sync();
    assert_eq!((town.kind_of(&reply).as_str(), town.status(1).as_str()), ("customer_reply", "Waiting on us"));
    town.arrived(ANN, 2);

    // Forwarded to a supplier; the answer to that is no customer's, and changes nothing.
    town.desk.write("ask.txt", "Do you know this one?\n");
    town.run(&["forward", "1", &reply, "--to", "sam@example.net", "--as", "alice", "--file", "ask.txt"]);
    town.sync();
    let forwarded = town.arrived("sam@example.net", 1);
    assert!(forwarded.contains("Forwarded message") && forwarded.contains("It is."), "{forwarded}");
    let back = town.writes("sam@example.net", SUPPORT, &answers(&forwarded), "It wants a new drum.");
    town.sync();
    assert_eq!((town.kind_of(&back).as_str(), town.status(1).as_str()), ("reply_to_forward", "Waiting on us"));

    // Closed by hand: the customer is told.
    town.run(&["ticket", "move", "1", "closed", "--as", "alice"]);
    town.sync();
    let closed = town.arrived(ANN, 3);
    assert!(field(&closed, "Subject").contains("is closed"), "{closed}");
    assert_eq!(town.status(1), "Closed");

    // A late answer, to a mail of long ago: the first open status, and no second acknowledgement.
    let late = town.writes(ANN, SUPPORT, &answers(&received), "It stopped again.");
    town.sync();
    assert_eq!((town.kind_of(&late).as_str(), town.status(1).as_str()), ("customer_reply", "New"));
    town.arrived(ANN, 3);
    assert_eq!(town.sync(), "support: nothing new\noutbox: nothing sent\n", "and there it rests");
    town.run(&["replay", "--from-db", "--db", "desk.db"]);
}

#[test]
fn a_bounce_comes_back_to_its_send_and_whoever_wrote_it_is_told() {
    let Some(mut town) = Town::new("a_bounce_comes_back_to_its_send_and_whoever_wrote_it_is_told") else { return };
    town.writes(ANN, SUPPORT, "Subject: My printer", "It prints nothing.");
    town.sync();
    town.desk.write("answer.txt", "Is it plugged in?\n");
    town.run(&["reply", "1", "--as", "alice", "--file", "answer.txt", "--cc", "gone@example.com"]);
    town.sync();
    town.arrived(ANN, 2);
    // The relay took it for both, and reports later what became of the second.
    let report = town.arrived(SUPPORT, 2);
    assert!(field(&report, "Content-Type").contains("delivery-status"), "{report}");
    town.sync();
    let ticket = town.ticket(1);
    assert_eq!((ticket["status"].as_str(), ticket["flag"].as_str()), (Some("Waiting on contact"), Some("send_failed")));
    let told = town.arrived("alice@example.org", 1);
    assert!(told.contains("gone@example.com"), "{told}");
    // Nothing answers the report, and the notification bounces nowhere.
    assert_eq!(town.sync(), "support: nothing new\noutbox: nothing sent\n");
    town.run(&["replay", "--from-db", "--db", "desk.db"]);
}
