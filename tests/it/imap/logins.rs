//! Encryption and logins: what is let in, what is not, and that no password is seen anywhere.

use super::dovecot::{Dovecot, ODD_PASSWORD, ODD_USER};
use super::place::{desk, mail, plain, sync, team};

fn encrypted(server: &Dovecot, tls: &str, more: &str) -> String {
    let port = if tls == "implicit" { server.imaps } else { server.imap };
    format!(
        "host = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nuser = \"tls\"\npassword_file = \"password\"\nstart = \"all\"\n{more}"
    )
}

#[test]
fn tls_from_the_first_byte_and_starttls_reach_the_same_mailbox() {
    let Some(server) = Dovecot::shared("imap tls") else { return };
    server.deliver("tls", "1", mail("tls1", "ann@example.com", "support@example.org", ""));
    // The authority is known, or the certificate itself.
    for (tls, trusted) in [("implicit", server.authority()), ("starttls", server.certificate())] {
        let trusted = format!("ca_file = \"{}\"", trusted.display());
        let desk = desk(&team("support", &encrypted(&server, tls, &trusted)));
        assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n", "{tls}");
    }
}

#[test]
fn a_certificate_of_an_unknown_authority_or_for_another_name_is_refused() {
    let Some(server) = Dovecot::shared("imap certificates") else { return };
    let other = desk(&team("support", &encrypted(&server, "implicit", "")));
    let (code, _, err) = other.run(&["sync"]);
    assert_eq!(code, 75, "{err}");
    assert!(err.contains("TLS: invalid peer certificate") && err.contains("set `ca_file`"), "{err}");
    // 127.0.0.1 is in the certificate, and this other name for it is not.
    for trusted in [server.authority(), server.certificate()] {
        let trusted = format!("ca_file = \"{}\"", trusted.display());
        let config = encrypted(&server, "starttls", &trusted).replace("\"localhost\"", "\"::ffff:127.0.0.1\"");
        let (code, _, err) = desk(&team("support", &config)).run(&["sync"]);
        assert!(code == 75 && err.contains("certificate not valid for name"), "{err}");
    }
    let no_file = desk(&team("support", &encrypted(&server, "implicit", "ca_file = \"none.pem\"")));
    let (code, _, err) = no_file.run(&["sync"]);
    assert!(code == 78 && err.contains("ca_file none.pem: "), "{err}");
    let no_pem = desk(&team("support", &encrypted(&server, "implicit", "ca_file = \"password\"")));
    let (code, _, err) = no_pem.run(&["sync"]);
    assert!(code == 78 && err.contains("ca_file password: there is no certificate in it"), "{err}");
}

#[test]
fn a_refused_login_is_told_with_exit_code_77_and_without_the_password() {
    let Some(server) = Dovecot::shared("imap login") else { return };
    let desk = desk(&team("support", &plain(&server, "anybody", "")));
    desk.write("password", "wr0ngPassw0rd\n");
    let mut command = desk.command(&["sync"]);
    let output = command.env("TICKETD_LOG", "trace").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(77), "{err}");
    assert!(err.contains("ticketd: support: 127.0.0.1") && err.contains("the login was refused: "), "{err}");
    assert!(!err.contains("wr0ng"), "{err}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "support: nothing new, then it failed\n");
}

#[test]
fn nothing_that_is_logged_shows_a_password() {
    let Some(server) = Dovecot::shared("imap logging") else { return };
    let desk = desk(&team("support", &plain(&server, "logging", "start = \"all\"")));
    let output = desk.command(&["sync"]).env("TICKETD_LOG", "trace").output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && err.contains("logged in"), "{err}");
    // RFC 4616: NUL user NUL password, in base64.
    for shown in ["secret", "AGxvZ2dpbmcAc2VjcmV0"] {
        assert!(!out.contains(shown) && !err.contains(shown), "{out}{err}");
    }
}

#[test]
fn a_password_with_every_odd_sign_logs_in_by_plain_and_by_login() {
    let Some(server) = Dovecot::shared("imap odd password") else { return };
    let plain_desk = desk(&team("support", &plain(&server, ODD_USER, "")));
    plain_desk.write("password", ODD_PASSWORD);
    assert_eq!(sync(&plain_desk, &[]), "support: nothing new\n");
    // Dovecot offers no AUTH=PLAIN here: the command LOGIN remains.
    let Some(server) = Dovecot::start("imap login command", "auth_mechanisms = login") else { return };
    let login_desk = desk(&team("support", &plain(&server, ODD_USER, "")));
    login_desk.write("password", ODD_PASSWORD);
    assert_eq!(sync(&login_desk, &[]), "support: nothing new\n");
}

#[test]
fn a_password_comes_from_a_file_the_environment_or_a_credential() {
    let Some(server) = Dovecot::shared("imap passwords") else { return };
    let at = |key: &str| plain(&server, "places", "").replace("password_file = \"password\"", key);
    let environment = desk(&team("support", &at("password_env = \"SUPPORT_PASSWORD\"")));
    let run = |name: &str, value: &str, desk: &crate::first_steps::Desk| {
        let output = desk.command(&["sync"]).env(name, value).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run("SUPPORT_PASSWORD", "secret", &environment), (Some(0), String::new()));
    let (code, err) = run("OTHER", "secret", &environment);
    assert_eq!(
        (code, err.as_str()),
        (
            Some(78),
            "ticketd: mailbox support: the password cannot be read from the variable SUPPORT_PASSWORD: it is not set\n  \
             put it where the configuration says, readable for the user that ticketd runs as\n"
        )
    );
    let credential = desk(&team("support", &at("password_credential = \"support\"")));
    credential.write("credentials/support", "secret\n");
    assert_eq!(run("CREDENTIALS_DIRECTORY", "credentials", &credential), (Some(0), String::new()));
    let missing =
        desk(&[team("a", &at("password_file = \"none\"")), team("b", &at("password_env = \"NONE\""))].concat());
    let (code, _, err) = missing.run(&["sync"]);
    assert!(code == 78 && err.contains("mailbox a: ") && err.contains("mailbox b: "), "all at once: {err}");
}

#[test]
fn a_password_never_travels_unencrypted_unless_that_is_allowed() {
    let server = |more: &str| {
        desk(&team(
            "support",
            &format!("host = \"imap.example.org\"\ntls = \"none\"\nuser = \"u\"\npassword_file = \"password\"\n{more}"),
        ))
    };
    let (code, _, err) = server("").run(&["sync"]);
    assert!(code == 78 && err.contains("the password would go to imap.example.org unencrypted"), "{err}");
    let (code, out, err) = server("allow_unencrypted = true").run(&["check"]);
    assert!(code == 0 && out.contains("ok: "), "{out}{err}");
}
