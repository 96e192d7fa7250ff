//! `ticketd login`: asks a person for the consent that a mailbox or relay needs, and keeps it.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::config_file::{DEFAULT_PATH, load};
use super::database::{location, wait_for};
use super::screen::line;
use super::times::now;
use super::{Code, Failure};
use crate::config::{Config, Credential, Endpoint, OauthClient, OauthFlow};
use crate::domain::Millis;
use crate::engine::access::secret_of;
use crate::net::Secret;
use crate::net::oauth::{self, Asking, Cause, Granted, Limits, OauthError, Pasted, Poll};
use crate::store::consents::{self, Consent};
use crate::store::{Location, Store};

/// Ask for the consent that a mailbox or relay with `oauth` needs, and keep it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd login support                 a code to enter in a browser anywhere, where the provider has that
  ticketd login support --paste         a page to open in a browser; its last address is pasted here
  ticketd login main --db /var/lib/ticketd/desk.db

What is kept is in the database, where `sync` and the others find it; mailboxes and relays with the same `oauth` and the
same `user` share it. Where `flow` is \"client_credentials\" nobody is asked: it is tried whether a token is given.
Exit codes: 0 done; 64 wrong arguments, or what was pasted belongs to another login; 66 nothing was pasted; 75 the
provider cannot be reached for now, or nobody consented in time; 77 the consent was refused; 78 the configuration is
wrong (docs/oauth.md).")]
pub(super) struct Args {
    /// A mailbox, or a relay
    #[arg(value_name = "MAILBOX|RELAY")]
    name: String,
    /// By a page and a pasted address, also where the provider has codes
    #[arg(long)]
    paste: bool,
    /// The configuration; without it, ./ticketd.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
}

/// Asks, waits, and keeps what was given.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let path = args.config.clone().unwrap_or_else(|| DEFAULT_PATH.into());
    let (config, warnings) = load(&path)?;
    std::io::stderr().lock().write_all(warnings.as_bytes())?;
    let (client, user) = login_of(&config, &path, &args.name)?;
    let secret = secret_of(client).map_err(|error| Failure::new(Code::Config, error.to_string(), SEE))?;
    if client.flow == OauthFlow::ClientCredentials {
        wait_for(oauth::of_client(client, secret.as_ref(), &Limits::default()))?.map_err(|error| failure(&error))?;
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "{}: the client `{}` gets tokens by its own secret; nobody has to consent",
            args.name, client.name
        )?;
        return Ok(Code::Success);
    }
    let database = args.db.or_else(|| config.database.as_deref().map(Location::from)).ok_or_else(|| {
        Failure::new(Code::Usage, "which database?", "name it with --db FILE, or set `database` in the configuration")
    })?;
    // Before anybody is asked: what was given has to have a place.
    let store = Store::open(&database)?;
    let granted = match (&client.device, &client.authorize) {
        (Some(device), _) if !args.paste => wait_for(by_code(client, secret.as_ref(), device, user))??,
        (_, Some(authorize)) => by_paste(client, secret.as_ref(), authorize, user)?,
        (_, None) => {
            let message = format!("the client `{}` has no authorize_url", client.name);
            return Err(Failure::new(Code::Config, message, "leave --paste out").into());
        }
    };
    let consent = consent_of(client, user, granted).map_err(|error| failure(&error))?;
    store.write(|tx| consents::give(tx, &consent))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}: the consent of {} is kept in {database}", args.name, line(user))?;
    writeln!(out, "  `ticketd check --connect` tries it")?;
    Ok(Code::Success)
}

const SEE: &str = "docs/oauth.md says what each key means";

/// The client and the user that a mailbox, or else a relay, logs in with.
fn login_of<'c>(config: &'c Config, path: &Path, name: &str) -> Result<(&'c OauthClient, &'c str), Failure> {
    let mailbox = config.accounts.iter().find(|account| account.mailbox == name);
    let relay = config.relays.iter().find(|relay| relay.name == name);
    let of_relay = relay.and_then(|relay| relay.login.as_ref()).map(|login| (&login.credential, login.user.as_str()));
    let of_mailbox = mailbox.map(|account| (&account.credential, account.user.as_str()));
    if of_mailbox.is_some() && of_relay.is_some() && of_mailbox != of_relay {
        let message = format!("`{name}` is a mailbox and a relay, with different logins");
        return Err(Failure::new(Code::Usage, message, "give one of them another name"));
    }
    let shown = line(name);
    match of_mailbox.or(of_relay) {
        Some((Credential::OAuth(client), user)) => {
            let client = config.oauth.iter().find(|known| known.name == *client);
            let missing = || Failure::new(Code::Config, format!("`{shown}` names no [[oauth]]"), SEE);
            client.map(|client| (client, user)).ok_or_else(missing)
        }
        Some((Credential::Password(_), _)) => {
            let message = format!("`{shown}` logs in with a password: there is nothing to consent to");
            Err(Failure::new(Code::Config, message, "for OAuth it says `oauth` instead (docs/oauth.md)"))
        }
        None => {
            let names = config.accounts.iter().map(|account| &account.mailbox);
            let known: Vec<&str> =
                names.chain(config.relays.iter().map(|relay| &relay.name)).map(String::as_str).collect();
            let message = format!("no mailbox or relay `{shown}` in {} has a login", path.display());
            Err(Failure::new(Code::Usage, message, format!("there are: {}", known.join(", "))))
        }
    }
}

/// By a code that a person enters elsewhere (RFC 8628).
async fn by_code(
    client: &OauthClient,
    secret: Option<&Secret>,
    device: &Endpoint,
    user: &str,
) -> anyhow::Result<Granted> {
    let limits = Limits::default();
    let code = oauth::ask_device(client, secret, device, &limits).await.map_err(|error| failure(&error))?;
    tell(&[
        format!("Open {} in a browser, anywhere, and enter this code:", line(&code.url)),
        format!("  {}", line(&code.user_code)),
        code.url_with_code.as_ref().map_or(String::new(), |url| format!("or open {}", line(url))),
        format!("Log in there as {}. This waits for {} minutes.", line(user), code.lifetime / 60_000),
    ])?;
    let end = Instant::now() + span(code.lifetime);
    let mut pause = span(code.interval);
    loop {
        sleep(pause).await;
        let too_late = || Failure::new(Code::TryLater, "nobody consented in time", "run it again");
        if Instant::now() >= end {
            return Err(too_late().into());
        }
        match oauth::poll_device(client, secret, &code.device_code, &limits).await {
            Ok(Poll::Granted(granted)) => return Ok(granted),
            Ok(Poll::Pending) => {}
            Ok(Poll::Expired) => return Err(too_late().into()),
            Ok(Poll::SlowDown) => pause += Duration::from_secs(5),
            // RFC 8628 3.5: a connection that failed is tried again, less often.
            Err(error) if error.cause == Cause::Temporary => pause *= 2,
            Err(error) => return Err(failure(&error).into()),
        }
    }
}

/// By the address that a browser is sent to (RFC 6749 4.1), which a person pastes.
fn by_paste(
    client: &OauthClient,
    secret: Option<&Secret>,
    authorize: &Endpoint,
    user: &str,
) -> anyhow::Result<Granted> {
    let asking = Asking::new(client, authorize, user)
        .ok_or_else(|| Failure::new(Code::TryLater, "the system has no random numbers", "try again later"))?;
    tell(&[
        "Open this page in a browser, anywhere:".to_owned(),
        format!("  {}", asking.url),
        format!("Log in there as {}. In the end the browser cannot show a page: that is as it should be.", line(user)),
        "Paste its address, which begins with http://localhost, and press Enter:".to_owned(),
    ])?;
    let pasted = std::io::stdin().lock().lines().next().transpose()?;
    let pasted = pasted.ok_or_else(|| Failure::new(Code::NoInput, "nothing was pasted", "run it again"))?;
    let code = asking.code(&pasted).map_err(|wrong| {
        let code = if matches!(wrong, Pasted::Refused(_)) { Code::NoPermission } else { Code::Usage };
        let way_out = "run it again: each login has an address of its own, which is pasted whole";
        Failure::new(code, wrong.to_string(), way_out)
    })?;
    let granted = wait_for(oauth::of_code(client, secret, &asking, &code, &Limits::default()))?;
    Ok(granted.map_err(|error| failure(&error))?)
}

fn consent_of(client: &OauthClient, user: &str, granted: Granted) -> Result<Consent, OauthError> {
    let now = now();
    Ok(Consent {
        client: client.name.clone(),
        account: user.to_owned(),
        refresh_token: granted.refresh.ok_or_else(|| OauthError::without_refresh(client))?,
        granted_at: now,
        renewed_at: now,
        expires_at: granted.consent_lifetime.map(|lifetime| now.plus(lifetime)),
    })
}

fn tell(lines: &[String]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// Never so long that a clock has no such time.
fn span(millis: Millis) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default().min(24 * 60 * 60 * 1000))
}

fn failure(error: &OauthError) -> Failure {
    let (code, way_out) = match error.cause {
        Cause::Temporary => (Code::TryLater, "try again later"),
        Cause::Refused => (Code::NoPermission, "run it again, and consent"),
        Cause::Configuration => {
            (Code::Config, "correct that [[oauth]], or how the client is registered (docs/oauth.md)")
        }
    };
    Failure::new(code, error.to_string(), way_out)
}
