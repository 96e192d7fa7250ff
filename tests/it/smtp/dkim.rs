//! Signatures, as dkimpy sees them, which others wrote.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use ticketd::config::Dkim;
use ticketd::domain::Timestamp;
use ticketd::smtp::Signer;

/// Its argument is the record in the DNS.
const VERIFY: &str = "
import sys, dkim
record = sys.argv[1].encode()
def dns(name, timeout=5):
    return record if name == b'desk1._domainkey.example.org.' else None
print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=dns))
";

const MAIL: &str = "Received: from here\r\nFrom: Support\r\n <support@example.org>\r\nTo: ann@example.com\r\n\
    Subject: Zwölf   Fragen\r\nList-Unsubscribe: <https://example.org/u>\r\nMessage-ID: <1@example.org>\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHellö,\r\n\r\n.  two  spaces \r\n\r\n\r\n";

/// A Python that has dkimpy.
fn python(test: &str) -> Option<&'static str> {
    let has = |program: &&str| {
        let output = Command::new(program).args(["-c", "import dkim, nacl"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has);
    if found.is_none() {
        println!("skipped: {test}: no dkimpy here (tests/run installs python3-dkim and python3-nacl)");
    }
    found
}

fn openssl(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Base64 of a public key: PEM without its first and last line.
fn public(folder: &Path, key: &str) -> String {
    let pem = String::from_utf8(openssl(folder, &["pkey", "-in", key, "-pubout"])).unwrap();
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

fn verified(python: &str, record: &str, mail: &[u8]) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", VERIFY, record]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(mail).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout == b"True\n"
}

fn dkim(folder: &Path, key: &str) -> Dkim {
    let key_file = folder.join(key).display().to_string();
    Dkim { domain: "example.org".to_owned(), selector: "desk1".to_owned(), key_file }
}

#[test]
fn signatures_of_both_kinds_are_right_and_cover_what_they_should() {
    let Some(python) = python("dkim") else { return };
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    openssl(folder, &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem"]);
    openssl(folder, &["rsa", "-in", "rsa.pem", "-traditional", "-out", "old.pem"]);
    openssl(folder, &["genpkey", "-algorithm", "ed25519", "-out", "ed.pem"]);
    let rsa = format!("v=DKIM1; k=rsa; p={}", public(folder, "rsa.pem"));
    // The key itself is the last 32 of its 44 bytes (RFC 8463 4): 16 + 44 characters, of which 60 are the whole.
    let ed = public(folder, "ed.pem");
    let ed = format!("v=DKIM1; k=ed25519; p={}", &ed[16..]);
    for (key, record) in [("rsa.pem", &rsa), ("old.pem", &rsa), ("ed.pem", &ed)] {
        let signer = Signer::load(&dkim(folder, key)).unwrap();
        assert_eq!(format!("{signer:?}"), "Signer { domain: \"example.org\", selector: \"desk1\" }");
        let signed = signer.sign(MAIL.as_bytes(), Timestamp(1_767_225_600_000)).unwrap();
        assert!(verified(python, record, &signed), "{key}");
        let text = String::from_utf8(signed).unwrap();
        assert!(text.ends_with(MAIL) && text.lines().all(|line| line.len() < 100), "{text}");
        // What servers may do to it, and what nobody may.
        assert!(verified(python, record, text.replace("Received: from here\r\n", "X-New: 1\r\n").as_bytes()));
        for (from, to) in [
            ("two", "three"),
            ("Fragen", "Antworten"),
            ("example.org/u", "example.net/u"),
            ("From: ", "From: eve@example.com\r\nFrom: "),
            ("t=1767225600", "t=1767225601"),
        ] {
            assert!(text.contains(from));
            assert!(!verified(python, record, text.replacen(from, to, 1).as_bytes()), "{key}: {to}");
        }
        for mail in ["From: a@example.org\r\n", "From: a@example.org\r\n\r\n", "From: a@example.org\r\n\r\nno line end"]
        {
            let signed = signer.sign(mail.as_bytes(), Timestamp(0)).unwrap();
            assert!(verified(python, record, &signed), "{key}: {mail:?}");
        }
    }
}

#[test]
fn a_key_that_nothing_can_be_signed_with_is_told_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    openssl(folder.path(), &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "short.pem"]);
    std::fs::write(folder.path().join("no.pem"), "secret").unwrap();
    for (key, what) in [
        ("none.pem", "No such file"),
        ("no.pem", "it is no PEM file"),
        ("short.pem", "no RSA key of 2048 to 4096 bits, and no Ed25519 key"),
    ] {
        let error = Signer::load(&dkim(folder.path(), key)).unwrap_err().to_string();
        assert!(error.contains(key) && error.contains(what) && !error.contains("secret"), "{error}");
    }
}
