//! Our signed token on its way out and back: through quoting, wrapping, gateways, rotations of the key, and forgers.

use std::path::Path;

use ticketd::compose::{AutomaticMark, Keyring, Outgoing, SigningKey, build};
use ticketd::domain::*;
use ticketd::parse;
use ticketd::store::{Store, StoreError, keys};

const REFERENCE: SendReference = SendReference([7; 12]);

fn keyring() -> Keyring {
    Keyring::new(SigningKey::new("1", [3; 32]).unwrap(), Vec::new())
}

fn sent(html: bool) -> (String, String) {
    let person = |address| Participant { name: String::new(), address: EmailAddress::parse(address).unwrap() };
    let token = keyring().sign(&REFERENCE, Timestamp::default());
    let mail = Outgoing {
        from: person("support@example.org"),
        reply_to: None,
        to: vec![person("ann@example.com")],
        cc: Vec::new(),
        subject: "Printer".into(),
        date: Timestamp::from_seconds(1_741_000_000),
        text: "Please try again.\n".into(),
        html: html.then(|| "<html><body><p>Please try again.</p></body></html>".into()),
        in_reply_to: None,
        references: Vec::new(),
        token: token.clone(),
        automatic: AutomaticMark::None,
        unsubscribe: None,
        quote: String::new(),
        attachments: Vec::new(),
    };
    (String::from_utf8(build(&mail).unwrap().bytes).unwrap(), token.to_string())
}

/// What stands at places other than the mail's own header fields.
fn found(raw: &str) -> Vec<(TokenPlace, TokenVerdict)> {
    let verdict = |claim: &TokenClaim| keyring().verify(&claim.token).0;
    parse::read(raw.as_bytes()).tokens.iter().map(|claim| (claim.place, verdict(claim))).collect()
}

/// The text of a sent mail as a client quotes it: behind `mark`, wrapped at `width`.
fn quoted(text: &str, mark: &str, width: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let characters: Vec<char> = line.chars().collect();
        for piece in characters.chunks(width) {
            out.push_str(&format!("{mark}{}\n", piece.iter().collect::<String>()));
        }
    }
    out
}

#[test]
fn a_reply_that_lost_all_headers_is_known_by_the_marker_in_its_quote() {
    let ours = [(TokenPlace::Body, TokenVerdict::Verified)];
    let head = "From: ann@example.com\nTo: support@example.org\nSubject: Printer\n";
    let (plain, _) = sent(false);
    let text = parse::read(plain.as_bytes()).body.text;
    for mark in ["", "> ", ">> ", "> > ", "| ", "    "] {
        for width in [200, 72, 40, 20] {
            let reply = format!("{head}\nIt works.\n\nOn Monday Support wrote:\n{}", quoted(&text, mark, width));
            assert_eq!(found(&reply), ours, "{reply}");
        }
    }
    let (both, token) = sent(true);
    let pages: Vec<&str> = both.split("<html>").skip(1).collect();
    let page = pages[0].split("</html>").next().unwrap();
    assert!(page.contains(&format!("ref:{token}")), "{both}");
    let reply = format!("{head}Content-Type: text/html\n\n<p>It works.</p><blockquote>{page}</blockquote>");
    assert_eq!(found(&reply), ours, "{reply}");
}

#[test]
fn the_marker_is_no_new_text_of_the_reply() {
    let (plain, _) = sent(false);
    let text = parse::read(plain.as_bytes()).body.text;
    let reply = format!("From: ann@example.com\n\nIt works.\n\nOn Monday Support wrote:\n{}", quoted(&text, "> ", 72));
    assert_eq!(parse::read(reply.as_bytes()).body.reply(), "It works.");
}

#[test]
fn what_was_forged_cut_or_signed_by_another_is_told_apart() {
    let (_, token) = sent(false);
    let mail = |text: &str| format!("From: ann@example.com\n\n{text}\n");
    let verdicts = |text: &str| found(&mail(text)).into_iter().map(|(_, verdict)| verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(&format!("ref:{token}")), [TokenVerdict::Verified]);
    assert_eq!(verdicts(&format!("REF:{}", token.to_uppercase())), [TokenVerdict::Verified]);
    let flipped = if token.ends_with('a') { "b" } else { "a" };
    let forged = format!("{}{flipped}", &token[..token.len() - 1]);
    assert_eq!(verdicts(&format!("ref:{forged}")), [TokenVerdict::Forged]);
    assert_eq!(verdicts(&format!("ref:{}", token.replacen("td1", "td9", 1))), [TokenVerdict::UnknownKey]);
    let other = Keyring::new(SigningKey::new("1", [4; 32]).unwrap(), Vec::new());
    assert_eq!(verdicts(&format!("ref:{}", other.sign(&REFERENCE, Timestamp::default()))), [TokenVerdict::Forged]);
    for cut in 1..token.len() {
        assert_eq!(verdicts(&format!("ref:{}", &token[..cut])), [], "{cut}");
    }
}

#[test]
fn every_place_of_a_token_is_read_from_the_mail() {
    let (_, token) = sent(false);
    let head = format!(
        "From: ann@example.com\nTo: Support <Support+{}@example.org>\nDelivered-To: support+{token}@example.org\n\
         In-Reply-To: <{token}@example.org>\nReferences: <{token}@example.org>\n\nref:{token}\n",
        token.to_uppercase()
    );
    let places: Vec<_> = found(&head).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, [TokenPlace::InReplyTo, TokenPlace::References, TokenPlace::PlusAddress, TokenPlace::Body]);
}

fn signing_keys(store: &Store) -> Vec<(String, bool)> {
    let known = store.read(keys::signing_keys).unwrap();
    known.into_iter().map(|key| (key.kid, key.retired_at.is_some())).collect()
}

#[test]
fn after_a_rotation_the_new_key_signs_and_the_old_ones_stay_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("desk.db");
    let rotate = |store: &Store, at: i64| store.write(|tx| keys::rotate(tx, Timestamp(at))).unwrap();
    {
        let store = Store::open(path).unwrap();
        let now = store.read(keys::signing_keys).unwrap()[0].created_at.0;
        assert_eq!(rotate(&store, now + 1000), "2");
        assert_eq!(rotate(&store, now + 2000), "3");
    }
    let store = Store::open(path).unwrap();
    assert_eq!(signing_keys(&store), [("3".into(), false), ("2".into(), true), ("1".into(), true)]);
    let known = store.read(keys::signing_keys).unwrap();
    let key = |key: &keys::SigningKey| SigningKey::new(&key.kid, key.secret).unwrap().since(key.created_at);
    let keys = Keyring::new(key(&known[0]), known[1..].iter().map(key).collect());
    for (made, kid) in known.iter().map(|key| (key.created_at, &key.kid)) {
        let token = keys.sign(&REFERENCE, made);
        assert!(token.as_str().starts_with(&format!("td{kid}-")), "{token}");
        assert_eq!(keys.verify(token.as_str()), (TokenVerdict::Verified, Some(REFERENCE)));
    }
}

#[test]
fn key_ids_are_counted_in_base_36_until_there_are_none_left() {
    let store = Store::in_memory().unwrap();
    let set = |kid: &str| {
        let key = keys::SigningKey { kid: kid.into(), secret: [1; 32], created_at: Timestamp(0), retired_at: None };
        store.write(|tx| keys::set(tx, std::slice::from_ref(&key), &keys::Seeds::of([2; 32]))).unwrap();
        store.write(|tx| keys::rotate(tx, Timestamp(1)))
    };
    assert_eq!(set("9"), Ok("a".into()));
    assert_eq!(set("z"), Ok("10".into()));
    assert!(matches!(set("zzzz"), Err(StoreError::Other { .. })), "four characters are the most");
}
