//! What needs somebody: all that does not pass by itself, with the way out.

use jiff::tz::TimeZone;

use super::picture::{Picture, Presence};
use crate::cli::screen::line;
use crate::cli::times::{local, rough};
use crate::domain::*;

/// Something to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Care {
    pub what: String,
    /// A command, or words.
    pub way_out: String,
}

/// A mailbox that could not be read for so long is not one that is just being tried again.
const UNREAD: Millis = 10 * MINUTE;
/// What waits in the outbox for so long does not move.
const UNSENT: Millis = 15 * MINUTE;
/// How long before its end a certificate is spoken of: those that are renewed by programs are renewed a month before.
const CERTIFICATE: Millis = 14 * DAY;
/// And a consent: somebody has to give it anew.
const CONSENT: Millis = 7 * DAY;

/// What there is, the gravest first.
pub(super) fn of(picture: &Picture, zone: &TimeZone) -> Vec<Care> {
    let mut all = Vec::new();
    let mut add = |what: String, way_out: &str| all.push(Care { what, way_out: way_out.to_owned() });
    let status = picture.said.as_ref().map(|(_, status)| status);
    if let Some(trouble) = status.and_then(|status| status.trouble.as_ref()) {
        let what = match picture.presence() {
            Presence::AtWork => "no mail is taken",
            Presence::Stopped | Presence::Gone | Presence::Never => "it ended",
        };
        add(format!("{what}: {}", line(&trouble.what)), "docs/operations.md, \"At rest\"");
    }
    if let Some((status, said)) = status.and_then(|status| Some((status, status.config_refused.as_ref()?))) {
        let since = local(status.config_read_at, zone);
        let what = format!("the configuration on disk is wrong, that of {since} is in force: {}", line(&said.what));
        add(what, "`ticketd check`, then read it again: systemctl reload ticketd");
    }
    for mailbox in picture.mailboxes() {
        for care in of_mailbox(mailbox, picture, zone) {
            all.push(care);
        }
    }
    all.extend(of_database(picture, zone));
    all
}

fn of_mailbox(mailbox: &MailboxStatus, picture: &Picture, zone: &TimeZone) -> Vec<Care> {
    let (name, now) = (&mailbox.mailbox, picture.now);
    let mut all = Vec::new();
    let mut add = |what: String, way_out: String| all.push(Care { what, way_out });
    if let Some(error) = &mailbox.error {
        let read = mailbox.last_success;
        if mailbox.needs_care {
            add(format!("{name} cannot be read: {}", line(&error.what)), "`ticketd check --connect`".to_owned());
        } else if now.since(read.unwrap_or(mailbox.since)) > UNREAD {
            let since = read.map_or("never".to_owned(), |at| format!("not since {}", local(at, zone)));
            let what = format!("{name} was read {since}: {}", line(&error.what));
            add(what, "its server or the network; `ticketd check --connect`".to_owned());
        }
    }
    if let Some(missing) = mailbox.missing.filter(|missing| *missing > 0) {
        add(
            format!("{name}: {missing} mails on its server are missing here"),
            format!("`ticketd audit --repair {name}`"),
        );
    }
    let parked = picture.figures.parked.get(name).copied().unwrap_or_default();
    if parked > 0 {
        let what = format!("{name}: {parked} mails that its server does not give");
        add(what, "`ticketd quarantine list`, then `ticketd quarantine retry MAILBOX/FOLDER/UID`".to_owned());
    }
    if let Some(end) = mailbox.certificate_expires.filter(|end| end.since(now) < CERTIFICATE) {
        let what = format!("{name}: the certificate of its server ends {}", when(end, now, zone));
        add(what, "whoever runs that server renews it".to_owned());
    }
    if let Some(end) = mailbox.consent_expires.filter(|end| end.since(now) < CONSENT) {
        let what = format!("{name}: the consent that its login needs ends {}", when(end, now, zone));
        add(what, format!("`ticketd login {name}`"));
    }
    all
}

fn of_database(picture: &Picture, zone: &TimeZone) -> Vec<Care> {
    let (figures, now) = (&picture.figures, picture.now);
    let mut all = Vec::new();
    let mut add = |what: String, way_out: &str| all.push(Care { what, way_out: way_out.to_owned() });
    let failed = figures.sends(SendState::Failed);
    if failed > 0 {
        add(format!("{failed} sends failed"), "`ticketd outbox list`, then `retry` or `cancel`");
    }
    if figures.held > 0 {
        let what = format!("{} sends are held: nobody knows whether they were taken", figures.held);
        add(what, "`ticketd outbox list`, then `retry` or `cancel`");
    }
    if let Some(oldest) = figures.oldest_queued.filter(|oldest| now.since(*oldest) > UNSENT) {
        let since = local(oldest, zone);
        let what = format!("{} sends are to leave, the oldest since {since}", figures.to_leave());
        add(what, "`ticketd outbox list` says why; a [[relay]] is needed (docs/sending.md)");
    }
    for (mailbox, said) in picture.said.iter().flat_map(|(_, status)| &status.delivery.copies) {
        let what = format!("{mailbox}: no copies in its Sent folder: {}", line(&said.what));
        add(what, "the mailbox's folder or its room; or leave out `sent_copy`");
    }
    if figures.quarantine > 0 {
        add(format!("{} mails could not be read", figures.quarantine), "`ticketd quarantine list`");
    }
    all
}

/// `in 3 d (2026-12-01 10:00)`, or that it is over.
pub(super) fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match at.since(now) {
        left if left >= 0 => format!("in {} ({})", rough(left), local(at, zone)),
        over => format!("{} ago ({})", rough(-over), local(at, zone)),
    }
}
