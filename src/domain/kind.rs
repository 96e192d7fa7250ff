//! The kinds of message (semantics, section 2).

use super::text_enum::text_enum;

text_enum! {
    /// What a message is. Every message has exactly one kind, with the evidence for it.
    Kind {
        /// Processing it failed repeatedly.
        Quarantined = "quarantined",
        /// A further delivery of a message that we have.
        Duplicate = "duplicate",
        /// A delivery report that says failed or delayed, or one that says all is well.
        Bounce = "bounce",
        /// Out of office, read receipt, robot's answer.
        AutoReply = "auto_reply",
        /// A user wrote it from the ticket record.
        TicketSend = "ticket_send",
        /// A workflow, stage action or notification sent it.
        AutomatedSend = "automated_send",
        /// A user wrote it from the contact record.
        RecordSend = "record_send",
        /// One of our own sends seen again: a further delivery of it.
        Echo = "echo",
        /// An operator's ignore rule, spam, or not for us.
        Ignored = "ignored",
        Forward = "forward",
        ReplyToForward = "reply_to_forward",
        /// From a user's own mailbox, into a ticket's thread.
        PersonalInboxReply = "personal_inbox_reply",
        /// From a team mailbox's own address, not through us.
        MailboxSend = "mailbox_send",
        CustomerReply = "customer_reply",
        /// From a participant of the thread who is no contact of the ticket.
        ParticipantReply = "participant_reply",
        /// Into a ticket's thread by evidence, from someone who was never on it, or whose authentication failed.
        StrangerReply = "stranger_reply",
        /// Other mail of a contact, outside ticket threads and not to a team mailbox.
        ContactOther = "contact_other",
        NewConversation = "new_conversation",
    }
}

impl Kind {
    /// The kinds that are one of our own sends.
    pub fn is_own_send(self) -> bool {
        matches!(self, Kind::TicketSend | Kind::AutomatedSend | Kind::RecordSend)
    }

    /// A further delivery that has no effect of its own.
    pub fn is_further_delivery(self) -> bool {
        matches!(self, Kind::Duplicate | Kind::Echo)
    }
}
