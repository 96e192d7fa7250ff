//! A mail that its server does not give.

use super::dovecot::Dovecot;
use super::place::{desk, mail, plain, sync, team, tickets};

#[test]
fn a_mail_that_cannot_be_fetched_is_parked_and_the_rest_is_read() {
    let Some(server) = Dovecot::shared("imap parked") else { return };
    let desk = desk(&team("support", &plain(&server, "parked", "start = \"all\"")));
    for n in 0..5 {
        let text =
            mail(&format!("parked{n}"), &format!("p{n}@example.com"), "support@example.org", "").replace('\n', "\r\n");
        server.deliver("parked", &format!("1700000000.M{n}.x,S={},W={}", text.len(), text.len()), text);
    }
    let poison = std::fs::read_dir(server.folder.path().join("mail/parked/Maildir/new"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.to_string_lossy().contains("M2"))
        .unwrap();
    std::process::Command::new("chmod").arg("000").arg(&poison).status().unwrap();
    for _ in 0..6 {
        let (code, out, err) = desk.run(&["sync"]);
        println!("{code} {out} {err} {}", tickets(&desk).len());
        println!("{:?}", desk.run(&["audit"]));
    }
    panic!();
}
