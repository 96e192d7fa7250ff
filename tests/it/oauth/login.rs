//! `ticketd login`, as a person at a terminal sees it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use super::place::{consent, desk, keeps, store};
use super::server::{Do, TokenServer, form};
use crate::first_steps::Desk;

const USER: &str = "support@example.org";

fn login(desk: &Desk, args: &[&str]) -> (i32, String, String) {
    desk.run(&[&["login", "support"], args].concat())
}

#[test]
fn a_code_is_shown_and_the_consent_kept_once_it_was_entered() {
    let server = TokenServer::start(USER);
    server.model().pending.extend(["authorization_pending", "authorization_pending"]);
    let desk = desk(&server, 1, USER, "");
    let (code, out, err) = login(&desk, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let expected = "Open https://id.example.org/d in a browser, anywhere, and enter this code:\n  ABCD-EFGH\n\
                    Log in there as support@example.org. This waits for 10 minutes.\n\
                    support: the consent of support@example.org is kept in desk.db\n  `ticketd check --connect` tries it\n";
    assert_eq!(out, expected);
    assert!(keeps(&store(&desk), USER, "refresh-0"));
    let asked = server.model().asked.clone();
    assert_eq!((asked[0].path.as_str(), asked[0].form["scope"].as_str()), ("/device", "mail offline_access"));
    assert_eq!((asked.len(), asked[1].form["device_code"].as_str()), (4, "the-device"));
}

#[test]
fn a_server_that_is_asked_too_often_is_asked_less_often() {
    let server = TokenServer::start(USER);
    server.model().pending.extend(["slow_down"]);
    let desk = desk(&server, 1, USER, "");
    let began = std::time::Instant::now();
    assert_eq!(login(&desk, &[]).0, 0);
    // A second, then one and five.
    assert!(began.elapsed().as_millis() >= 7_000, "{:?}", began.elapsed());
}

#[test]
fn a_consent_that_is_not_given_is_said_to_be_so_and_nothing_is_kept() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    for (word, expected, says) in [
        ("access_denied", 77, "access_denied: no, access_denied\n  run it again, and consent"),
        ("expired_token", 75, "nobody consented in time\n  run it again"),
    ] {
        server.model().pending.push_back(word);
        let (code, _, err) = login(&desk, &[]);
        assert!(code == expected && err.contains(says), "{err}");
    }
    // Without a refresh token the consent would end with the first access token.
    server.model().more = serde_json::json!({ "refresh_token": null });
    let (code, _, err) = login(&desk, &[]);
    assert!(code == 78 && err.contains("it gave no refresh token"), "{err}");
    server.instead("/device", Do::Say(401, "{\"error\":\"invalid_client\"}".to_owned()));
    assert_eq!(login(&desk, &[]).0, 78);
    let found = store(&desk).read(|tx| ticketd::store::consents::find(tx, "own", USER)).unwrap();
    assert_eq!(found, None);
}

#[test]
fn a_question_that_got_lost_is_asked_again() {
    let server = TokenServer::start(USER);
    server.instead("/token", Do::Say(503, String::new()));
    let desk = desk(&server, 1, USER, "");
    assert_eq!(login(&desk, &[]).0, 0);
    assert_eq!(server.tokens_asked().len(), 2);
}

/// A login that waits for an address, and the page that it showed.
struct Pasting {
    child: Child,
    page: String,
}

impl Pasting {
    fn begin(desk: &Desk) -> Pasting {
        let mut command = desk.command(&["login", "support", "--paste"]);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let page = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("  http")).unwrap();
        let last = lines.map(Result::unwrap).find(|line| line.starts_with("Paste its address"));
        assert!(last.is_some());
        Pasting { page: page.trim().to_owned(), child }
    }

    /// What the page was told, by name.
    fn asked(&self, name: &str) -> String {
        form(self.page.split_once('?').unwrap().1)[name].clone()
    }

    /// Pastes that; the exit code, and what was said on standard error.
    fn end(mut self, address: &str) -> (i32, String) {
        let mut stdin = self.child.stdin.take().unwrap();
        writeln!(stdin, "{address}").unwrap();
        drop(stdin);
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code().unwrap(), said)
    }
}

#[test]
fn a_pasted_address_with_the_state_that_was_given_is_a_consent() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    let login = Pasting::begin(&desk);
    assert!(login.page.starts_with(&server.url("/authorize?response_type=code&client_id=desk")), "{}", login.page);
    assert_eq!((login.asked("code_challenge_method"), login.asked("login_hint")), ("S256".into(), USER.into()));
    let (state, challenge) = (login.asked("state"), login.asked("code_challenge"));
    assert_eq!(login.end(&format!("http://localhost/?code=the-code&state={state}")), (0, String::new()));
    assert!(keeps(&store(&desk), USER, "refresh-0"));
    let asked = &server.tokens_asked()[0].form;
    assert_eq!((asked["redirect_uri"].as_str(), asked["code"].as_str()), ("http://localhost", "the-code"));
    assert_ne!(asked["code_verifier"], challenge);
    assert!((43..=128).contains(&asked["code_verifier"].len()), "RFC 7636 4.1");
}

#[test]
fn an_address_of_another_login_is_not_believed() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    for (address, code, says) in [
        ("http://localhost/?code=the-code&state=other", 64, "does not belong to this login"),
        ("the-code", 64, "no address with a code in it"),
        ("", 64, "no address with a code in it"),
    ] {
        let (found, said) = Pasting::begin(&desk).end(address);
        assert!(found == code && said.contains(says), "{address}: {said}");
    }
    let login = Pasting::begin(&desk);
    let state = login.asked("state");
    let (code, said) = login.end(&format!("http://localhost/?error=access_denied&state={state}"));
    assert!(code == 77 && said.contains("the consent was not given: access_denied"), "{said}");
    let login = Pasting::begin(&desk);
    let state = login.asked("state");
    let (code, said) = login.end(&format!("http://localhost/?code=wrong&state={state}"));
    assert!(code == 77 && said.contains("invalid_grant"), "{said}");
    // Nothing at all.
    let (code, _, err) = self::login(&desk, &["--paste"]);
    assert!(code == 66 && err.contains("nothing was pasted"), "{err}");
    assert_eq!(server.tokens_asked().len(), 1);
}

#[test]
fn a_login_anew_takes_the_place_of_the_old_one() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    consent(&store(&desk), USER, "revoked");
    assert_eq!(login(&desk, &[]).0, 0);
    assert!(keeps(&store(&desk), USER, "refresh-0"));
}

#[test]
fn where_nobody_has_to_consent_a_token_is_tried() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "flow = \"client_credentials\"\nclient_secret_file = \"password\"");
    let (code, out, err) = login(&desk, &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, "support: the client `own` gets tokens by its own secret; nobody has to consent\n");
    server
        .instead("/token", Do::Say(401, "{\"error\":\"invalid_client\",\"error_description\":\"secret\"}".to_owned()));
    let (code, out, err) = login(&desk, &[]);
    assert!(code == 78 && err.contains("invalid_client: …"), "{out}{err}");
    assert!(!desk.0.path().join("desk.db").exists(), "nothing was to be kept");
}

#[test]
fn what_has_nothing_to_consent_to_is_refused() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    let config = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    let relays = "[[relay]]\nname = \"main\"\nhost = \"smtp.example.org\"\nuser = \"a\"\npassword_file = \"password\"\n\
                  [[relay]]\nname = \"support\"\nhost = \"smtp.example.org\"\nuser = \"other\"\noauth = \"own\"\n";
    desk.write("ticketd.toml", format!("{config}{relays}"));
    for (name, code, says) in [
        ("main", 78, "`main` logs in with a password"),
        ("none", 64, "no mailbox or relay `none`"),
        ("support", 64, "`support` is a mailbox and a relay, with different logins"),
    ] {
        let (found, _, err) = desk.run(&["login", name]);
        assert!(found == code && err.contains(says), "{name}: {err}");
    }
    let text = format!("{config}{relays}").replace("user = \"other\"", &format!("user = \"{USER}\""));
    desk.write("ticketd.toml", text);
    assert_eq!(login(&desk, &[]).0, 0, "with the same login they are one");
}

#[test]
fn a_url_with_a_password_in_it_is_refused_and_not_shown() {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    let text = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    desk.write("ticketd.toml", text.replace("http://127.0.0.1", "http://desk:s3cret@127.0.0.1"));
    let (code, out, err) = desk.run(&["check"]);
    assert!(code == 78 && err.contains("token_url = …"), "{out}{err}");
    assert!(!out.contains("s3cret") && !err.contains("s3cret"), "{out}{err}");
}
