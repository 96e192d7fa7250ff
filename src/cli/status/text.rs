//! The picture in words: what needs somebody first.

use jiff::tz::TimeZone;

use super::care::{self, ends};
use super::picture::{Picture, Presence};
use crate::cli::screen::{Paint, columns, cut, line, wrap};
use crate::cli::times::{exact, local, rough};
use crate::domain::*;

/// Lines for people.
pub(super) fn lines(picture: &Picture, zone: &TimeZone, paint: Paint) -> Vec<String> {
    let mut lines = vec![head(picture, zone, paint)];
    let care = care::of(picture, zone);
    if !care.is_empty() {
        lines.extend([String::new(), paint.bold("Needs somebody")]);
        for care in care {
            lines.push(format!("  {}", paint.red(&wrap(&care.what, 2).join("\n    "))));
            lines.push(format!("    {}", wrap(&care.way_out, 4).join("\n    ")));
        }
    }
    let mailboxes = picture.mailboxes();
    if !mailboxes.is_empty() {
        let as_of = picture.said.as_ref().filter(|_| picture.presence() != Presence::AtWork);
        let as_of = as_of.map(|(at, _)| format!(" at {}", local(*at, zone))).unwrap_or_default();
        lines.extend([String::new(), paint.bold(&format!("Mailboxes{as_of}"))]);
    }
    let width = mailboxes.iter().map(|one| one.mailbox.chars().count()).max().unwrap_or_default();
    for mailbox in mailboxes {
        let state = format!("{:<11}", mailbox.state);
        let state = if mailbox.error.is_some() { paint.yellow(&state) } else { paint.green(&state) };
        let words = of_mailbox(mailbox, picture.now, zone).join(", ");
        let indent = width + 17;
        let words = wrap(&words, indent).join(&format!("\n{:indent$}", ""));
        lines.push(format!("  {:<width$}  {state}  {words}", mailbox.mailbox));
        // What needs somebody was told above.
        if let Some(error) = mailbox.error.as_ref().filter(|_| !mailbox.needs_care) {
            let indent = width + 4;
            lines.push(format!(
                "{:indent$}{}",
                "",
                wrap(&line(&error.what), indent).join(&format!("\n{:indent$}", ""))
            ));
        }
    }
    lines.extend([String::new(), format!("{}  {}", paint.bold("Outbox   "), outbox(picture))]);
    let troubles = picture.said.iter().flat_map(|(_, status)| &status.delivery.relays);
    // What needs somebody was told above.
    for (relay, said) in troubles.filter(|(relay, _)| !picture.is_paused(relay)) {
        let what = format!("relay {relay} cannot be used ({}): {}", local(said.at, zone), line(&said.what));
        lines.push(format!("  {}", paint.yellow(&wrap(&what, 4).join("\n    "))));
    }
    lines.push(format!("{}  {}", paint.bold("Waiting  "), waiting(picture, zone)));
    lines
}

/// What it is at, since when, and which it is.
fn head(picture: &Picture, zone: &TimeZone, paint: Paint) -> String {
    let Some((at, status)) = &picture.said else {
        return paint.yellow("No daemon was ever at work on this database: `ticketd run` starts one.");
    };
    let span = rough(picture.now.since(*at).max(0));
    let who = format!("pid {}, ticketd {}", status.pid, status.version);
    let started = local(status.started_at, zone);
    match picture.presence() {
        Presence::AtWork => {
            let state = match status.state {
                DaemonState::Running => paint.green(status.state.as_str()),
                DaemonState::AtRest => paint.red(status.state.as_str()),
                DaemonState::Starting | DaemonState::Stopping | DaemonState::Stopped => {
                    paint.yellow(status.state.as_str())
                }
            };
            let up = rough(picture.now.since(status.started_at).max(0));
            format!("The daemon is {state}. Started {up} ago ({started}), {who}.")
        }
        Presence::Stopped => {
            let stopped = paint.yellow("stopped");
            format!("The daemon was {stopped} {span} ago ({}); {who}, started {started}.", local(*at, zone))
        }
        Presence::Gone | Presence::Never => {
            let gone = paint.red("gone");
            let last = format!("its last word, \"{}\", is {span} old ({})", status.state, exact(*at, zone));
            format!(
                "The daemon is {gone}: {last}.\nIt was killed, or cannot write to the database; {who}, started {started}."
            )
        }
    }
}

fn of_mailbox(mailbox: &MailboxStatus, now: Timestamp, zone: &TimeZone) -> Vec<String> {
    let mut words = vec![match mailbox.last_success {
        Some(at) => format!("read {} ago ({})", rough(now.since(at).max(0)), local(at, zone)),
        None => "not read yet".to_owned(),
    }];
    words.push(format!("{} taken", mailbox.taken));
    if mailbox.backlog > 0 {
        words.push(format!("{} to take, lag {}", mailbox.backlog, rough(mailbox.lag(now))));
    }
    if mailbox.failures > 0 {
        words.push(match mailbox.failures {
            1 => "failed once".to_owned(),
            many => format!("failed {many} times in a row"),
        });
    }
    if let Some(next) = mailbox.next_try {
        words.push(match next.since(now) {
            left if left > 0 => format!("next try in {}", rough(left)),
            _ => "next try now".to_owned(),
        });
    }
    if let Some(missing) = mailbox.missing.filter(|missing| *missing > 0) {
        words.push(format!("{missing} missing"));
    }
    if mailbox.parked > 0 {
        words.push(format!("{} parked", mailbox.parked));
    }
    let month = |at: &Timestamp| at.since(now) < 30 * DAY;
    if let Some(end) = mailbox.certificate_expires.filter(month) {
        words.push(format!("certificate {}", ends(end, now, zone)));
    }
    for (what, end) in mailbox.endings.iter().filter(|(_, end)| month(end)) {
        words.push(format!("{} {}", what.as_str().replace('_', " "), ends(*end, now, zone)));
    }
    words
}

fn outbox(picture: &Picture) -> String {
    let figures = &picture.figures;
    let mut words = vec![match (figures.to_leave(), figures.oldest_queued) {
        (0, _) | (_, None) => "nothing is to leave".to_owned(),
        (count, Some(oldest)) => {
            format!("{count} to leave, the oldest for {}", rough(picture.now.since(oldest).max(0)))
        }
    }];
    let others = [(figures.sends(SendState::Unknown), "unknown"), (figures.sends(SendState::Failed), "failed")];
    let others = others.into_iter().chain([(figures.held, "held")]).filter(|(count, _)| *count > 0);
    words.extend(others.map(|(count, what)| format!("{count} {what}")));
    if let Some((_, status)) = &picture.said {
        words.push(format!("{} sent since the start", status.delivery.sent));
    }
    words.join(", ")
}

fn waiting(picture: &Picture, zone: &TimeZone) -> String {
    let figures = &picture.figures;
    let mut words = vec![format!("{} to review", figures.review), format!("{} in quarantine", figures.quarantine)];
    if figures.all_parked() > 0 {
        words.push(format!("{} parked", figures.all_parked()));
    }
    if let Some(next) = figures.next_timer {
        words.push(format!("next timer {}", local(next, zone)));
    }
    words.join(", ")
}

/// The picture in parts, by name, without what changes as time goes by: two that differ are a change.
pub(super) fn parts(picture: &Picture, zone: &TimeZone) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    let daemon = match (picture.presence(), &picture.said) {
        (Presence::Never, _) | (_, None) => "never at work here".to_owned(),
        (Presence::Gone, Some((at, _))) => format!("gone since {}", exact(*at, zone)),
        (Presence::Stopped | Presence::AtWork, Some((_, status))) => {
            let trouble = status.trouble.as_ref().map(|said| format!(": {}", line(&said.what)));
            let refused = status.config_refused.as_ref().map(|_| ", the configuration on disk is wrong");
            let (trouble, refused) = (trouble.unwrap_or_default(), refused.unwrap_or_default());
            format!("{}, pid {}{trouble}{refused}", status.state, status.pid)
        }
    };
    parts.push(("daemon".to_owned(), daemon));
    for mailbox in picture.mailboxes() {
        let error = mailbox.error.as_ref().map(|error| format!(": {}", line(&error.what))).unwrap_or_default();
        let MailboxStatus { state, taken, backlog, .. } = mailbox;
        parts.push((mailbox.mailbox.clone(), format!("{state}, {taken} taken, {backlog} to take{error}")));
    }
    let figures = &picture.figures;
    let (failed, held) = (figures.sends(SendState::Failed), figures.held);
    parts.push(("outbox".to_owned(), format!("{} to leave, {failed} failed, {held} held", figures.to_leave())));
    for (relay, said) in picture.said.iter().flat_map(|(_, status)| &status.delivery.relays) {
        parts.push((format!("relay {relay}"), line(&said.what)));
    }
    let (review, quarantine, parked) = (figures.review, figures.quarantine, figures.all_parked());
    parts.push(("waiting".to_owned(), format!("{review} to review, {quarantine} in quarantine, {parked} parked")));
    parts.into_iter().map(|(name, what)| (name, cut(&what, columns()))).collect()
}
