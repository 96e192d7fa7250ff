//! `[[oauth]]`: clients of OAuth 2.0 (RFC 6749), which get the access tokens that `[mailbox.imap]` and `[[relay]]` log in
//! with. Part of the installation, as those are: nothing here is exported or journaled, and no secret stands in the file.

use super::account::read_date;
use super::endpoint::{Endpoint, read_endpoint};
use super::names::Names;
use super::password::{CLIENT_SECRET, PasswordFrom};
use super::problem::Report;
use super::table::Table;
use crate::domain::Timestamp;
use crate::domain::text_enum::text_enum;

/// What an application is to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthClient {
    /// Short name; consents are kept under it.
    pub name: String,
    /// Where tokens are got (RFC 6749 3.2).
    pub token: Endpoint,
    /// Where a device asks for a code that a person enters elsewhere (RFC 8628 3.1).
    pub device: Option<Endpoint>,
    /// Where a person consents in a browser (RFC 6749 3.1). With [`OauthFlow::Refresh`] one of the two is there.
    pub authorize: Option<Endpoint>,
    pub client_id: String,
    /// `None`: a public client (RFC 6749 2.1).
    pub secret: Option<PasswordFrom>,
    /// It is said in the form, as providers that are known by name want it, and not as every server must take it
    /// (RFC 6749 2.3.1).
    pub secret_in_form: bool,
    pub flow: OauthFlow,
    /// What is asked for, of a person or for ourselves. Empty: nothing is said about it.
    pub scopes: Vec<String>,
    /// When the secret ends, where the provider lets it: nobody says so but the operator.
    pub secret_expires: Option<Timestamp>,
}

text_enum! {
    /// By what tokens are got.
    OauthFlow {
        /// The consent of a person, kept as a refresh token (RFC 6749 6).
        Refresh = "refresh",
        /// Our own name and secret (RFC 6749 4.4).
        ClientCredentials = "client_credentials",
    }
}

text_enum! {
    /// Whose addresses and scopes are known.
    Provider {
        Google = "google",
        Microsoft = "microsoft",
    }
}

/// The URLs of a client.
#[derive(Default)]
struct Urls {
    token: Option<Endpoint>,
    device: Option<Endpoint>,
    authorize: Option<Endpoint>,
}

/// Reads every `[[oauth]]`, with their names.
pub(super) fn read_clients(root: &mut Table, report: &mut Report) -> (Vec<OauthClient>, Names) {
    let mut names = Names::of("[[oauth]]", "microsoft");
    let tables = root.tables("oauth", report);
    let clients = tables.into_iter().filter_map(|table| read_client(table, &mut names, report)).collect();
    (clients, names)
}

fn read_client(mut table: Table, names: &mut Names, report: &mut Report) -> Option<OauthClient> {
    let name = names.claim(&mut table, report);
    let words: Vec<_> = Provider::ALL.iter().map(|word| word.as_str()).collect();
    let provider = table.word("provider", &words, report);
    let words: Vec<_> = OauthFlow::ALL.iter().map(|word| word.as_str()).collect();
    let flow = table.word("flow", &words, report).unwrap_or(OauthFlow::Refresh);
    let ca_file = table.text("ca_file", report).map(|path| path.get_ref().to_string());
    let urls = match provider {
        Some(provider) => urls_of(provider, flow, &mut table, ca_file.as_deref(), report),
        None => read_urls(&mut table, flow, ca_file.as_deref(), report),
    };
    let client_id = table.needed_text("client_id", "client_id = \"7f3c…\", as the provider gave it", report);
    let secret = CLIENT_SECRET.read(&mut table, report);
    if flow == OauthFlow::ClientCredentials && !CLIENT_SECRET.are_in(&mut table) {
        let hint = "for example: client_secret_file = \"/etc/ticketd/oauth\"";
        report.error(table.place(), "with this `flow` a client needs a secret", hint);
    }
    let scopes = table.texts("scopes", report);
    let scopes = scopes.map(|scopes| scopes.iter().map(|scope| scope.get_ref().to_string()).collect());
    let secret_expires = read_expiry(&mut table, report);
    table.close(report);
    // Without one of these it was reported, and nobody is to make anything of what is left.
    Some(OauthClient {
        name,
        token: urls.token?,
        device: urls.device,
        authorize: urls.authorize,
        client_id: client_id?.get_ref().to_string(),
        secret,
        secret_in_form: provider.is_some(),
        flow,
        scopes: scopes.unwrap_or_else(|| scopes_of(provider, flow)),
        secret_expires,
    })
}

/// Those of a provider that is known by its name.
fn urls_of(provider: Provider, flow: OauthFlow, table: &mut Table, ca_file: Option<&str>, report: &mut Report) -> Urls {
    for key in ["token_url", "device_url", "authorize_url"] {
        if let Some((_, place)) = table.place_of(key) {
            let hint = "leave `provider` out to give other ones, and `scopes` with them";
            report.error(place, format!("`provider` says what `{key}` is"), hint);
        }
    }
    let url = |text: String| Endpoint::parse(&text, ca_file).ok();
    match provider {
        Provider::Google => {
            if let Some((_, place)) = table.place_of("flow").filter(|_| flow == OauthFlow::ClientCredentials) {
                let hint = "leave `flow` out: a person consents with `ticketd login`";
                report.error(place, "Google has no such flow", hint);
            }
            Urls {
                token: url("https://oauth2.googleapis.com/token".to_owned()),
                // Its device flow gives nothing for mail.
                device: None,
                // Without these there would be no refresh token, or none the second time.
                authorize: url(
                    "https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&prompt=consent".to_owned()
                ),
            }
        }
        Provider::Microsoft => {
            let tenant = read_tenant(table, flow, report).unwrap_or_else(|| "common".to_owned());
            let of = |what: &str| url(format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{what}"));
            Urls { token: of("token"), device: of("devicecode"), authorize: of("authorize") }
        }
    }
}

/// The directory that an account of Microsoft is in.
fn read_tenant(table: &mut Table, flow: OauthFlow, report: &mut Report) -> Option<String> {
    let example = "tenant = \"example.onmicrosoft.com\", or the directory's id";
    let tenant = table.needed_text("tenant", example, report)?;
    let text = *tenant.get_ref();
    let shared = ["common", "organizations", "consumers"].contains(&text);
    if shared && flow == OauthFlow::ClientCredentials {
        let hint = "with this `flow` it is the directory's own name or id";
        report.error(tenant.span(), format!("`{text}` is no directory"), hint);
    }
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
        report.error(tenant.span(), format!("`{text}` is no tenant"), format!("for example: {example}"));
        return None;
    }
    Some(text.to_owned())
}

fn read_urls(table: &mut Table, flow: OauthFlow, ca_file: Option<&str>, report: &mut Report) -> Urls {
    if let Some((_, place)) = table.place_of("tenant") {
        report.error(place, "only provider = \"microsoft\" has a `tenant`", "leave it out");
    }
    // A provider that is none was reported.
    if !table.has("provider") {
        table.require("token_url", "token_url = \"https://id.example.org/token\"; or provider = \"microsoft\"", report);
    }
    let urls = Urls {
        token: read_endpoint(table, "token_url", ca_file, report),
        device: read_endpoint(table, "device_url", ca_file, report),
        authorize: read_endpoint(table, "authorize_url", ca_file, report),
    };
    let asks_a_person = ["device_url", "authorize_url", "provider"].iter().any(|key| table.has(key));
    if flow == OauthFlow::Refresh && !asks_a_person {
        let hint = "add device_url or authorize_url; or flow = \"client_credentials\", where nobody is asked";
        report.error(table.place(), "there is no place where a person could consent", hint);
    }
    urls
}

fn scopes_of(provider: Option<Provider>, flow: OauthFlow) -> Vec<String> {
    let scopes: &[&str] = match (provider, flow) {
        (None, _) => &[],
        (Some(Provider::Google), _) => &["https://mail.google.com/"],
        (Some(Provider::Microsoft), OauthFlow::ClientCredentials) => &["https://outlook.office365.com/.default"],
        (Some(Provider::Microsoft), OauthFlow::Refresh) => &[
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
            "offline_access",
        ],
    };
    scopes.iter().map(|scope| scope.to_string()).collect()
}

fn read_expiry(table: &mut Table, report: &mut Report) -> Option<Timestamp> {
    let text = table.text("secret_expires", report)?;
    if !CLIENT_SECRET.are_in(table) {
        report.error(text.span(), "there is no secret that could end", "leave the key out");
    }
    let date = read_date(text.get_ref());
    if date.is_none() {
        report.error(text.span(), format!("`{}` is no date", text.get_ref()), "write it as \"2027-01-31\"");
    }
    date
}
