//! Floor 1, pure: (Facts, Workspace) -> Classification { kind, evidence }.
//!
//! The table of semantics section 2, row by row: the first kind that matches wins. This room says what a message *is*;
//! what follows from it (tickets, statuses, sends) is `decide`'s. Doubt is a value: nothing here can fail.

mod authentication;
mod author;
mod automatic;
mod forward;
mod keys;
mod same;
mod thread;

use crate::domain::*;

pub use keys::keys;

use authentication::authentication;

/// Classifies a mail. Pure: the same facts and workspace give the same answer.
pub fn classify(arrived: &Arrived<'_>, ws: &Workspace) -> Classification {
    let same = same::sameness(arrived, ws);
    if let Some(same::Found::Further { kind, message, altered, evidence }) = same {
        return further_delivery(arrived, ws, kind, message, altered, evidence);
    }
    let outranked = match same {
        Some(same::Found::Outranks(message)) => Some(message),
        _ => None,
    };
    let threads = thread::evidence(arrived, ws, outranked);
    let mut c = Classification {
        kind: Kind::Ignored,
        evidence: Vec::new(),
        candidates: threads.candidates,
        standing: threads.standing,
        same: outranked.map(|message| Sameness::Outranks { message }),
        links: threads.links,
        review: None,
        authentication: authentication(arrived, ws),
    };
    c.evidence.extend(outranked.map(|message| Evidence::OutranksPersonalCopy { message }));
    let misused = match same {
        Some(same::Found::Misused(send)) => Some(send),
        _ => None,
    };
    // A robot that copies our header into its answer is a robot: rows 3 and 4 stand before the misuse of a token.
    let machines: &[Row] = if misused.is_some() { &[report, automatic_mail] } else { &[report] };
    let rest: &[Row] = &[
        own_send_by_reading,
        automatic_mail,
        forged_own_send,
        operator_ignores,
        forwarded,
        in_ticket,
        outside_tickets,
    ];
    if let Some(kind) = machines.iter().find_map(|row| row(&mut c, arrived, ws)) {
        c.kind = kind;
    } else if let Some(send) = misused {
        misused_token(&mut c, ws, send);
    } else if let Some(kind) = rest.iter().find_map(|row| row(&mut c, arrived, ws)) {
        c.kind = kind;
    }
    c
}

/// A row of the table: the kind, if the mail is of it; the evidence goes into the classification.
type Row = fn(&mut Classification, &Arrived<'_>, &Workspace) -> Option<Kind>;

/// Row 2 and echoes: a further delivery.
fn further_delivery(
    arrived: &Arrived<'_>,
    ws: &Workspace,
    kind: Kind,
    message: MessageId,
    altered: bool,
    evidence: Evidence,
) -> Classification {
    let known = ws.messages.get(&message);
    Classification {
        kind,
        evidence: vec![evidence],
        candidates: Vec::new(),
        standing: Standing {
            thread: known.and_then(|m| m.thread),
            ticket: known.and_then(|m| m.ticket),
            ..Standing::default()
        },
        same: Some(Sameness::Further { message, altered }),
        links: Vec::new(),
        review: None,
        authentication: authentication(arrived, ws),
    }
}

/// Our token with foreign content, or in someone else's mail: kept on the ticket, to review.
fn misused_token(c: &mut Classification, ws: &Workspace, send: SendId) {
    c.kind = Kind::StrangerReply;
    c.review = Some(ReviewReason::ForgedToken);
    c.evidence.push(Evidence::TokenMisused);
    if let Some(message) = ws.sends.get(&send).and_then(|send| ws.messages.get(&send.message)) {
        c.standing = Standing {
            by: None,
            parent: Some(message.id),
            thread: message.thread,
            ticket: message.ticket,
            ..Standing::default()
        };
    }
}

/// Row 3: delivery reports. Rows 4's read receipts are reports too.
fn report(c: &mut Classification, arrived: &Arrived<'_>, _: &Workspace) -> Option<Kind> {
    let report = arrived.facts.report.as_ref()?;
    let about =
        c.candidates.iter().find(|candidate| candidate.by == ThreadSign::Report).and_then(|found| found.message);
    c.evidence.push(Evidence::Report { report: report.kind, class: report.class, about });
    match report.kind {
        ReportKind::Dsn | ReportKind::Bounce => Some(Kind::Bounce),
        ReportKind::Mdn | ReportKind::Abuse => Some(Kind::AutoReply),
    }
}

/// A verified token of a send that is unknown to us, as the mail's own.
fn bears_unknown_send(facts: &Facts, ws: &Workspace) -> bool {
    [TokenPlace::MessageId, TokenPlace::Header].into_iter().flat_map(|place| facts.tokens_at(place)).any(|claim| {
        claim.verdict == TokenVerdict::Verified
            && claim.reference().is_none_or(|reference| ws.send_with_reference(&reference).is_none())
    })
}

/// Rows 5 and 6 by reading: the token of an unknown send, in a team mailbox's own Sent folder. They stand before row 4
/// here, for our automatic mail says Auto-Submitted too.
fn own_send_by_reading(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    if !author::is_in_own_sent_folder(arrived, ws) || !bears_unknown_send(arrived.facts, ws) {
        return None;
    }
    c.evidence.extend([Evidence::UnknownOwnSend, Evidence::InSentFolder]);
    let automated = !arrived.facts.automatic.is_empty();
    Some(if automated { Kind::AutomatedSend } else { Kind::TicketSend })
}

/// The token of an unknown send anywhere else is a forgery and goes to review: a stranger's in a ticket's thread, as any
/// other mail outside them.
fn forged_own_send(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    if !bears_unknown_send(arrived.facts, ws) {
        return None;
    }
    c.review = Some(ReviewReason::ForgedToken);
    c.evidence.push(Evidence::TokenMisused);
    c.standing.ticket.map(|_| Kind::StrangerReply)
}

/// Row 4.
fn automatic_mail(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    c.evidence.push(automatic::automatic_reply(arrived, ws, &c.standing)?);
    Some(Kind::AutoReply)
}

/// Row 7: an ignore rule of the operator, or a spam flag on a mail without token or known thread.
fn operator_ignores(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    let reason = match ws.setup.ignore.iter().find(|rule| author::matches_ignore_rule(rule, arrived.facts)) {
        Some(rule) => Evidence::IgnoreRule { name: rule.name.clone() },
        None if arrived.facts.spam && !ties_to_us(c, arrived.facts) => Evidence::Spam,
        None => return None,
    };
    c.evidence.push(reason);
    Some(Kind::Ignored)
}

/// A known thread, or a token of ours: of a send that we do not know, too (a restored database).
fn ties_to_us(c: &Classification, facts: &Facts) -> bool {
    let token = facts.tokens.iter().any(|claim| claim.verdict == TokenVerdict::Verified);
    token || c.standing.thread.is_some() || c.standing.ticket.is_some()
}

/// Rows 8 and 9: forwards and answers to them.
fn forwarded(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    let evidence = forward::is_forward(arrived.facts, &ws.setup);
    if !evidence.is_empty() {
        c.evidence.extend(evidence);
        return Some(Kind::Forward);
    }
    let message = forward::answered_forward(arrived, ws, &c.standing)?;
    c.evidence.push(Evidence::AnswersForward { message });
    Some(Kind::ReplyToForward)
}

/// Rows 10 to 14: mail in a ticket's thread, by who wrote it.
fn in_ticket(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    if author::is_in_own_sent_folder(arrived, ws) {
        c.evidence.extend([Evidence::AuthorIsTeamMailbox { mailbox: arrived.mailbox }, Evidence::InSentFolder]);
        return Some(Kind::MailboxSend);
    }
    let ticket = c.standing.ticket?;
    let standing = author::standing_of(arrived, ws, ticket);
    if let author::OnTicket::User(user) = standing {
        c.evidence.push(Evidence::AuthorIsUser { user });
        if let Some(message) = author::answered_notification(ws, &c.standing) {
            c.evidence.push(Evidence::AnswersNotification { message });
            c.review = Some(ReviewReason::AnsweredNotification);
        }
        return Some(Kind::PersonalInboxReply);
    }
    let failed = c.authentication == Authentication::Fail;
    c.evidence.push(Evidence::Authentication { verdict: c.authentication });
    let (evidence, kind) = match standing {
        author::OnTicket::Contact(contact) => (Evidence::AuthorIsContact { contact }, Kind::CustomerReply),
        author::OnTicket::Participant(address) => (Evidence::AuthorIsParticipant { address }, Kind::ParticipantReply),
        author::OnTicket::TeamMailbox(mailbox) => (Evidence::AuthorIsTeamMailbox { mailbox }, Kind::StrangerReply),
        author::OnTicket::User(_) | author::OnTicket::Stranger => (Evidence::AuthorIsStranger, Kind::StrangerReply),
    };
    c.evidence.push(evidence);
    let kind = if failed { Kind::StrangerReply } else { kind };
    if kind == Kind::StrangerReply {
        let reason = if failed { ReviewReason::AuthenticationFailed } else { ReviewReason::Stranger };
        c.review = c.review.or(Some(reason));
    }
    Some(kind)
}

/// Rows 15 to 17: mail outside ticket threads.
fn outside_tickets(c: &mut Classification, arrived: &Arrived<'_>, ws: &Workspace) -> Option<Kind> {
    if arrived.to_team(ws) {
        c.evidence.push(Evidence::ToTeamMailbox { mailbox: arrived.mailbox });
        if c.candidates.iter().any(|candidate| candidate.outcome == CandidateOutcome::NotAParticipant) {
            c.evidence.push(Evidence::WeakEvidenceFromStranger);
        }
        c.evidence.extend(c.standing.linked_to.map(|ticket| Evidence::LinkedTo { ticket }));
        return Some(Kind::NewConversation);
    }
    match arrived.author(ws).and_then(|author| author.contact) {
        Some(contact) if arrived.role == FolderRole::Inbox => {
            c.evidence.push(Evidence::AuthorIsContact { contact });
            Some(Kind::ContactOther)
        }
        _ => {
            c.evidence.push(Evidence::NotForUs);
            Some(Kind::Ignored)
        }
    }
}
