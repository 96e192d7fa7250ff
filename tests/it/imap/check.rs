//! `ticketd check --connect`: what is said of each mailbox without reading it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::dovecot::Dovecot;
use super::place::{desk, mail, number, plain, sync, team};
use crate::first_steps::Desk;

fn encrypted(server: &Dovecot, user: &str, authority: &Path) -> String {
    let ca_file = format!("ca_file = \"{}\"\nport = {}", authority.display(), server.imaps);
    plain(server, user, &ca_file)
        .replace("127.0.0.1", "localhost")
        .replace("tls = \"none\"", "tls = \"implicit\"")
        .replace(&format!("\nport = {}\n", server.imap), "\n")
}

fn deliver(server: &Dovecot, user: &str, name: &str) {
    server.deliver(user, name, mail(&format!("{user}-{name}"), "ann@example.com", "support@example.org", ""));
}

fn connections(desk: &Desk, expected: i32) -> Vec<Value> {
    let (code, out, err) = desk.run(&["check", "--connect", "--json"]);
    assert_eq!((code, err.as_str()), (expected, ""), "{out}");
    let said: Value = serde_json::from_str(&out).unwrap();
    said["connections"].as_array().unwrap().clone()
}

#[test]
fn a_look_shows_encryption_folders_what_is_stored_and_what_is_to_be_read() {
    let Some(server) = Dovecot::shared("imap check") else { return };
    let desk = desk(&team("support", &encrypted(&server, "look", &server.authority())));
    deliver(&server, "look", "old");
    let first = connections(&desk, 0);
    assert_eq!(first[0]["folders"][0]["read_before"], false);
    assert_eq!(first[0]["folders"][0]["to_read"], 0, "start = now leaves alone what is there");
    assert!(!desk.0.path().join("desk.db").exists(), "a look makes no database");
    sync(&desk, &[]);
    deliver(&server, "look", "read");
    sync(&desk, &[]);
    deliver(&server, "look", "new1");
    deliver(&server, "look", "new2");
    let (seen, journal) = (&connections(&desk, 0)[0], number(&desk, "SELECT count(*) FROM event"));
    assert_eq!((&seen["mailbox"], &seen["ok"], &seen["error"]), (&json!("support"), &json!(true), &json!(null)));
    assert_eq!((&seen["security"], &seen["tls"]), (&json!("implicit"), &json!("TLSv1.3")));
    assert_eq!((&seen["certificate_days"], &seen["warnings"]), (&json!(29), &json!([])));
    let can = seen["capabilities"].as_array().unwrap();
    assert!(["UIDPLUS", "MOVE", "SPECIAL-USE"].iter().all(|name| can.contains(&json!(name))), "{can:?}");
    let inbox = &seen["folders"][0];
    assert_eq!((&inbox["name"], &inbox["mails"], &inbox["last_uid"]), (&json!("INBOX"), &json!(4), &json!(2)));
    assert_eq!((&inbox["read_before"], &inbox["to_read"]), (&json!(true), &json!(2)));
    assert!(inbox["oldest"].is_string() && inbox["oldest_seconds"].as_i64().unwrap() < 600, "{inbox}");
    assert_eq!((&seen["folders"][1]["name"], &seen["folders"][1]["role"]), (&json!("Gesendet"), &json!("sent")));
    let (code, out, err) = desk.run(&["check", "--connect"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for said in [", TLSv1.3, certificate until ", "can: UIDPLUS, MOVE, SPECIAL-USE, LIST-EXTENDED, ID\n"] {
        assert!(out.contains(said), "{said}: {out}");
    }
    assert!(out.contains(", 4 there, stored up to UID 2, 2 to read, the oldest of "), "{out}");
    // It was a look: the next sync finds all of it.
    assert_eq!(number(&desk, "SELECT count(*) FROM event"), journal);
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
}

#[test]
fn every_mailbox_is_tried_and_each_trouble_comes_with_a_way_out() {
    let Some(server) = Dovecot::shared("imap check, trouble") else { return };
    let mailboxes = [
        team("closed", &plain(&server, "x", "").replace(&format!("port = {}", server.imap), "port = 1")),
        team("refused", &plain(&server, "check-wrong", "").replace("\"password\"", "\"wrong\"")),
        team("folderless", &plain(&server, "check-folder", "folders = [\"None\"]")),
        team("secretless", &plain(&server, "x", "").replace("\"password\"", "\"none\"")),
        team("good", &plain(&server, "check-good", "")),
    ];
    let all = desk(&mailboxes.concat());
    all.write("wrong", "wr0ng");
    let tried = connections(&all, 78);
    let codes: Vec<_> = tried.iter().map(|one| one["error"]["code"].clone()).collect();
    assert_eq!(codes, [json!(75), json!(77), json!(78), json!(78), json!(null)]);
    assert!(tried[2]["capabilities"].is_array() && tried[0]["capabilities"].is_null(), "as far as it went");
    let (code, out, _) = all.run(&["check", "--connect"]);
    assert_eq!(code, 78);
    for said in [
        "try again later; where it stays so, look at host, port, tls and ca_file in [mailbox.imap]",
        "look at user and password in [mailbox.imap], and at what the account may read",
        "there is no folder `None`; there is: ",
        "the password cannot be read from none: ",
        "\ngood: 127.0.0.1:",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    assert!(!out.contains("wr0ng"), "{out}");
    // Of several the highest: without wrong configuration a refused login is left.
    let two = desk(&mailboxes[..2].concat());
    two.write("wrong", "wr0ng");
    assert_eq!(two.run(&["check", "--connect"]).0, 77);
    assert_eq!(desk(&mailboxes[0]).run(&["check", "--connect"]).0, 75);
    // A mistake in the file is said before anything is tried.
    let wrong = desk("[[mailbox]]\nname = 7\n");
    let (code, out, _) = wrong.run(&["check", "--connect"]);
    assert!(code == 78 && out.contains("mistake"), "{out}");
}

#[test]
fn a_certificate_that_ends_soon_is_warned_about() {
    let own = tempfile::tempdir().unwrap();
    if Command::new("openssl").arg("version").output().is_err() {
        return println!("skipped: imap check, certificate: no openssl here");
    }
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "20", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(own.path())
        .output()
        .unwrap();
    assert!(made.status.success());
    // The server is another user.
    for (path, mode) in [("", 0o755), ("key.pem", 0o644)] {
        std::fs::set_permissions(own.path().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let d = own.path().display();
    let more = format!("ssl_cert = <{d}/cert.pem\nssl_key = <{d}/key.pem");
    let Some(server) = Dovecot::start("imap check, certificate", &more) else { return };
    let desk = desk(&team("support", &encrypted(&server, "soon", &own.path().join("cert.pem"))));
    let (code, out, _) = desk.run(&["check", "--connect"]);
    assert!(code == 0 && out.contains("  warning: the server's certificate ends in 19 days, on "), "{out}");
    assert_eq!(connections(&desk, 0)[0]["warnings"].as_array().unwrap().len(), 1);
}
