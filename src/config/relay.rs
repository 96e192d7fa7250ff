//! `[[relay]]`: the servers that take our mail, in the order in which they are tried. Part of the installation, as
//! `[mailbox.imap]` is: nothing here is exported or journaled, and no password stands in the file.

use std::ops::RangeInclusive;

use super::credential::{Credential, names_credential, read_credential};
use super::names::Names;
use super::owners::is_domain;
use super::problem::Report;
use super::server::{Ports, Security, Server, read_server};
use super::table::Table;
use crate::domain::text_enum::text_enum;

const SUBMISSION: Ports = Ports {
    example: "smtp.example.org",
    security: Security::StartTls,
    implicit: 465,
    other: 587,
    hint: "465 for implicit TLS, 587 for STARTTLS, 25 for a server of your own",
    carried: "mail and password",
};

/// Connections to one relay at a time, unless the file says otherwise.
const CONNECTIONS: u32 = 2;

/// How one server is asked to take mail on (RFC 6409, RFC 5321).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay {
    /// Short name, for people and for the outbox.
    pub name: String,
    pub server: Server,
    /// What we call ourselves (RFC 5321 4.1.4). `None`: our address on that network.
    pub hello: Option<String>,
    /// `None`: the relay takes our mail without.
    pub login: Option<Login>,
    /// Connections at a time, at least 1.
    pub connections: u32,
    /// Mails a minute at most. `None`: as many as it takes.
    pub per_minute: Option<u32>,
    /// Mails at a time to recipients of one domain. `None`: as many as there are connections.
    pub per_domain: Option<u32>,
    pub on_unknown: OnUnknown,
    pub return_path: ReturnPath,
    /// `None`: our mail is not signed here.
    pub dkim: Option<Dkim>,
}

/// What our mail is signed with (RFC 6376).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dkim {
    /// Who vouches for it: `example.org`. ASCII.
    pub domain: String,
    /// Where the public key is: `SELECTOR._domainkey.DOMAIN`. ASCII.
    pub selector: String,
    /// PEM file with a private key, RSA or Ed25519.
    pub key_file: String,
}

/// Who we are to a relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub user: String,
    /// With [`Mechanism::Xoauth2`] or [`Mechanism::OauthBearer`] a password is an access token that somebody else renews.
    pub credential: Credential,
    /// `None`: what the server offers of PLAIN and LOGIN; of OAUTHBEARER and XOAUTH2 with [`Credential::OAuth`].
    pub mechanism: Option<Mechanism>,
}

text_enum! {
    /// How the login is said (RFC 4954).
    Mechanism {
        /// RFC 4616.
        Plain = "plain",
        /// No RFC describes it; some servers have nothing else.
        Login = "login",
        /// An access token of OAuth 2.0, as Google and Microsoft take it.
        Xoauth2 = "xoauth2",
        /// The same as RFC 7628 has it.
        OauthBearer = "oauthbearer",
    }
}

text_enum! {
    /// What becomes of a mail of which nobody knows whether the relay took it: the connection was lost after its end.
    OnUnknown {
        /// It is sent again under the same Message-ID: it may arrive twice.
        Resend = "resend",
        /// It waits for a person.
        Hold = "hold",
    }
}

text_enum! {
    /// Where reports about a mail go (RFC 5321 4.4).
    ReturnPath {
        /// To an address of its own for each mail (VERP), so that a report finds its mail.
        Verp = "verp",
        /// To the address of the mailbox.
        Mailbox = "mailbox",
    }
}

/// Reads every `[[relay]]`.
pub(super) fn read_relays(root: &mut Table, clients: &Names, report: &mut Report) -> Vec<Relay> {
    let mut names = Names::of("relay", "main");
    let tables = root.tables("relay", report);
    tables.into_iter().map(|table| read_relay(table, &mut names, clients, report)).collect()
}

fn read_relay(mut table: Table, names: &mut Names, clients: &Names, report: &mut Report) -> Relay {
    let many = 1..=1_000_000;
    let on_unknown: Vec<_> = OnUnknown::ALL.iter().map(|word| word.as_str()).collect();
    let return_path: Vec<_> = ReturnPath::ALL.iter().map(|word| word.as_str()).collect();
    let relay = Relay {
        name: names.claim(&mut table, report),
        server: read_server(&mut table, &SUBMISSION, report),
        hello: read_hello(&mut table, report),
        login: read_login(&mut table, clients, report),
        connections: read_count(&mut table, "connections", 1..=100, report).unwrap_or(CONNECTIONS),
        per_minute: read_count(&mut table, "per_minute", many.clone(), report),
        per_domain: read_count(&mut table, "per_domain", many, report),
        on_unknown: table.word("on_unknown", &on_unknown, report).unwrap_or(OnUnknown::Resend),
        return_path: table.word("return_path", &return_path, report).unwrap_or(ReturnPath::Verp),
        dkim: read_dkim(&mut table, report),
    };
    table.close(report);
    relay
}

fn read_hello(table: &mut Table, report: &mut Report) -> Option<String> {
    let name = table.text("hello", report)?;
    if !name.get_ref().is_ascii() || !is_domain(name.get_ref()) {
        let hint = "the full name of this computer: \"desk.example.org\"; without it, its address is said";
        report.error(name.span(), format!("`{}` is no name of a computer", name.get_ref()), hint);
    }
    Some(name.get_ref().to_string())
}

/// `user`, where the password is or `oauth`, and `auth`: all that is needed, or nothing of it.
fn read_login(table: &mut Table, clients: &Names, report: &mut Report) -> Option<Login> {
    let words: Vec<_> = Mechanism::ALL.iter().map(|word| word.as_str()).collect();
    let mechanism = table.word("auth", &words, report);
    let names_user = table.place_of("user").is_some();
    if !names_credential(table) && !names_user && !table.has("auth") {
        return None;
    }
    let user = table.needed_text("user", "user = \"support@example.org\"", report);
    let credential = read_credential(table, "relay", clients, report);
    let takes_token = matches!(mechanism, None | Some(Mechanism::Xoauth2 | Mechanism::OauthBearer));
    if let Some((_, place)) =
        table.place_of("auth").filter(|_| matches!(credential, Credential::OAuth(_)) && !takes_token)
    {
        let hint = "leave it out, or say \"oauthbearer\" or \"xoauth2\"";
        report.error(place, "with `oauth` a login is by a token", hint);
    }
    Some(Login { user: user.map(|user| user.get_ref().to_string()).unwrap_or_default(), credential, mechanism })
}

fn read_dkim(relay: &mut Table, report: &mut Report) -> Option<Dkim> {
    let mut table = relay.table("dkim", report)?;
    let name = |table: &mut Table, key, example, report: &mut Report| {
        let name = table.needed_text(key, &format!("{key} = \"{example}\""), report)?;
        if !name.get_ref().is_ascii() || !is_domain(name.get_ref()) {
            let hint = format!("in ASCII, as it stands in the DNS: \"{example}\"");
            report.error(name.span(), format!("`{}` is no name in the DNS", name.get_ref()), hint);
        }
        Some(name.get_ref().to_ascii_lowercase())
    };
    let dkim = Dkim {
        domain: name(&mut table, "domain", "example.org", report).unwrap_or_default(),
        selector: name(&mut table, "selector", "desk1", report).unwrap_or_default(),
        key_file: table
            .needed_text("key_file", "key_file = \"/etc/ticketd/dkim.pem\"", report)
            .map(|path| path.get_ref().to_string())
            .unwrap_or_default(),
    };
    table.close(report);
    Some(dkim)
}

fn read_count(table: &mut Table, key: &'static str, of: RangeInclusive<u32>, report: &mut Report) -> Option<u32> {
    let (number, place) = table.number(key, report)?;
    let count = u32::try_from(number).ok().filter(|count| of.contains(count));
    if count.is_none() {
        report.error(place, format!("{number} is no value of `{key}`"), format!("from {} to {}", of.start(), of.end()));
    }
    count
}
