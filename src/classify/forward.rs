//! Rows 8 and 9 of the table: forwards, and what answers them.

use crate::domain::*;

/// Why the mail is a forward; empty when it is none. The unmistakable line of a client counts alone; a header block or an
/// attached message is also how some clients quote, so these need a forward prefix outermost, or neither a reply prefix
/// nor In-Reply-To.
pub(super) fn is_forward(facts: &Facts, setup: &Setup) -> Vec<Evidence> {
    let Some(forwarded) = &facts.forwarded else { return Vec::new() };
    let mark = Evidence::ForwardMark { mark: forwarded.mark };
    if forwarded.mark == ForwardMark::Line {
        return vec![mark];
    }
    if facts.subject.outermost() == Some(SubjectPrefix::Forward) {
        return vec![mark, Evidence::ForwardPrefix];
    }
    let no_reply_sign = !facts.subject.prefixes.contains(&SubjectPrefix::Reply) && facts.in_reply_to.is_empty();
    if no_reply_sign && !answers_quoted_author(facts, forwarded, setup) {
        return vec![mark, Evidence::NoReplySign];
    }
    Vec::new()
}

/// A mail that goes to the author of the block that it carries answers that author: nobody forwards people their own mail.
/// The team is one person in this: what support@ wrote may be answered to whoever signed it.
fn answers_quoted_author(facts: &Facts, forwarded: &Forwarded, setup: &Setup) -> bool {
    let ours = |address: &EmailAddress| setup.user_at(address).is_some() || setup.team_mailbox_at(address).is_some();
    forwarded
        .from
        .iter()
        .map(|original| &original.address)
        .any(|original| facts.to.iter().any(|to| to.address == *original || (ours(original) && ours(&to.address))))
}

/// The forward (or answer to one) that the mail answers: its parent or nearest known ancestor, past our own sends that no
/// contact got. `None` when that forward opened the ticket and its contact writes.
pub(super) fn answered_forward(arrived: &Arrived<'_>, ws: &Workspace, standing: &Standing) -> Option<MessageId> {
    let mut parent = ws.messages.get(&standing.parent?)?;
    // Bounded: parents come from mail, and a damaged database must not hang us.
    for _ in 0..64 {
        match parent.kind {
            Kind::Forward if opened_ticket(ws, parent) && is_its_contact(arrived, ws, parent) => return None,
            Kind::Forward | Kind::ReplyToForward => return Some(parent.id),
            kind if kind.is_own_send() && !reached_contact(ws, parent) => {
                parent = ws.messages.get(&parent.parent?)?;
            }
            _ => return None,
        }
    }
    None
}

fn opened_ticket(ws: &Workspace, forward: &MessageRow) -> bool {
    let thread = forward.thread.and_then(|thread| ws.threads.get(&thread));
    thread.is_some_and(|thread| thread.origin && thread.root == forward.id)
}

fn is_its_contact(arrived: &Arrived<'_>, ws: &Workspace, forward: &MessageRow) -> bool {
    let Some(ticket) = forward.ticket else { return false };
    let contact = arrived.author(ws).and_then(|author| author.contact);
    contact.is_some_and(|contact| ws.contacts_of(ticket).any(|of_ticket| of_ticket == contact))
}

/// Whether a contact of its ticket was among the recipients of one of our sends.
fn reached_contact(ws: &Workspace, message: &MessageRow) -> bool {
    let (Some(send), Some(ticket)) = (ws.send_of(message.id), message.ticket) else { return false };
    ws.recipients_of(send.id)
        .filter_map(|recipient| ws.addresses.get(&recipient.address)?.contact)
        .any(|contact| ws.contacts_of(ticket).any(|of_ticket| of_ticket == contact))
}
