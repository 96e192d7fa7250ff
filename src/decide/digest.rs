//! Notifications beyond a user's cap (semantics 6.5): kept, and told in one mail when the hour is over.

use super::deciding::Deciding;
use super::receive::check_fence;
use super::refusal::Refusal;
use super::send::Outgoing;
use crate::domain::*;

/// So many notifications go to a user one by one within that time.
const MOST: usize = 10;
const WINDOW: Millis = HOUR;

/// A user's hour is over: all that was kept for that user goes out in one mail.
pub fn digest(d: &mut Deciding<'_>, timer: TimerId, fence: i64) -> Result<(), Refusal> {
    let timer = check_fence(d, timer, fence)?;
    let user = UserId(timer.subject);
    d.change(Change::Timer(TimerRow { fence: timer.fence + 1, done_at: Some(d.context.at), ..timer }));
    let waits = |notice: &&HeldNoticeRow| notice.recipient == user && notice.digest.is_none();
    let notices: Vec<HeldNoticeRow> = d.ws.held_notices.iter().filter(waits).cloned().collect();
    let notifications = i64::try_from(notices.len()).unwrap_or(i64::MAX);
    d.decision.explanation.evidence.push(Evidence::Digest { user, notifications });
    match d.queue_digest(user, entries(&notices)) {
        Err(outcome) => d.effect(DIGEST_TEMPLATE, DIGEST_TEMPLATE, outcome, None),
        Ok(send) => {
            d.effect(DIGEST_TEMPLATE, DIGEST_TEMPLATE, EffectResult::Queued, Some(send));
            for notice in notices {
                d.change(Change::HeldNotice(HeldNoticeRow { digest: Some(send), ..notice }));
            }
        }
    }
    Ok(())
}

/// One entry for each ticket and template, in the order in which they first came.
fn entries(notices: &[HeldNoticeRow]) -> Vec<DigestEntry> {
    let mut entries: Vec<DigestEntry> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for notice in notices {
        let at = *places.entry((notice.ticket, &notice.template)).or_insert(entries.len());
        match entries.get_mut(at) {
            Some(entry) => entry.count += 1,
            None => entries.push(DigestEntry { notice: notice.id, count: 1 }),
        }
    }
    entries
}

impl Deciding<'_> {
    /// When there is room for another notification to the user at that address; `None`: now.
    pub(super) fn notices_full_until(&self, address: AddressId) -> Option<Timestamp> {
        let since = self.context.at.plus(-WINDOW);
        let one_by_one = |row: &&RecipientRow| {
            let send = self.ws.sends.get(&row.send);
            send.is_some_and(|send| {
                send.purpose == SendPurpose::Notification && send.template.as_deref() != Some(DIGEST_TEMPLATE)
            })
        };
        let sent = self.ws.sent_to(address).filter(one_by_one).filter_map(|row| row.automatic_at);
        let mut times: Vec<Timestamp> = sent.filter(|at| *at > since).collect();
        times.sort_unstable();
        times.iter().rev().nth(MOST - 1).map(|at| at.plus(WINDOW))
    }

    /// Keeps a notification for the user's next digest, which goes out at `until` where none waits already.
    pub(super) fn keep_for_digest(&mut self, user: UserId, ticket: RecordId, template: &str, until: Timestamp) {
        let notice = HeldNoticeRow {
            id: self.id(),
            recipient: user,
            ticket,
            template: template.to_owned(),
            at: self.context.at,
            event: self.context.seq,
            digest: None,
        };
        self.change(Change::HeldNotice(notice));
        let is_it = |timer: &TimerRow| timer.kind == TimerKind::Digest && timer.subject == user.0;
        if self.ws.timers.iter().any(|timer| is_it(timer) && timer.done_at.is_none()) {
            return;
        }
        let timer = TimerRow {
            id: self.id(),
            due_at: until,
            kind: TimerKind::Digest,
            subject: user.0,
            attempt: 0,
            lease_until: None,
            fence: 0,
            done_at: None,
        };
        self.change(Change::Timer(timer));
    }

    /// Queues the mail; else why there is none.
    pub(super) fn queue_digest(&mut self, user: UserId, entries: Vec<DigestEntry>) -> Result<SendId, EffectResult> {
        let setup = self.ws.setup.clone();
        let named = self.ws.users.get(&user).and_then(|row| setup.user(&row.name));
        let person = named.and_then(|user| Some((user, user.addresses.first()?.clone())));
        let (user_setup, address) = person.filter(|_| !entries.is_empty()).ok_or(EffectResult::NoContact)?;
        let mailbox = self.first_team_mailbox().ok_or(EffectResult::NoMailbox)?;
        let language = self.ws.mailbox(mailbox).map_or(Language::English, |(_, setup)| setup.language);
        let to = self.address(&Participant { name: user_setup.display_name.clone(), address });
        Ok(self.queue(Outgoing {
            purpose: SendPurpose::Notification,
            about: None,
            mailbox,
            thread: None,
            parent: None,
            to: vec![to],
            cc: Vec::new(),
            automation: Some(DIGEST_TEMPLATE.to_owned()),
            template: Some(DIGEST_TEMPLATE.to_owned()),
            subject_key: None,
            text: SendText::Digest { language, user, entries },
        }))
    }
}
