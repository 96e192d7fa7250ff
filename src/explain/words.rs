//! The words for each sign, outcome and effect. Phrases begin in lower case and have no full stop, so that they can be
//! joined; every value of every enum has its own.

use super::Names;
use crate::domain::*;

/// One reason for a kind.
pub(super) fn evidence(evidence: &Evidence, names: &Names) -> String {
    match evidence {
        Evidence::ReadingFailed { attempt } => format!("reading it failed (attempt {attempt})"),
        Evidence::ReadingGivenUp => "set aside unread".to_owned(),
        Evidence::ReadAgain { user } => format!("read again from quarantine by {}", names.person(*user)),
        Evidence::GivenUpByUser { user } => {
            format!("given up by {}: it is kept and not tried again", names.person(*user))
        }
        Evidence::Reviewed { verdict, kind, user } => {
            let done = match verdict {
                Verdict::Attach => format!("attached as {kind}"),
                Verdict::New => "given a ticket of its own".to_owned(),
                Verdict::Drop => "left where it is".to_owned(),
            };
            format!("{done}, in review by {}", names.person(*user))
        }
        Evidence::SameContent { message } => format!("the same content as {message}"),
        Evidence::SameIdAndAuthor { message } => {
            format!("the same Message-ID and author as {message}, with another body")
        }
        Evidence::OutranksPersonalCopy { message } => format!("outranks the weaker copy that was {message} so far"),
        Evidence::OwnSend { send } => format!("our own send {send}, seen again"),
        Evidence::UnknownOwnSend => {
            "carries our token of a send that is not in this database, in a team mailbox's own Sent folder".to_owned()
        }
        Evidence::TokenMisused => "carries our token and is not the mail that we sent".to_owned(),
        Evidence::Report { report, class, about } => {
            let about = about.map(|about| format!(" about {about}")).unwrap_or_default();
            format!("{}{about}: {}", report_kind(*report), bounce_class(*class))
        }
        Evidence::Automatic { signs } => {
            let signs: Vec<_> = signs.iter().map(|sign| automatic_sign(*sign)).collect();
            format!("written by a machine ({})", signs.join("; "))
        }
        Evidence::AutomaticSubject { second } => {
            format!("the subject of an automatic answer, and {}", second_sign(*second))
        }
        Evidence::IgnoreRule { name } => format!("ignore rule `{name}`"),
        Evidence::Spam => "marked as spam, and without token or known thread".to_owned(),
        Evidence::ForwardMark { mark } => format!("its new content is a forwarded message ({})", forward_mark(*mark)),
        Evidence::ForwardPrefix => "the outermost subject prefix says forward".to_owned(),
        Evidence::NoReplySign => "neither a reply prefix nor In-Reply-To".to_owned(),
        Evidence::AnswersForward { message } => format!("answers {message}, a forward or an answer to one"),
        Evidence::AnswersNotification { message } => {
            format!("answers our notification {message}; the customer did not get it")
        }
        Evidence::AuthorIsUser { user } => format!("the author is {}, of the team", names.user(*user)),
        Evidence::AuthorIsTeamMailbox { mailbox } => {
            format!("the author is the address of mailbox {}", names.mailbox(*mailbox))
        }
        Evidence::AuthorIsContact { contact } => format!("the author is contact {contact}"),
        Evidence::AuthorIsParticipant { address } => {
            format!("the author (address {address}) takes part in the thread and is no contact of the ticket")
        }
        Evidence::AuthorIsStranger => "the author was never on the ticket".to_owned(),
        Evidence::InSentFolder => "found in the mailbox's own Sent folder".to_owned(),
        Evidence::Authentication { verdict } => authentication(*verdict).to_owned(),
        Evidence::ToTeamMailbox { mailbox } => format!("to team mailbox {}", names.mailbox(*mailbox)),
        Evidence::WeakEvidenceFromStranger => {
            "weak evidence of a ticket, from someone who is not on it, counts for nothing".to_owned()
        }
        Evidence::ForwardedFor { contact } => {
            format!("forwarded by a user for contact {contact}, the one original sender")
        }
        Evidence::ForwardNamesNoSingleSender => {
            "forwarded by the team, and no single original sender is certain".to_owned()
        }
        Evidence::List => "list or bulk mail".to_owned(),
        Evidence::LinkedTo { ticket } => format!("linked to {}, which is closed", names.ticket(*ticket)),
        Evidence::ChildCameFirst { message } => format!("{message}, which cites it, came first"),
        Evidence::History => "imported as history".to_owned(),
        Evidence::NotForUs => "not to a team mailbox, and of no contact or thread that we know".to_owned(),
        Evidence::SentByUser { user } => format!("sent by {}", names.user(*user)),
        Evidence::Dispatched { relay, accepted, deferred, refused, unknown } => {
            let counts = [(*accepted, "taken"), (*deferred, "not now"), (*refused, "refused"), (*unknown, "unknown")];
            let said = counts.into_iter().filter(|(count, _)| *count > 0);
            let said: Vec<_> = said.map(|(count, word)| format!("{word} for {count}")).collect();
            format!("offered to the relay {relay}: {}", said.join(", "))
        }
        Evidence::Digest { user, notifications } => {
            format!("{notifications} to {} that were beyond 10 in an hour, told together", names.user(*user))
        }
        Evidence::DispatchLapsed => "the program ended while it was handing it to a relay".to_owned(),
        Evidence::BounceLifted { .. } => "the author's address gave mail back and takes it again: it writes".to_owned(),
        Evidence::BounceCleared { address, user } => {
            format!("address {address} takes mail again, says {}", names.person(*user))
        }
        Evidence::OutboxOrdered { order, user } => {
            let done = match order {
                OutboxOrder::Retry => "to be tried as if it were new",
                OutboxOrder::Now => "to be tried at once",
                OutboxOrder::Cancel => "cancelled",
            };
            format!("{done}, by {}", names.person(*user))
        }
    }
}

/// How something pointed at a thread.
pub(super) fn thread_sign(sign: ThreadSign) -> &'static str {
    match sign {
        ThreadSign::InReplyToToken => "our token in In-Reply-To",
        ThreadSign::InReplyTo => "In-Reply-To",
        ThreadSign::ReferencesToken => "our token in References",
        ThreadSign::References => "References",
        ThreadSign::PlusAddress => "our token in the plus-address",
        ThreadSign::BodyMarker => "our token in the text",
        ThreadSign::Report => "the original in the report",
        ThreadSign::CitedBy => "a mail that cites this one",
        ThreadSign::ThreadIndex => "Thread-Index (weak)",
        ThreadSign::SubjectTag => "subject tag (weak)",
    }
}

/// What became of a candidate, and why.
pub(super) fn candidate_outcome(outcome: CandidateOutcome) -> &'static str {
    match outcome {
        CandidateOutcome::Won => "won: the strongest that counts",
        CandidateOutcome::Agrees => "agrees with the one that won",
        CandidateOutcome::Outranked => "lost: something stronger names another ticket; the two are linked",
        CandidateOutcome::UnknownId => "lost: no mail with that Message-ID is known",
        CandidateOutcome::UnknownSend => "lost: the signature is ours, the send is not in this database",
        CandidateOutcome::Forged => "lost: the signature is not ours",
        CandidateOutcome::UnknownKey => "lost: signed with a key that we do not have",
        CandidateOutcome::NotAParticipant => "lost: weak, and the author is not on the ticket",
        CandidateOutcome::UnknownTicket => "lost: no ticket has that number",
        CandidateOutcome::TicketClosed => "only links: that ticket is closed",
    }
}

/// What a status rule is called.
pub(super) fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::OnSend => "3.1 (an e-mail is sent to a customer)",
        Rule::OnReply => "3.2 (a customer replies)",
        Rule::Reopen => "3.3 (reopen)",
        Rule::Chosen => "chosen (the status chosen with the reply)",
    }
}

/// Why a rule fired or not.
pub fn rule_result(result: RuleResult) -> &'static str {
    match result {
        RuleResult::Fired => "fired",
        RuleResult::WrongKind => "this kind of message never fires it",
        RuleResult::SwitchedOff => "it is switched off",
        RuleResult::NoContactAmongRecipients => "no contact of the ticket is among the recipients",
        RuleResult::NotOriginThread => "not in the ticket's origin thread, and the ticket was never reopened",
        RuleResult::TicketIsOpen => "the ticket is open",
        RuleResult::AlreadyThere => "the ticket is in that status already",
        RuleResult::Late => "older than the newest mail of the ticket that counts",
        RuleResult::Outranked => "another rule outranks it",
        RuleResult::WindowPassed => "closed longer ago than `reopen_within`",
        RuleResult::NoOpenStatus => "the pipeline has no open status",
        RuleResult::History => "imported as history",
        RuleResult::NotAReply => "the first mail of a new thread replies to nothing",
    }
}

/// Why an action was carried out or not.
pub fn effect_result(result: EffectResult) -> &'static str {
    match result {
        EffectResult::Queued => "queued",
        EffectResult::Failed => "it could not be composed",
        EffectResult::SwitchedOff => "the automation is switched off",
        EffectResult::AlreadyEnrolled => "once per ticket, and this one had it",
        EffectResult::ChatSource => "the ticket came from chat or messenger",
        EffectResult::ListMail => "list and bulk mail is never acknowledged",
        EffectResult::AutomaticMail => "automatic mail is never answered automatically",
        EffectResult::Stale => "nothing automatic is sent about mail older than 24 hours",
        EffectResult::AddressCap => "the address had 10 automatic mails in 3 hours",
        EffectResult::SubjectCap => "the address had 2 automatic mails with this subject in 3 hours",
        EffectResult::OwnAddress => "never to a team mailbox's own address",
        EffectResult::NoContact => "there is nobody to send it to",
        EffectResult::HardBounced => "mail to the contact bounced for good",
        EffectResult::OpenedByForward => "opened by a user's forward: the original sender did not write to us",
        EffectResult::NoTemplate => "there is no such template",
        EffectResult::NoMailbox => "there is no team mailbox to send it from",
        EffectResult::Digested => "the user had 10 notifications in an hour: it is told in a digest",
        EffectResult::NotMarketing => "not transactional, and the contact is no marketing contact",
        EffectResult::StillEnrolled => "the record is on its way through it",
        EffectResult::Loop => "the record has reached it again for the same cause: that is a loop",
        EffectResult::GoalMet => "the record is where it leads already",
        EffectResult::NoOwner => "nobody owns the record",
    }
}

/// Why a message waits for a person.
pub fn review(reason: ReviewReason) -> &'static str {
    match reason {
        ReviewReason::Stranger => "in a ticket's thread, from someone who was never on it",
        ReviewReason::AuthenticationFailed => "in a ticket's thread, and the sender's authentication failed",
        ReviewReason::ForgedToken => "our token in a mail that we did not write",
        ReviewReason::CustomerForward => "a customer forwarded mail of the ticket",
        ReviewReason::DoubtfulForward => "a forward whose original sender is not certain",
        ReviewReason::Late => "a customer's mail came late and changed nothing",
        ReviewReason::AnsweredNotification => "a user answered a notification: the customer did not get it",
    }
}

/// What each verdict would do about a message that is of that kind and waits for that reason; `on_ticket`: it belongs to a
/// ticket.
pub fn verdict(verdict: Verdict, kind: Kind, reason: ReviewReason, on_ticket: bool) -> &'static str {
    match (verdict, reason, kind) {
        (Verdict::Attach, ReviewReason::Late, _) => {
            "its own ticket: seen, no more; another ticket: it moves there, and is late there too"
        }
        (Verdict::Attach, _, Kind::StrangerReply) => {
            "it counts as the author's reply now (rules 3.2 and 3.3), and the author takes part from now on; with --contact \
             as a contact"
        }
        (Verdict::Attach, _, Kind::Forward) if on_ticket => {
            "its own ticket: seen, no more; another ticket: it moves there and changes no status"
        }
        (Verdict::Attach, _, Kind::Forward) => "it joins the ticket and changes no status",
        (Verdict::Attach, _, Kind::ContactOther | Kind::Ignored) => "it joins the ticket and counts as a reply now",
        (Verdict::Attach, ..) => "its own ticket: seen, no more; another ticket: it moves there",
        (Verdict::New, ReviewReason::DoubtfulForward, Kind::Forward) => {
            "a new ticket for whom --for names, else for the author; never acknowledged with --for, nor when one of the team \
             forwarded it"
        }
        (Verdict::New, _, Kind::NewConversation) if on_ticket => "refused: it has opened a ticket already",
        (Verdict::New, ..) if on_ticket => "a new ticket for the author, linked to the one that it is on",
        (Verdict::New, ..) => "a new ticket for the author",
        (Verdict::Drop, ..) if on_ticket => "it stays on the ticket as it is, and nobody is asked again",
        (Verdict::Drop, ..) => "it stays as it is, and nobody is asked again",
    }
}

/// What changed a record's stage.
pub fn stage_cause(cause: StageCause) -> &'static str {
    match cause {
        StageCause::Created => "created",
        StageCause::OnSend => "rule 3.1, an e-mail was sent to a customer",
        StageCause::OnReply => "rule 3.2, a customer replied",
        StageCause::Reopen => "rule 3.3, a reply reopened it",
        StageCause::Chosen => "chosen with the reply",
        StageCause::Hand => "by hand",
        StageCause::Merge => "merged into another ticket",
        StageCause::Workflow => "a workflow",
        StageCause::Archived => "its stage was archived",
    }
}

/// What a ticket is flagged for.
pub fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::CannotReopen => "a reply could not reopen it: its pipeline has no open status",
        Flag::SendFailed => "a mail of it could not be sent",
    }
}

/// What kept a mail from being read whole.
pub fn defect(defect: Defect) -> &'static str {
    match defect {
        Defect::NoHeaders => "this is no mail: nothing in it is a header field",
        Defect::NoMessageId => "no Message-ID",
        Defect::NoFrom => "it names nobody in From",
        Defect::SeveralFrom => "several From addresses; the first counts",
        Defect::NoDate => "no readable Date",
        Defect::DateInFuture => "its Date is more than a day after its arrival",
        Defect::MalformedId => "a malformed Message-ID",
        Defect::Undecodable => "a part, charset or encoding in it is broken: what stands there is a guess",
        Defect::Nul => "NUL bytes were replaced",
        Defect::Truncated => "it holds more parts, ids or addresses than are read: the rest is left out",
        Defect::BodyNotStored => "over the size limit: sorted by its header, the body is not stored (body_not_stored)",
    }
}

pub(super) fn report_kind(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Dsn => "delivery report (RFC 3464)",
        ReportKind::Bounce => "delivery report in free form",
        ReportKind::Mdn => "read receipt (RFC 8098)",
        ReportKind::Abuse => "abuse report (RFC 5965)",
    }
}

pub(super) fn bounce_class(class: BounceClass) -> &'static str {
    match class {
        BounceClass::Hard => "failed for good",
        BounceClass::Soft => "delayed or failed for now",
        BounceClass::None => "no failure",
    }
}

pub(super) fn automatic_sign(sign: AutomaticSign) -> &'static str {
    match sign {
        AutomaticSign::AutoReplied => "Auto-Submitted: auto-replied",
        AutomaticSign::AutoGenerated => "Auto-Submitted: auto-generated",
        AutomaticSign::AutoOther => "Auto-Submitted",
        AutomaticSign::VacationHeader => "out-of-office header",
        AutomaticSign::Subject => "subject of an automatic answer",
        AutomaticSign::Wording => "out-of-office wording",
        AutomaticSign::Programmatic => "sent by a program",
    }
}

pub(super) fn second_sign(sign: SecondSign) -> &'static str {
    match sign {
        SecondSign::NoQuote => "no quoted text",
        SecondSign::SoonAfterSend => "it came within minutes of our send",
    }
}

pub(super) fn forward_mark(mark: ForwardMark) -> &'static str {
    match mark {
        ForwardMark::Line => "a mail program's forward line",
        ForwardMark::HeaderBlock => "a block of From, Sent, To, Subject",
        ForwardMark::Attached => "attached as a message",
    }
}

pub(super) fn authentication(verdict: Authentication) -> &'static str {
    match verdict {
        Authentication::Pass => "sender authentication passed",
        Authentication::None => "sender authentication says nothing",
        Authentication::Fail => "sender authentication failed",
    }
}

/// What a kind means for tickets, where no rule has anything to say.
pub(super) fn consequence(kind: Kind) -> &'static str {
    match kind {
        Kind::Quarantined => "kept, for a person to look at",
        Kind::Duplicate | Kind::Echo => "a further delivery without effect",
        Kind::Bounce => "a report changes no status",
        Kind::AutoReply => "never reopens, is never answered",
        Kind::TicketSend | Kind::CustomerReply | Kind::ParticipantReply => "no status to change",
        Kind::AutomatedSend | Kind::RecordSend => "changes no status",
        Kind::Ignored => "kept, without effect",
        Kind::Forward => "a forward changes no status",
        Kind::ReplyToForward => "an answer to a forward changes no status",
        Kind::PersonalInboxReply => "a reply from a user's own mailbox changes no status",
        Kind::MailboxSend => "mail sent past the program changes no status",
        Kind::StrangerReply => "to review; changes no status",
        Kind::ContactOther => "kept with the contact, outside tickets",
        Kind::NewConversation => "a new conversation",
    }
}
