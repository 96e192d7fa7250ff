//! A large mail among many small ones, in bounded memory.

use std::process::Stdio;
use std::time::Duration;

use super::dovecot::Dovecot;
use super::place::{desk, mail, number, plain, team, tickets};
use crate::support::full;

const MB: usize = 1024 * 1024;

/// Memory that `sync` may hold at its peak: the large mail as it came, in the buffer that it came in, packed, what is
/// fetched ahead meanwhile, and the program. Measured: 120 MB with 1,000 small mails, 131 MB with 10,000.
const MOST: usize = 200 * MB;

/// 40 MB: a text and a file in base64.
fn large() -> String {
    let head = mail("large", "large@example.com", "support@example.org", "");
    let (head, text) = head.split_once("\n\n").unwrap();
    let line = format!("{}\n", "QUJD".repeat(19));
    let file = line.repeat(40 * MB / line.len());
    format!(
        "{head}\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{text}\n\
         --b\nContent-Type: application/octet-stream; name=plan.bin\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename=plan.bin\n\n{file}\n--b--\n"
    )
}

#[test]
fn a_mail_of_40_mb_among_many_small_ones_is_taken_in_bounded_memory() {
    let Some(server) = Dovecot::start("imap memory", "") else { return };
    let small = if full() { 10_000 } else { 1_000 };
    for n in 0..small {
        if n == small / 2 {
            server.deliver("memory", &format!("{n:05}-large"), large());
        }
        let text = mail(&format!("m{n}"), &format!("ann{n}@example.com"), "support@example.org", "");
        server.deliver("memory", &format!("{n:05}-small"), text);
    }
    let desk = desk(&team("support", &plain(&server, "memory", "start = \"all\"")));
    let mut child = desk.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak_of(child.id()).unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    println!("{small} small mails and one of 40 MB: {} MB at the peak", peak / MB);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    // On a busy machine a build for tests may not have read the large one in time: then it is stored, and tried again.
    assert!([small, small + 1].contains(&tickets(&desk).len()), "{said}");
    let (code, audited, err) = desk.run(&["audit"]);
    assert!(code == 0 && audited.contains(&format!("INBOX: {} there, ", small + 1)), "{audited}{err}");
    let whole = "SELECT max(size) FROM content";
    assert!(number(&desk, whole) > 40 * MB as i64, "the large one is stored whole");
    assert!(peak > 0 && peak < MOST, "{} MB", peak / MB);
}

/// The most memory that a process had so far, in bytes (VmHWM, proc(5)). `None` once it is gone.
fn peak_of(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? * 1024)
}
