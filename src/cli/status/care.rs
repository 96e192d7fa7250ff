//! What needs somebody: all that does not pass by itself, with the way out.

use jiff::tz::TimeZone;

use super::picture::{Picture, Presence};
use crate::cli::config_file::counted;
use crate::cli::screen::line;
use crate::cli::times::{local, rough};
use crate::domain::*;
use crate::store::outbox::RelayPause;

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
/// And the secret of a client: somebody has to make another one, perhaps somebody else.
const SECRET: Millis = 14 * DAY;

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
        let way_out = status.config_way_out.as_deref().map_or("`ticketd check`".to_owned(), line);
        add(what, &format!("{way_out}; then read it again: systemctl reload ticketd"));
    }
    for mailbox in picture.mailboxes() {
        for care in of_mailbox(mailbox, picture, zone) {
            all.push(care);
        }
    }
    let delivery = picture.said.iter().map(|(_, status)| &status.delivery);
    for (relay, what, end) in delivery.flat_map(|delivery| &delivery.endings) {
        all.extend(of_login(relay, *what, *end, picture.now, zone));
    }
    all.extend(of_database(picture, zone));
    all
}

fn of_mailbox(mailbox: &MailboxStatus, picture: &Picture, zone: &TimeZone) -> Vec<Care> {
    let (name, now) = (&mailbox.mailbox, picture.now);
    // Since then it is to be read.
    let begin = picture.said.as_ref().map_or(now, |(_, status)| status.config_read_at);
    let mut all = Vec::new();
    let mut add = |what: String, way_out: String| all.push(Care { what, way_out });
    if let Some(error) = &mailbox.error {
        let read = mailbox.last_success;
        if mailbox.needs_care {
            add(format!("{name} cannot be read: {}", line(&error.what)), "`ticketd check --connect`".to_owned());
        } else if now.since(read.unwrap_or(begin)) > UNREAD {
            let since = read.map_or("was never read".to_owned(), |at| format!("is not read since {}", local(at, zone)));
            let what = format!("{name} {since}: {}", line(&error.what));
            add(what, "its server or the network; `ticketd check --connect`".to_owned());
        }
    }
    if let Some(missing) = mailbox.missing.filter(|missing| *missing > 0) {
        add(
            format!("{name}: {} of its server missing here", mails(missing)),
            format!("the log of the daemon says why it could not be fetched; `ticketd audit {name}` lists it"),
        );
    }
    let parked = picture.figures.parked.get(name).copied().unwrap_or_default();
    if parked > 0 {
        let what = format!("{name}: {} that its server does not give", mails(parked));
        add(what, "`ticketd quarantine list`, then `ticketd quarantine retry MAILBOX/FOLDER/UID`".to_owned());
    }
    if let Some(end) = mailbox.certificate_expires.filter(|end| end.since(now) < CERTIFICATE) {
        let what = format!("{name}: the certificate of its server {}", ends(end, now, zone));
        add(what, "whoever runs that server renews it".to_owned());
    }
    all.extend(mailbox.endings.iter().filter_map(|(what, end)| of_login(name, *what, *end, now, zone)));
    all
}

/// What a login by OAuth needs, and what ends of that before long.
fn of_login(name: &str, what: Ends, end: Timestamp, now: Timestamp, zone: &TimeZone) -> Option<Care> {
    let (near, thing, way_out) = match what {
        Ends::Consent => (CONSENT, "consent", format!("`ticketd login {name}`")),
        Ends::Secret => {
            let way_out = "make a new one where the client is registered, and put it in its place (docs/oauth.md)";
            (SECRET, "client secret", way_out.to_owned())
        }
    };
    let what = format!("{name}: the {thing} that its login needs {}", ends(end, now, zone));
    (end.since(now) < near).then_some(Care { what, way_out })
}

fn of_database(picture: &Picture, zone: &TimeZone) -> Vec<Care> {
    let (figures, now) = (&picture.figures, picture.now);
    let mut all = Vec::new();
    let mut add = |what: String, way_out: &str| all.push(Care { what, way_out: way_out.to_owned() });
    let failed = figures.sends(SendState::Failed);
    if failed > 0 {
        add(format!("{} failed", sends(failed)), "`ticketd outbox list`, then `retry` or `cancel`");
    }
    if figures.held > 0 {
        let what = format!("{} held: nobody knows whether the relay took it", sends(figures.held));
        add(what, "`ticketd outbox list`, then `retry` or `cancel`");
    }
    for RelayPause { relay, until, why, .. } in &picture.pauses {
        let until = local(*until, zone);
        let what = format!("relay {relay} refuses us and is left alone until {until}: {}", line(why));
        add(
            what,
            "correct that [[relay]], then `systemctl reload ticketd`; or `ticketd outbox flush` tries it at once",
        );
    }
    if picture.said.as_ref().is_some_and(|(_, status)| status.delivery.no_relay) && figures.to_leave() > 0 {
        let what = format!("{} to leave, and no relay is configured", sends(figures.to_leave()));
        add(what, "add a [[relay]] (docs/sending.md), then `systemctl reload ticketd`");
    } else if let Some(oldest) = figures.oldest_queued.filter(|oldest| now.since(*oldest) > UNSENT) {
        let since = local(oldest, zone);
        let what = format!("{} to leave, the oldest since {since}", sends(figures.to_leave()));
        add(what, "`ticketd outbox list` says why");
    }
    for (mailbox, said) in picture.said.iter().flat_map(|(_, status)| &status.delivery.copies) {
        let what = format!("{mailbox}: no copies in its Sent folder: {}", line(&said.what));
        add(what, "the mailbox's folder or its room; or leave out `sent_copy`");
    }
    if figures.quarantine > 0 {
        add(format!("{} in quarantine: could not be read", mails(figures.quarantine)), "`ticketd quarantine list`");
    }
    all
}

fn mails(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "mail", "mails")
}

fn sends(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "send", "sends")
}

/// `ends in 3 d (2026-12-01 10:00)`, or that it did.
pub(super) fn ends(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match at.since(now) {
        left if left >= 0 => format!("ends in {} ({})", rough(left), local(at, zone)),
        over => format!("ended {} ago ({})", rough(over.saturating_neg()), local(at, zone)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::daemon::Board;
    use crate::store::figures::Figures;

    const NOW: Timestamp = Timestamp(100 * DAY);

    /// A daemon that has been at work for an hour, with a mailbox that is read.
    fn well() -> Picture {
        let mut status = Board::new(|| NOW.plus(-HOUR)).read();
        let mut mailbox = MailboxStatus::new("desk".to_owned(), NOW);
        mailbox.last_success = Some(NOW.plus(-MINUTE));
        (status.state, status.mailboxes) = (DaemonState::Running, vec![mailbox]);
        Picture { now: NOW, said: Some((NOW, status)), figures: Figures::default(), pauses: Vec::new() }
    }

    fn whats(picture: &Picture) -> Vec<String> {
        of(picture, &TimeZone::UTC).into_iter().map(|care| care.what).collect()
    }

    /// What it says once the mailbox is like that.
    fn mailbox(change: impl Fn(&mut MailboxStatus)) -> Vec<String> {
        let mut picture = well();
        if let Some((_, status)) = &mut picture.said {
            status.mailboxes.iter_mut().for_each(change);
        }
        whats(&picture)
    }

    fn said(what: &str) -> Option<Said> {
        Some(Said { at: NOW, what: what.to_owned() })
    }

    #[test]
    fn where_all_is_well_there_is_nothing_to_do() {
        assert_eq!(whats(&well()), Vec::<String>::new());
    }

    #[test]
    fn a_mailbox_that_fails_for_a_while_needs_nobody_and_one_that_fails_for_long_does() {
        assert_eq!(mailbox(|one| one.error = said("cut")), Vec::<String>::new());
        let long = mailbox(|one| (one.error, one.last_success) = (said("cut"), Some(NOW.plus(-11 * MINUTE))));
        assert_eq!(long, ["desk is not read since 1970-04-10 23:49: cut"]);
        let never = mailbox(|one| (one.error, one.last_success) = (said("cut"), None));
        assert_eq!(never, ["desk was never read: cut"]);
        assert_eq!(mailbox(|one| (one.error, one.needs_care) = (said("no"), true)), ["desk cannot be read: no"]);
    }

    #[test]
    fn what_ends_is_told_in_time_and_what_has_ended_too() {
        let certificate = |span| mailbox(|one| one.certificate_expires = Some(NOW.plus(span)));
        assert_eq!(certificate(14 * DAY), Vec::<String>::new());
        assert_eq!(certificate(13 * DAY), ["desk: the certificate of its server ends in 13 d (1970-04-24 00:00)"]);
        assert_eq!(certificate(-2 * HOUR), ["desk: the certificate of its server ended 2 h ago (1970-04-10 22:00)"]);
        let login = |what, span| mailbox(|one| one.endings.push((what, NOW.plus(span))));
        assert_eq!(login(Ends::Consent, 7 * DAY), Vec::<String>::new());
        let consent = login(Ends::Consent, DAY);
        assert_eq!(consent, ["desk: the consent that its login needs ends in 1 d (1970-04-12 00:00)"]);
        assert_eq!(login(Ends::Secret, 14 * DAY), Vec::<String>::new());
        let secret = login(Ends::Secret, 13 * DAY);
        assert_eq!(secret, ["desk: the client secret that its login needs ends in 13 d (1970-04-24 00:00)"]);
    }

    #[test]
    fn what_the_audit_missed_and_what_the_database_holds_back_is_told() {
        assert_eq!(mailbox(|one| one.missing = Some(0)), Vec::<String>::new());
        assert_eq!(mailbox(|one| one.missing = Some(3)), ["desk: 3 mails of its server missing here"]);
        let mut missing = well();
        if let Some((_, status)) = &mut missing.said {
            status.mailboxes.iter_mut().for_each(|one| one.missing = Some(3));
        }
        let refused = of(&missing, &TimeZone::UTC).iter().any(|care| care.way_out.contains("--repair"));
        assert!(!refused, "while the daemon runs, no other may fetch");
        let mut picture = well();
        picture.figures = Figures {
            outbox: [(SendState::Failed, 2), (SendState::Deferred, 1)].into(),
            held: 4,
            oldest_queued: Some(NOW.plus(-16 * MINUTE)),
            quarantine: 5,
            review: 6,
            ..Figures::default()
        };
        let expected = [
            "2 sends failed",
            "4 sends held: nobody knows whether the relay took it",
            "1 send to leave, the oldest since 1970-04-10 23:44",
            "5 mails in quarantine: could not be read",
        ];
        assert_eq!(whats(&picture), expected, "review is everyday work");
    }

    #[test]
    fn a_relay_that_refuses_us_needs_somebody_whether_or_not_anything_waits() {
        let mut picture = well();
        let (since, until) = (NOW.plus(-MINUTE), NOW.plus(29 * MINUTE));
        picture.pauses.push(RelayPause { relay: "main".to_owned(), since, until, why: "535 no".to_owned() });
        let care = of(&picture, &TimeZone::UTC);
        let what = "relay main refuses us and is left alone until 1970-04-11 00:29: 535 no";
        assert_eq!(care.iter().map(|care| care.what.as_str()).collect::<Vec<_>>(), [what]);
        assert!(care.iter().all(|care| care.way_out.contains("`ticketd outbox flush`")), "{care:?}");
    }

    #[test]
    fn mail_that_no_relay_can_take_needs_somebody_at_once() {
        let mut picture = well();
        picture.figures.outbox = [(SendState::Queued, 2)].into();
        picture.figures.oldest_queued = Some(NOW);
        assert_eq!(whats(&picture), Vec::<String>::new());
        if let Some((_, status)) = &mut picture.said {
            status.delivery.no_relay = true;
        }
        assert_eq!(whats(&picture), ["2 sends to leave, and no relay is configured"]);
        picture.figures = Figures::default();
        assert_eq!(whats(&picture), Vec::<String>::new());
    }

    #[test]
    fn what_to_do_about_a_configuration_that_is_refused_is_what_the_refusal_says() {
        let mut picture = well();
        let way_out = |picture: &Picture| of(picture, &TimeZone::UTC).pop().map(|care| care.way_out);
        if let Some((_, status)) = &mut picture.said {
            status.config_refused = said("line 1");
        }
        assert_eq!(way_out(&picture).as_deref(), Some("`ticketd check`; then read it again: systemctl reload ticketd"));
        if let Some((_, status)) = &mut picture.said {
            status.config_way_out = Some("`ticketd apply x.toml`".to_owned());
        }
        assert_eq!(
            way_out(&picture).as_deref(),
            Some("`ticketd apply x.toml`; then read it again: systemctl reload ticketd")
        );
    }

    #[test]
    fn why_no_mail_is_taken_comes_first() {
        let mut picture = well();
        picture.figures.quarantine = 1;
        if let Some((_, status)) = &mut picture.said {
            (status.state, status.trouble) = (DaemonState::AtRest, said("the disk is full"));
            status.config_refused = said("line 1");
        }
        let told = whats(&picture);
        assert_eq!(told.first().map(String::as_str), Some("no mail is taken: the disk is full"));
        let wrong = "the configuration on disk is wrong, that of 1970-04-10 23:00 is in force: line 1";
        assert_eq!(told.get(1).map(String::as_str), Some(wrong));
    }
}
