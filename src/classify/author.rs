//! Who wrote a mail, as seen from a ticket. Identity is From, never Reply-To.

use crate::domain::*;

/// What the author is to a ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum OnTicket {
    Contact(ContactId),
    /// Someone of the team who is no contact of the ticket.
    User(UserId),
    /// A team mailbox's own address, outside its Sent folder.
    TeamMailbox(MailboxId),
    Participant(AddressId),
    Stranger,
}

/// What the author is to the ticket. A contact first: a user may write as a customer.
pub(super) fn standing_of(arrived: &Arrived<'_>, ws: &Workspace, ticket: RecordId) -> OnTicket {
    let Some(author) = arrived.facts.author() else { return OnTicket::Stranger };
    let known = ws.address(&author.address);
    let contact = known.and_then(|address| address.contact);
    if let Some(contact) = contact.filter(|contact| ws.contacts_of(ticket).any(|of_ticket| of_ticket == *contact)) {
        return OnTicket::Contact(contact);
    }
    if let Some(user) = ws.setup.user_at(&author.address).and_then(|user| ws.user_named(&user.name)) {
        return OnTicket::User(user.id);
    }
    if let Some(mailbox) = ws.setup.team_mailbox_at(&author.address).and_then(|m| ws.mailbox_named(&m.name)) {
        return OnTicket::TeamMailbox(mailbox.id);
    }
    match known.filter(|address| is_participant(ws, ticket, address.id)) {
        Some(address) => OnTicket::Participant(address.id),
        None => OnTicket::Stranger,
    }
}

/// Whether weak evidence counts from this author: a contact of the ticket, a participant, or the team mailbox itself.
/// Being of the team is not enough: a user who was never on the ticket may write as a customer.
pub(super) fn is_on_ticket(arrived: &Arrived<'_>, ws: &Workspace, ticket: RecordId) -> bool {
    match standing_of(arrived, ws, ticket) {
        OnTicket::Contact(_) | OnTicket::Participant(_) | OnTicket::TeamMailbox(_) => true,
        OnTicket::User(_) => arrived.author(ws).is_some_and(|author| is_participant(ws, ticket, author.id)),
        OnTicket::Stranger => false,
    }
}

fn is_participant(ws: &Workspace, ticket: RecordId, address: AddressId) -> bool {
    ws.threads_of(ticket).any(|thread| ws.participants.get(&(thread.id, address)).is_some())
}

/// Whether the author stands in a thread that has no ticket.
pub(super) fn is_in_thread(arrived: &Arrived<'_>, ws: &Workspace, thread: ThreadId) -> bool {
    arrived.author(ws).is_some_and(|address| ws.participants.get(&(thread, address.id)).is_some())
}

/// Whether the mail stands in a team mailbox's own Sent folder: from one of its addresses.
pub(super) fn is_in_own_sent_folder(arrived: &Arrived<'_>, ws: &Workspace) -> bool {
    if arrived.role != FolderRole::Sent || !arrived.in_team_mailbox(ws) {
        return false;
    }
    let Some((_, setup)) = ws.mailbox(arrived.mailbox) else { return false };
    let Some(author) = arrived.facts.author() else { return false };
    setup.addresses.contains(&author.address.without_detail().0)
}

/// The notification of ours that the mail answers.
pub(super) fn answered_notification(ws: &Workspace, standing: &Standing) -> Option<MessageId> {
    let parent = standing.parent?;
    (ws.send_of(parent)?.purpose == SendPurpose::Notification).then_some(parent)
}

/// Whether every condition that an ignore rule names holds.
pub(super) fn matches_ignore_rule(rule: &IgnoreRule, facts: &Facts) -> bool {
    let author = facts.author().map(|author| &author.address);
    let sender = rule.sender.as_ref().is_none_or(|sender| author == Some(sender));
    let domain = rule.domain.as_ref().is_none_or(|domain| author.is_some_and(|a| is_within(a.domain(), domain)));
    let header = rule.header.as_ref().is_none_or(|(name, part)| {
        let part = part.to_lowercase();
        facts.headers.iter().any(|(n, value)| n == name && value.to_lowercase().contains(&part))
    });
    let names_something = rule.sender.is_some() || rule.domain.is_some() || rule.header.is_some();
    names_something && sender && domain && header
}

pub(super) fn is_within(domain: &str, parent: &str) -> bool {
    domain == parent || domain.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}
