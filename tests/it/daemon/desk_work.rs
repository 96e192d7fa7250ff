//! What goes out while the daemon runs: acknowledgements at once, and what people write in another process.

use super::running::{Running, until};
use crate::circle::town::{Town, field};

const ANN: &str = "ann@example.com";
const SUPPORT: &str = "support@example.org";

#[test]
fn a_mail_is_acknowledged_an_answer_of_another_process_goes_out_and_its_copy_is_filed() {
    let name = "a_mail_is_acknowledged_an_answer_of_another_process_goes_out_and_its_copy_is_filed";
    let Some(mut town) = Town::new(name) else { return };
    let config = town.desk.0.path().join("ticketd.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    town.desk.write("ticketd.toml", text.replace("start = \"all\"\n", "start = \"all\"\nsent_copy = true\n"));
    let running = Running::start(&town.desk);
    town.writes(ANN, SUPPORT, "Subject: My printer", "It prints nothing.");
    let received = town.arrived(ANN, 1);
    assert!(field(&received, "Subject").contains("We received your message"), "{received}");
    town.desk.write("answer.txt", "Is it plugged in?\n");
    town.run(&["reply", "1", "--as", "alice", "--file", "answer.txt"]);
    let answer = town.arrived(ANN, 2);
    assert!(answer.contains("Is it plugged in?"), "{answer}");
    until("its copy is in the Sent folder", || town.has_in(SUPPORT, "Gesendet", 1));
    // The customer's answer moves the ticket, within the same run.
    let header = format!("Subject: Re: {}\r\nIn-Reply-To: {}", field(&answer, "Subject"), field(&answer, "Message-ID"));
    town.writes(ANN, SUPPORT, &header, "It is.");
    until("it waits on us", || town.status(1) == "Waiting on us");
    running.stop();
    town.run(&["replay", "--from-db", "--db", "desk.db"]);
}

#[test]
fn a_relay_that_is_away_keeps_no_mail_from_being_taken_and_gets_its_mail_when_it_is_back() {
    let name = "a_relay_that_is_away_keeps_no_mail_from_being_taken_and_gets_its_mail_when_it_is_back";
    let Some(mut town) = Town::new(name) else { return };
    let proxy = super::proxy::Proxy::before(town.relay_port());
    let config = town.desk.0.path().join("ticketd.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let (port, before) = (format!("port = {}\n", town.relay_port()), format!("port = {}\n", proxy.port));
    town.desk.write("ticketd.toml", text.replace(&port, &before));
    proxy.goes(super::proxy::Way::Cut);
    let running = Running::start(&town.desk);
    town.writes(ANN, SUPPORT, "Subject: My printer", "It prints nothing.");
    until("the ticket is there", || {
        let (code, out, _) = town.desk.run(&["ticket", "list"]);
        code == 0 && out.contains("My printer")
    });
    until("the relay is spoken of", || running.log().contains("a relay cannot be used"));
    let before = proxy.connections();
    until("it is tried again", || proxy.connections() > before);
    proxy.goes(super::proxy::Way::Through);
    // Asked to send it now, another process leaves that to the daemon.
    let (code, out, err) = town.desk.run(&["outbox", "flush"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, "outbox: 1 waiting; all of it is due, and the ticketd that is at work sends it\n");
    town.arrived(ANN, 1);
    running.stop();
}
