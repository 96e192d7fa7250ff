//! Mailboxes by OAuth: a Dovecot that asks our token server about each token, and servers that do as told.

use std::fs;

use tempfile::TempDir;
use ticketd::config::Account;
use ticketd::imap::{Cause, Limits};
use ticketd::store::Location;

use super::place::{access, config, consent, desk, keeps, now, store};
use super::server::TokenServer;
use crate::first_steps::Desk;
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{folds, mail, sync};
use crate::imap::scripted::place::mails;
use crate::imap::scripted::server::{Act, Server};

/// A Dovecot with these mechanisms, whose tokens that server knows.
pub fn dovecot(test: &str, tokens: &TokenServer, mechanisms: &str) -> Option<(Dovecot, TempDir)> {
    // Dovecot 2.3: the passdb has a file of its own.
    let folder = tempfile::Builder::new().prefix("oa").tempdir().unwrap();
    let file = folder.path().join("oauth2.conf");
    let url = tokens.url("/introspect");
    let text = format!(
        "introspection_mode = post\nintrospection_url = {url}\nforce_introspection = yes\nusername_attribute = username\n\
         active_attribute = active\nactive_value = true\n"
    );
    fs::write(&file, text).unwrap();
    open_to_all(folder.path());
    let more = format!(
        "auth_mechanisms = plain {mechanisms}\npassdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  \
         args = {}\n}}\n",
        file.display()
    );
    let server = Dovecot::start(test, &more)?;
    Some((server, folder))
}

fn open_to_all(folder: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

fn deliver(server: &Dovecot, user: &str, name: &str) {
    server.deliver(user, name, mail(name, "ann@example.com", "support@example.org", ""));
}

#[test]
fn a_mailbox_is_read_by_either_mechanism_with_a_new_token_each_time() {
    for (mechanism, user) in [("xoauth2", "ox"), ("oauthbearer", "ob"), ("xoauth2 oauthbearer", "both")] {
        let tokens = TokenServer::start(user);
        tokens.model().rotates = true;
        let Some((server, _passdb)) = dovecot(&format!("oauth {mechanism}"), &tokens, mechanism) else { return };
        let desk = desk(&tokens, server.imap, user, "");
        consent(&store(&desk), user, "refresh-0");
        deliver(&server, user, "m1");
        assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
        deliver(&server, user, "m2");
        assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
        assert!(keeps(&store(&desk), user, "refresh-2"));
        folds(&desk);
        // A dry run keeps nothing, but what the consent is afterwards.
        let path = desk.0.path().join("desk.db");
        assert_eq!(sync(&desk, &["--dry-run"]), "support: nothing new\n");
        assert!(keeps(&store(&desk), user, "refresh-3"));
        let (code, out, err) = desk.run(&["check", "--connect"]);
        assert!(code == 0 && err.is_empty() && out.contains("stored up to UID 2"), "{out}{err}");
        let (code, _, err) = desk.run(&["audit"]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(Location::File(path).exists() && keeps(&store(&desk), user, "refresh-5"));
    }
}

fn account(desk: &Desk) -> Account {
    config(desk).accounts.remove(0)
}

#[tokio::test]
async fn a_token_that_the_server_does_not_take_any_more_is_replaced_once() {
    let tokens = TokenServer::start("rv");
    let Some((server, _passdb)) = dovecot("oauth replaced", &tokens, "xoauth2 oauthbearer") else { return };
    let desk = desk(&tokens, server.imap, "rv", "");
    let store = store(&desk);
    consent(&store, "rv", "refresh-0");
    let (access, account) = (access(&desk, &store, now), account(&desk));
    access.mailbox(&account, &Limits::default()).await.unwrap().logout().await;
    access.mailbox(&account, &Limits::default()).await.unwrap().logout().await;
    assert_eq!(tokens.tokens_asked().len(), 1);
    tokens.model().access.clear();
    access.mailbox(&account, &Limits::default()).await.unwrap().logout().await;
    assert_eq!(tokens.tokens_asked().len(), 2);
    // Of somebody else: no token helps.
    tokens.model().user = "somebody".to_owned();
    tokens.model().access.clear();
    let error = access.mailbox(&account, &Limits::default()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Refused, "{error}");
    assert_eq!(tokens.tokens_asked().len(), 3);
}

#[test]
fn a_refused_token_is_a_refused_login_and_is_never_shown() {
    let tokens = TokenServer::start("else");
    for mechanism in ["xoauth2", "oauthbearer"] {
        let Some((server, _passdb)) = dovecot("oauth refused", &tokens, mechanism) else { return };
        let desk = desk(&tokens, server.imap, "me", "");
        consent(&store(&desk), "me", "refresh-0");
        let output = desk.command(&["sync"]).env("TICKETD_LOG", "trace").output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(77), "{said}");
        assert!(said.contains("the login was refused: AUTHENTICATE was answered NO: "), "{said}");
        for shown in ["access-", "refresh-0"] {
            assert!(!said.contains(shown), "{said}");
        }
    }
}

#[test]
fn a_refusal_with_a_reason_is_acknowledged_as_its_mechanism_wants_it() {
    // {"status":"400","schemes":"bearer"}
    let reason = "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiYmVhcmVyIn0=\r\n";
    for (capabilities, mechanism, bye) in [
        ("AUTH=XOAUTH2 SASL-IR", "XOAUTH2", ""),
        ("AUTH=XOAUTH2", "XOAUTH2", ""),
        ("AUTH=OAUTHBEARER AUTH=XOAUTH2 SASL-IR", "OAUTHBEARER", "AQ=="),
        ("AUTH=OAUTHBEARER", "OAUTHBEARER", "AQ=="),
    ] {
        let tokens = TokenServer::start("scripted");
        let server = Server::start(mails(1));
        server.model.lock().unwrap().capabilities.0 = capabilities;
        let desk = desk(&tokens, server.port, "scripted", "");
        consent(&store(&desk), "scripted", "refresh-0");
        assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
        let told = server.behave();
        let login = told.iter().find(|told| told.starts_with("AUTHENTICATE")).unwrap();
        assert!(login.starts_with(&format!("AUTHENTICATE {mechanism}")), "{login}");
        assert_eq!(login.split(' ').count(), if capabilities.contains("SASL-IR") { 3 } else { 2 }, "{login}");
        server.misbehave("AUTHENTICATE", move |tag, _| {
            let end = format!("{tag} NO [AUTHENTICATIONFAILED] not access-2\r\n").into_bytes();
            vec![Act::Send(reason.as_bytes().to_vec()), Act::Take, Act::Send(end)]
        });
        let (code, _, err) = desk.run(&["sync"]);
        assert!(code == 77 && err.contains("not … (status 400)\n"), "{err}");
        assert_eq!(server.behave().iter().rev().find(|told| *told != "LOGOUT").unwrap(), bye);
    }
}

#[test]
fn a_server_that_offers_neither_is_told_nothing() {
    let tokens = TokenServer::start("scripted");
    let server = Server::start(mails(1));
    server.model.lock().unwrap().capabilities.0 = "AUTH=PLAIN";
    let desk = desk(&tokens, server.port, "scripted", "");
    consent(&store(&desk), "scripted", "refresh-0");
    let (code, _, err) = desk.run(&["sync"]);
    assert!(code == 78 && err.contains("it offers no login by OAuth (OAUTHBEARER or XOAUTH2)"), "{err}");
    assert!(!server.behave().iter().any(|told| told.starts_with("AUTHENTICATE")));
}

#[test]
fn a_mailbox_without_consent_says_what_to_do_and_others_are_read() {
    let tokens = TokenServer::start("scripted");
    let server = Server::start(mails(1));
    let desk = desk(&tokens, server.port, "scripted", "");
    for command in [&["sync"][..], &["check", "--connect"]] {
        let (code, out, err) = desk.run(command);
        let said = format!("{out}{err}");
        assert!(code == 77 && said.contains("there is no consent for the client `own`"), "{said}");
        assert!(said.contains("`ticketd login support` asks for consent"), "{said}");
    }
    assert!(server.behave().is_empty(), "nobody connects without a token");
}

#[test]
fn a_look_shows_what_ends_and_warns_of_it_from_fourteen_days_before() {
    let tokens = TokenServer::start("scripted");
    let server = Server::start(mails(1));
    server.model.lock().unwrap().capabilities.0 = "AUTH=XOAUTH2";
    let more = "client_secret_env = \"PATH\"\nsecret_expires = \"2999-12-31\"";
    let desk = desk(&tokens, server.port, "scripted", more);
    consent(&store(&desk), "scripted", "refresh-0");
    tokens.model().more = serde_json::json!({ "refresh_token_expires_in": 5 * 24 * 3600 + 60 });
    let (code, out, err) = desk.run(&["check", "--connect"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("  OAuth: the client's secret holds until 2999-12-31 ("), "{out}");
    assert!(out.contains(" (5 days) unless it is used before\n"), "{out}");
    assert!(out.contains("  warning: the consent ends in 5 days, on "), "{out}");
    assert!(out.contains("`ticketd login support` renews it\n") && !out.contains("warning: the secret"), "{out}");
    let (_, out, _) = desk.run(&["check", "--connect", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    let ends = said["connections"][0]["oauth_endings"].as_array().unwrap().clone();
    assert_eq!((&ends[0]["what"], &ends[0]["days"]), (&"consent".into(), &5.into()));
    assert_eq!((&ends[1]["what"], &ends[1]["at"]), (&"client_secret".into(), &"2999-12-31T00:00:00Z".into()));
    assert_eq!(said["connections"][0]["warnings"].as_array().unwrap().len(), 1);
}
