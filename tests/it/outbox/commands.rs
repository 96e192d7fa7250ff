//! `ticketd outbox` as its user sees it.

use serde_json::Value;
use tempfile::TempDir;

use crate::first_steps::Desk;
use crate::smtp::scripted::{Do, Scripted};

/// A desk with a mail to Bo in its outbox; `more` stands in its configuration.
fn desk(more: &str) -> (Desk, String) {
    let desk = Desk(TempDir::new().unwrap());
    desk.write(
        "ticketd.toml",
        format!(
            "database = \"desk.db\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\
             [[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n{more}"
        ),
    );
    desk.write("text.txt", "We moved.\n");
    done(&desk, &["apply", "ticketd.toml"]);
    let contact =
        ["send", "--contact", "bo@example.com", "--subject", "Address", "--as", "alice", "--file", "text.txt"];
    let sent = done(&desk, &[&contact[..], &["--json"]].concat());
    let row = serde_json::from_str::<Value>(&sent).unwrap()["row"].to_string();
    (desk, row)
}

fn relay(server: &Scripted) -> String {
    format!("[[relay]]\nname = \"out\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n", server.port)
}

/// Runs a command, which must go well.
fn done(desk: &Desk, args: &[&str]) -> String {
    let (code, out, err) = desk.run(args);
    assert_eq!(code, 0, "{args:?}: {out}{err}");
    out
}

fn listed(desk: &Desk) -> Vec<Value> {
    done(desk, &["outbox", "list", "--all", "--json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_waits_is_listed_with_its_row_its_recipients_and_its_subject() {
    let (desk, row) = desk("");
    let list = done(&desk, &["outbox", "list"]);
    let first = list.lines().next().unwrap();
    assert!(first.trim_start().starts_with(&format!("#{row}  ")) && first.contains("queued  record"), "{list}");
    assert!(list.contains("to bo@example.com: Address"), "{list}");
    let json = listed(&desk);
    assert_eq!((json[0]["state"].as_str(), json[0]["attempts"].as_i64()), (Some("queued"), Some(0)));
}

#[test]
fn a_flush_sends_what_waits_and_says_how_much_that_was() {
    let server = Scripted::new(&[]);
    let (desk, row) = desk(&relay(&server));
    assert_eq!(done(&desk, &["outbox", "flush"]), "outbox: 1 sent\n");
    assert_eq!(server.mails().len(), 1);
    let shown = done(&desk, &["outbox", "show", &row]);
    for part in ["sent", "to bo@example.com accepted: 250 2.0.0 queued as A1", "offered to the relay out: taken for 1"]
    {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    assert_eq!(desk.run(&["outbox", "list"]).2, "nothing waits, and nothing failed\n");
    assert_eq!(desk.run(&["outbox", "retry", &row]).0, 1, "it is sent already");
}

#[test]
fn a_cancelled_mail_does_not_leave_until_somebody_wants_it_again() {
    let server = Scripted::new(&[]);
    let (desk, row) = desk(&relay(&server));
    assert_eq!(done(&desk, &["outbox", "cancel", &row, "--as", "alice"]), format!("#{row}  cancelled\n"));
    assert_eq!(done(&desk, &["outbox", "flush"]), "outbox: nothing sent\n");
    assert!(server.mails().is_empty());
    let past = done(&desk, &["outbox", "show", &row]);
    assert!(past.contains("cancelled, by alice"), "{past}");
    done(&desk, &["outbox", "retry", &row]);
    assert_eq!(done(&desk, &["outbox", "flush", "--json"]).matches("\"sent\":1").count(), 1);
}

#[test]
fn a_refused_mail_is_shown_with_the_relays_words_and_is_retried_when_somebody_says_so() {
    let server = Scripted::new(&[(0, "RCPT", Do::Say("550 5.7.1 not from you"))]);
    let (desk, row) = desk(&relay(&server));
    assert_eq!(done(&desk, &["outbox", "flush"]), "outbox: 1 sent, 1 failed\n", "alice is told of it at once");
    let all = listed(&desk);
    let json = all.iter().find(|send| send["purpose"] == "record").unwrap();
    assert_eq!(json["recipients"][0]["answer"].as_str(), Some("550 5.7.1 not from you"));
    assert_eq!((json["state"].as_str(), json["recipients"][0]["status"].as_str()), (Some("failed"), Some("5.7.1")));
    done(&desk, &["outbox", "retry", &row, "--as", "alice"]);
    assert_eq!(done(&desk, &["outbox", "flush"]), "outbox: 1 sent\n");
}

#[test]
fn a_relay_that_refuses_us_is_told_with_a_way_out_and_nothing_is_lost() {
    let server = Scripted::new(&[(0, "MAIL", Do::Say("550 5.7.1 you are blocked"))]);
    let (desk, _) = desk(&relay(&server));
    let (code, out, err) = desk.run(&["outbox", "flush"]);
    assert_eq!((code, out.as_str()), (77, "outbox: nothing sent, 1 waiting\n"), "{err}");
    assert!(
        err.contains("relay out: ") && err.contains("you are blocked") && err.contains("`ticketd outbox flush`"),
        "{err}"
    );
    let waits = desk.run(&["outbox", "list"]).2;
    assert!(waits.contains("relay out refuses us and is left alone until"), "{waits}");
    assert_eq!(done(&desk, &["outbox", "flush"]), "outbox: 1 sent\n", "flush tries it all the same");
}

#[test]
fn a_mistake_is_told_with_a_way_out() {
    let (desk, _) = desk("");
    let said = |args: &[&str]| {
        let (code, _, err) = desk.run(args);
        (code, err)
    };
    let (code, err) = said(&["outbox", "flush"]);
    assert!(code == 78 && err.contains("add a [[relay]]"), "{code} {err}");
    let (code, err) = said(&["outbox", "show", "4711"]);
    assert!(code == 66 && err.contains("#4711 is no send"), "{code} {err}");
    assert_eq!(said(&["outbox", "cancel", "x"]).0, 64);
    assert_eq!(said(&["outbox", "cancel", "4711", "--as", "nobody"]).0, 64);
}

#[test]
fn a_password_that_stands_in_the_configuration_is_refused_and_not_shown() {
    let desk = Desk(TempDir::new().unwrap());
    desk.write(
        "ticketd.toml",
        "[[relay]]\nname = \"out\"\nhost = \"smtp.example.org\"\nuser = \"x\"\npassword = \"geheim\"\n",
    );
    let (code, out, err) = desk.run(&["check"]);
    let said = format!("{out}{err}");
    assert!(
        code == 78 && said.contains("a password does not stand in this file") && said.contains("password = …"),
        "{said}"
    );
    assert!(!said.contains("geheim"), "{said}");
}
