//! The figures of the daemon, in the text format of Prometheus (version 0.0.4). What each means, and which to be woken by,
//! is in docs/operations.md.

use super::families::{Families, Label, seconds, time};
use crate::domain::*;
use crate::engine::daemon::{Counts, DELAYS};
use crate::store::figures::Figures;

pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;

/// All of them, as they are at `now`. `figures`: `None` where the database could not be asked.
pub fn text(status: &DaemonStatus, counts: &Counts, figures: Option<&Figures>, now: Timestamp) -> Option<String> {
    let mut families = Families::default();
    of_daemon(&mut families, status, figures.is_some());
    of_mailboxes(&mut families, &status.mailboxes, now);
    of_intake(&mut families, counts);
    of_delivery(&mut families, &status.delivery);
    if let Some(figures) = figures {
        of_database(&mut families, figures, now);
    }
    families.into_text()
}

fn plain<'l>(value: f64) -> [(Vec<Label<'l>>, f64); 1] {
    [(Vec::new(), value)]
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn of_daemon(families: &mut Families, status: &DaemonStatus, readable: bool) {
    let version = [(vec![("version", status.version.as_str())], 1.0)];
    families.gauge("ticketd_build_info", "The version of the program.", version);
    families.gauge("ticketd_start_time_seconds", "When the daemon was started.", plain(time(status.started_at)));
    let states = DaemonState::ALL.iter().map(|state| (vec![("state", state.as_str())], flag(*state == status.state)));
    families.gauge("ticketd_state", "1 for what the daemon is at.", states);
    families.gauge(
        "ticketd_at_rest",
        "1 while nothing can be stored and no mail is taken.",
        plain(flag(status.state == DaemonState::AtRest)),
    );
    families.gauge(
        "ticketd_config_refused",
        "1 while the configuration on disk is wrong and the one before is in force.",
        plain(flag(status.config_refused.is_some())),
    );
    families.gauge("ticketd_database_readable", "0 when the database could not be asked.", plain(flag(readable)));
}

fn of_mailboxes(families: &mut Families, mailboxes: &[MailboxStatus], now: Timestamp) {
    // A family of the mailboxes for which there is a value.
    let mut gauge = |name: &str, help: &str, value: &dyn Fn(&MailboxStatus) -> Option<f64>| {
        let values = mailboxes.iter().filter_map(|one| Some((vec![("mailbox", one.mailbox.as_str())], value(one)?)));
        families.gauge(&format!("ticketd_mailbox_{name}"), help, values);
    };
    gauge("connected", "1 while there is a connection to its server.", &|one| Some(flag(one.is_connected())));
    gauge("last_success_timestamp_seconds", "When it was last seen that all there was is stored.", &|one| {
        one.last_success.map(time)
    });
    gauge("lag_seconds", "How long the oldest mail that is not stored has been on the server.", &|one| {
        Some(seconds(one.lag(now)))
    });
    gauge("backlog", "Mails that were found and are not stored yet.", &|one| Some(one.backlog as f64));
    gauge("needs_care", "1 while it cannot be read until somebody does something.", &|one| Some(flag(one.needs_care)));
    gauge("missing", "Mails on the server that the last audit missed here.", &|one| {
        one.missing.map(|many| many as f64)
    });
    gauge("parked", "Mails that the server does not give, not asked for any more.", &|one| Some(one.parked as f64));
    gauge("certificate_expiry_timestamp_seconds", "When the certificate of its server ends.", &|one| {
        one.certificate_expires.map(time)
    });
    gauge("consent_expiry_timestamp_seconds", "When the consent (OAuth) that its login needs ends.", &|one| {
        one.end_of(Ends::Consent).map(time)
    });
    gauge(
        "client_secret_expiry_timestamp_seconds",
        "When the client secret (OAuth) that its login needs ends.",
        &|one| one.end_of(Ends::Secret).map(time),
    );
    let mut counter = |name: &str, help: &str, value: fn(&MailboxStatus) -> u64| {
        let values = mailboxes.iter().map(|one| (vec![("mailbox", one.mailbox.as_str())], value(one)));
        families.counter(&format!("ticketd_mailbox_{name}_total"), help, values);
    };
    counter("taken", "Mails taken.", |one| one.taken);
    counter("errors", "Connections that failed.", |one| one.errors);
}

fn of_intake(families: &mut Families, counts: &Counts) {
    // Those that were not seen yet, too: a rate needs the zero before the first.
    let kinds = Kind::ALL.iter().map(|kind| {
        let count = counts.kinds.get(kind).copied().unwrap_or_default();
        (vec![("kind", kind.as_str())], count)
    });
    families.counter("ticketd_mails_total", "Mails taken, by what they are.", kinds);
    families.histogram(
        "ticketd_decision_delay_seconds",
        "From a mail's arrival on its server (known to the second) until it is decided and stored.",
        DELAYS.into_iter().zip(counts.delays),
        counts.delayed,
        counts.delay,
    );
}

fn of_delivery(families: &mut Families, delivery: &DeliveryStatus) {
    let outcomes = [
        ("sent", delivery.sent),
        ("deferred", delivery.deferred),
        ("failed", delivery.failed),
        ("unknown", delivery.unknown),
    ];
    let outcomes = outcomes.into_iter().map(|(outcome, count)| (vec![("outcome", outcome)], count));
    families.counter("ticketd_deliveries_total", "Tries to hand a send to a relay, by what came of them.", outcomes);
    families.gauge(
        "ticketd_outbox_last_success_timestamp_seconds",
        "When nothing was due that had not been tried.",
        delivery.last_success.map(|at| (Vec::new(), time(at))),
    );
    let relays = delivery.relays.iter().map(|(relay, _)| (vec![("relay", relay.as_str())], 1.0));
    families.gauge("ticketd_relay_trouble", "1 for each relay that cannot be used.", relays);
    let endings = delivery
        .endings
        .iter()
        .map(|(relay, what, at)| (vec![("relay", relay.as_str()), ("what", what.as_str())], time(*at)));
    let help = "When the consent or the client secret (OAuth) that its login needs ends.";
    families.gauge("ticketd_relay_login_expiry_timestamp_seconds", help, endings);
    let copies = delivery.copies.iter().map(|(mailbox, _)| (vec![("mailbox", mailbox.as_str())], 1.0));
    families.gauge("ticketd_sent_copy_trouble", "1 for each mailbox whose Sent folder gets no copies.", copies);
}

fn of_database(families: &mut Families, figures: &Figures, now: Timestamp) {
    let open = [SendState::Queued, SendState::Sending, SendState::Deferred, SendState::Unknown, SendState::Failed];
    let held = [(vec![("state", "held")], figures.held as f64)];
    let sends = open.iter().map(|state| (vec![("state", state.as_str())], figures.sends(*state) as f64)).chain(held);
    families.gauge("ticketd_outbox_sends", "Sends that are not over or failed; held: a person has to decide.", sends);
    let age = |oldest: Option<Timestamp>| plain(seconds(oldest.map_or(0, |oldest| now.since(oldest).max(0))));
    families.gauge(
        "ticketd_outbox_oldest_age_seconds",
        "How long the oldest send that is to leave has been waiting.",
        age(figures.oldest_queued),
    );
    families.gauge("ticketd_review_messages", "Messages that wait for a person.", plain(figures.review as f64));
    families.gauge(
        "ticketd_review_oldest_age_seconds",
        "How long ago the oldest message that waits for a person arrived.",
        age(figures.oldest_review),
    );
    families.gauge("ticketd_quarantine_mails", "Mails that could not be read.", plain(figures.quarantine as f64));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::daemon::Board;

    /// A daemon of which everything is known.
    fn everything() -> String {
        let at = Some(Timestamp(SECOND));
        let mut status = Board::new(|| Timestamp(0)).read();
        let mut mailbox = MailboxStatus::new("desk".to_owned(), Timestamp(0));
        (mailbox.last_success, mailbox.certificate_expires) = (at, at);
        mailbox.endings = vec![(Ends::Consent, Timestamp(SECOND)), (Ends::Secret, Timestamp(SECOND))];
        (mailbox.state, mailbox.oldest_waiting, mailbox.missing) = (WatchState::Idle, at, Some(2));
        status.mailboxes = vec![mailbox];
        let said = |name: &str| vec![(name.to_owned(), Said { at: Timestamp(0), what: String::new() })];
        (status.delivery.relays, status.delivery.copies) = (said("main \"1\""), said("desk"));
        status.delivery.last_success = at;
        status.delivery.endings = vec![("main".to_owned(), Ends::Consent, Timestamp(SECOND))];
        let mut counts = Counts::default();
        counts.taken(Some(Kind::Bounce), Some(Timestamp(0)), Timestamp(1500));
        counts.taken(Some(Kind::Bounce), Some(Timestamp(0)), Timestamp(0).plus(2 * DAY));
        text(&status, &counts, Some(&Figures { held: 3, ..Figures::default() }), Timestamp(61 * SECOND)).unwrap()
    }

    #[test]
    fn figures_stand_there_in_seconds_and_by_name() {
        let text = everything();
        for line in [
            "ticketd_mailbox_connected{mailbox=\"desk\"} 1",
            "ticketd_mailbox_last_success_timestamp_seconds{mailbox=\"desk\"} 1",
            "ticketd_mailbox_lag_seconds{mailbox=\"desk\"} 60",
            "ticketd_mailbox_missing{mailbox=\"desk\"} 2",
            "ticketd_mails_total{kind=\"bounce\"} 2",
            "ticketd_decision_delay_seconds_bucket{le=\"1\"} 0",
            "ticketd_decision_delay_seconds_bucket{le=\"2\"} 1",
            "ticketd_decision_delay_seconds_bucket{le=\"86400\"} 1",
            "ticketd_decision_delay_seconds_bucket{le=\"+Inf\"} 2",
            "ticketd_decision_delay_seconds_sum 172801.5",
            "ticketd_relay_trouble{relay=\"main \\\"1\\\"\"} 1",
            "ticketd_outbox_sends{state=\"held\"} 3",
            "ticketd_database_readable 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in:\n{text}");
        }
    }

    #[test]
    fn without_the_database_what_it_knows_is_left_out_and_that_is_told() {
        let status = Board::new(|| Timestamp(0)).read();
        let text = text(&status, &Counts::default(), None, Timestamp(0)).unwrap();
        assert!(text.contains("ticketd_database_readable 0\n") && !text.contains("ticketd_outbox_sends"), "{text}");
    }

    #[test]
    fn what_the_documentation_names_is_there() {
        let names = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            words.filter(|word| word.starts_with("ticketd_")).map(str::to_owned).collect()
        };
        let documented =
            names(concat!(include_str!("../../docs/alerts.yml"), include_str!("../../docs/operations.md")));
        assert!(documented.len() > 20, "{documented:?}");
        let unknown: Vec<_> = documented.difference(&names(&everything())).cloned().collect();
        assert_eq!(unknown, Vec::<String>::new());
    }
}
