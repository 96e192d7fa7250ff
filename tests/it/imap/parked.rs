//! A mail that its server does not give.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};
use crate::first_steps::Desk;

/// A user with these mails, of which the server knows the size, but cannot read number 2.
struct Poisoned {
    desk: Desk,
    file: PathBuf,
}

fn poisoned(server: &Dovecot, user: &str) -> Poisoned {
    let desk = desk(&team("support", &plain(server, user, "start = \"all\"")));
    for n in 0..5 {
        let text = mail(&format!("{user}{n}"), &format!("{n}@example.com"), "support@example.org", "");
        let text = text.replace('\n', "\r\n");
        // Dovecot takes both sizes from the name.
        server.deliver(user, &format!("170000000{n}.M{n}.x,S={0},W={0}", text.len()), text);
    }
    let new = server.folder.path().join("mail").join(user).join("Maildir/new");
    let file = std::fs::read_dir(new).unwrap().map(|file| file.unwrap().path());
    let file = file.filter(|file| file.to_str().unwrap().contains(".M2.")).last().unwrap();
    set_permissions(&file, Permissions::from_mode(0o000)).unwrap();
    Poisoned { desk, file }
}

/// Syncs until that goes well; how often it did not.
fn sync_until_well(desk: &Desk) -> (u32, String) {
    for failed in 0..10 {
        let (code, out, err) = desk.run(&["sync"]);
        match code {
            0 => return (failed, out),
            code => assert_eq!(code, 75, "{err}"),
        }
    }
    panic!("it never goes well");
}

#[test]
fn a_mail_that_does_not_come_keeps_no_other_back_and_is_parked_after_three_times() {
    let Some(server) = Dovecot::shared("imap parked") else { return };
    let Poisoned { desk, file } = poisoned(&server, "parked");
    let (failed, said) = sync_until_well(&desk);
    // Once with others, then alone.
    assert!((3..=4).contains(&failed), "{failed}");
    assert_eq!(said, "support: 1 that the server does not give (`ticketd quarantine list`)\n");
    assert_eq!(tickets(&desk).len(), 4);
    let (code, out, _) = desk.run(&["audit"]);
    assert!(code == 1 && out.contains(", 4 stored, 1 parked, 0 missing\n  parked, the server does not"), "{out}");
    let (_, listed, _) = desk.run(&["quarantine", "list"]);
    assert!(listed.starts_with("support/INBOX/3  ") && listed.contains("  asked for 3 times"), "{listed}");
    let (_, listed, _) = desk.run(&["quarantine", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed["parked"], &listed["state"]), (&"support/INBOX/3".into(), &"parked".into()));
    assert!(listed["failure"].as_str().unwrap().contains("UID FETCH"), "{listed}");
    let (code, _, err) = desk.run(&["quarantine", "drop", "support/INBOX/3"]);
    assert!(code == 64 && err.contains("delete it on the server"), "{err}");
    let (code, _, err) = desk.run(&["quarantine", "retry", "support/INBOX/4"]);
    assert!(code == 66 && err.contains("support/INBOX/4 is not parked"), "{err}");
    // Asked for again it does not come, three times; then it does.
    let again = "support/INBOX/3  the next sync asks for it again\n";
    assert_eq!(desk.run(&["quarantine", "retry", "support/INBOX/3"]).1, again);
    assert_eq!(sync_until_well(&desk).0, 3);
    assert_eq!(desk.run(&["quarantine", "retry", "support/INBOX/3"]).1, again);
    set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!((desk.run(&["audit"]).0, number(&desk, "SELECT count(*) FROM unfetched")), (0, 0));
    folds(&desk);
}

#[test]
fn repair_asks_for_what_is_parked_and_what_is_gone_is_forgotten() {
    let Some(server) = Dovecot::shared("imap parked, repair") else { return };
    let Poisoned { desk, file } = poisoned(&server, "parked-repair");
    sync_until_well(&desk);
    let (code, out, err) = desk.run(&["audit", "--repair"]);
    assert!(code == 75 && out.contains("1 missing") && err.contains("during UID FETCH"), "{out}{err}");
    sync_until_well(&desk);
    set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let (code, out, err) = desk.run(&["audit", "--repair"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("INBOX: 5 there, 5 stored, 0 missing") && out.contains("1 fetched by --repair"), "{out}");
    assert_eq!((tickets(&desk).len(), number(&desk, "SELECT count(*) FROM unfetched")), (5, 0));
    let Poisoned { desk, file } = poisoned(&server, "parked-gone");
    sync_until_well(&desk);
    std::fs::remove_file(file).unwrap();
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    assert_eq!((desk.run(&["audit"]).0, number(&desk, "SELECT count(*) FROM unfetched")), (0, 0));
}
