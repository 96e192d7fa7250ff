//! Rows 2 and (echo) of the table: is this a mail that we have already?

use super::author;
use crate::domain::*;

/// What was found to be the same.
pub(super) enum Found {
    Further {
        kind: Kind,
        message: MessageId,
        altered: bool,
        evidence: Evidence,
    },
    /// The message was decided from a weaker place than this one.
    Outranks(MessageId),
    /// The token of that send, in a mail that is not its.
    Misused(SendId),
}

/// Looks for the mail among those that we have.
pub(super) fn sameness(arrived: &Arrived<'_>, ws: &Workspace) -> Option<Found> {
    own_send(arrived, ws).or_else(|| known_mail(arrived, ws))
}

/// A known send's token or Message-ID: an echo with its content and our address, misused otherwise.
fn own_send(arrived: &Arrived<'_>, ws: &Workspace) -> Option<Found> {
    let send = claimed_send(arrived.facts, ws)?;
    let message = ws.messages.get(&send.message)?;
    match is_copy_of_send(arrived, ws, message) {
        true => Some(Found::Further {
            kind: Kind::Echo,
            message: message.id,
            altered: message.digest != arrived.facts.digest,
            evidence: Evidence::OwnSend { send: send.id },
        }),
        false => Some(Found::Misused(send.id)),
    }
}

/// The known send that the mail claims to be: by a verified token of its own, or by its Message-ID.
fn claimed_send<'w>(facts: &Facts, ws: &'w Workspace) -> Option<&'w SendRow> {
    let by_token = facts
        .tokens
        .iter()
        .filter(|claim| matches!(claim.place, TokenPlace::MessageId | TokenPlace::Header))
        .filter(|claim| claim.verdict == TokenVerdict::Verified)
        .find_map(|claim| ws.send_with_reference(&claim.reference()?));
    by_token.or_else(|| {
        let known = ws.messages_with_id(facts.message_id.as_deref()?);
        known.into_iter().find_map(|message| ws.send_of(message.id))
    })
}

/// From our address with the send's content. In a Sent folder a changed body (a footer of the relay) is still our mail:
/// nobody else writes there.
fn is_copy_of_send(arrived: &Arrived<'_>, ws: &Workspace, message: &MessageRow) -> bool {
    let same_author = arrived.author(ws).map(|address| address.id) == message.author && message.author.is_some();
    let same_content = message.digest == arrived.facts.digest;
    let same_shell = arrived.role == FolderRole::Sent && message.date == arrived.facts.date;
    same_author && (same_content || same_shell)
}

/// A mail of someone else that we have: the same content, or the same Message-ID, author and date with another body (a
/// list's footer). Programs that give every mail the same Message-ID write other dates: their mail must not be lost.
fn known_mail(arrived: &Arrived<'_>, ws: &Workspace) -> Option<Found> {
    let facts = arrived.facts;
    let same_content = ws.messages_with_digest(&facts.digest).find(|known| is_same_mail(facts, known));
    if let Some(known) = same_content {
        return Some(further(arrived, ws, known, false, Evidence::SameContent { message: known.id }));
    }
    let author = arrived.author(ws)?.id;
    let known = ws
        .messages_with_id(facts.message_id.as_deref()?)
        .into_iter()
        .find(|m| m.author == Some(author) && m.date == facts.date)?;
    Some(further(arrived, ws, known, true, Evidence::SameIdAndAuthor { message: known.id }))
}

/// Equal content is the same mail, unless only the Message-IDs tell two undated mails apart: a form that writes the same
/// words twice must not lose the second.
fn is_same_mail(facts: &Facts, known: &MessageRow) -> bool {
    let ids_differ = facts.message_id.is_some() && known.message_id.is_some() && facts.message_id != known.message_id;
    !(ids_differ && facts.date.is_none())
}

fn further(arrived: &Arrived<'_>, ws: &Workspace, known: &MessageRow, altered: bool, evidence: Evidence) -> Found {
    match outranks(arrived, ws, known) {
        true => Found::Outranks(known.id),
        false => Found::Further { kind: Kind::Duplicate, message: known.id, altered, evidence },
    }
}

/// A copy to a team mailbox outranks one in a personal inbox that came to nothing; a team mailbox's own Sent copy
/// outranks one that was taken for a stranger's.
fn outranks(arrived: &Arrived<'_>, ws: &Workspace, known: &MessageRow) -> bool {
    let came_to_nothing = !known.team
        && known.ticket.is_none()
        && matches!(known.kind, Kind::ContactOther | Kind::Ignored | Kind::Forward | Kind::ReplyToForward);
    let own_mail_as_stranger = known.kind == Kind::StrangerReply && author::is_in_own_sent_folder(arrived, ws);
    (arrived.to_team(ws) && came_to_nothing) || own_mail_as_stranger
}
