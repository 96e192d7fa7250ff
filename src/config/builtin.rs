//! What holds without a file, or where a file is silent: one team mailbox, the support pipeline, the templates that it
//! sends.

use crate::domain::{
    Action, DIGEST_TEMPLATE, EmailAddress, Language, MailboxKind, MailboxSetup, Pipeline, REPLY_NOT_DELIVERED,
    SEND_NOT_DELIVERED, Setup, Stage, StageAutomation, StageState, TICKET, Template, TemplateText, TemplatedAutomation,
};

/// Stands before the number in `[TICKET-12]` unless the operator says otherwise.
pub(super) const TICKET_PREFIX: &str = "TICKET";

/// Where rule 3.1 leads in a pipeline that has such a stage and does not say otherwise.
pub(super) const ON_SEND_TARGET: &str = "waiting_on_contact";

/// Where rule 3.2 leads, likewise.
pub(super) const ON_REPLY_TARGET: &str = "waiting_on_us";

/// Everything built in, as one setup.
pub(super) fn setup() -> Setup {
    Setup {
        ticket_prefix: TICKET_PREFIX.to_owned(),
        public_url: None,
        mailboxes: vec![support_mailbox()],
        users: Vec::new(),
        ignore: Vec::new(),
        pipelines: vec![support_pipeline()],
        templates: templates(),
        objects: Vec::new(),
        workflows: Vec::new(),
    }
}

fn support_mailbox() -> MailboxSetup {
    MailboxSetup {
        name: "support".to_owned(),
        kind: MailboxKind::Team,
        addresses: EmailAddress::parse("support@example.org").into_iter().collect(),
        display_name: "Support".to_owned(),
        language: Language::English,
        sent_folders: vec!["Sent".to_owned()],
        pipeline: "support".to_owned(),
        sent_counts_as_ticket_send: false,
        trusted_authserv_ids: Vec::new(),
        user: None,
    }
}

/// The pipeline of a new database: both templated automations on, *Ticket received* and *Ticket closed* as ordinary
/// stage automations.
pub(super) fn support_pipeline() -> Pipeline {
    Pipeline {
        name: "support".to_owned(),
        label: "Support".to_owned(),
        object: TICKET.to_owned(),
        stages: vec![
            stage("new", "New", StageState::Open),
            stage(ON_SEND_TARGET, "Waiting on contact", StageState::Open),
            stage(ON_REPLY_TARGET, "Waiting on us", StageState::Open),
            stage("closed", "Closed", StageState::Closed),
        ],
        on_send: TemplatedAutomation { on: true, target: ON_SEND_TARGET.to_owned() },
        on_reply: TemplatedAutomation { on: true, target: ON_REPLY_TARGET.to_owned() },
        reopen_within: None,
        // Received is said once per ticket, never on reopening (semantics 4); closed is said at each closing.
        automations: vec![
            mails_on_entry("ticket_received", "new", false),
            mails_on_entry("ticket_closed", "closed", true),
        ],
    }
}

fn stage(name: &str, label: &str, state: StageState) -> Stage {
    Stage { name: name.to_owned(), label: label.to_owned(), state, probability: None, archived: false }
}

/// An automation that sends the template of its own name.
fn mails_on_entry(name: &str, stage: &str, reenrol: bool) -> StageAutomation {
    StageAutomation {
        name: name.to_owned(),
        stage: stage.to_owned(),
        on: true,
        reenrol,
        chat: false,
        actions: vec![Action::SendEmail { template: name.to_owned() }.into()],
    }
}

/// The built-in templates; a file may replace each by name.
pub(super) fn templates() -> Vec<Template> {
    vec![
        template(
            "ticket_received",
            [
                text(
                    Language::English,
                    "{{ ticket.tag }} We received your message: {{ ticket.subject }}",
                    include_str!("templates/ticket_received.en.txt"),
                    Some(include_str!("templates/ticket_received.en.html")),
                ),
                text(
                    Language::Dutch,
                    "{{ ticket.tag }} Wij hebben uw bericht ontvangen: {{ ticket.subject }}",
                    include_str!("templates/ticket_received.nl.txt"),
                    Some(include_str!("templates/ticket_received.nl.html")),
                ),
            ],
        ),
        template(
            "ticket_closed",
            [
                text(
                    Language::English,
                    "{{ ticket.tag }} Your ticket is closed: {{ ticket.subject }}",
                    include_str!("templates/ticket_closed.en.txt"),
                    Some(include_str!("templates/ticket_closed.en.html")),
                ),
                text(
                    Language::Dutch,
                    "{{ ticket.tag }} Uw ticket is gesloten: {{ ticket.subject }}",
                    include_str!("templates/ticket_closed.nl.txt"),
                    Some(include_str!("templates/ticket_closed.nl.html")),
                ),
            ],
        ),
        template(
            SEND_NOT_DELIVERED,
            [
                text(
                    Language::English,
                    "{{ ticket.tag }} Your mail did not arrive: {{ ticket.subject }}",
                    include_str!("templates/send_not_delivered.en.txt"),
                    None,
                ),
                text(
                    Language::Dutch,
                    "{{ ticket.tag }} Uw bericht is niet aangekomen: {{ ticket.subject }}",
                    include_str!("templates/send_not_delivered.nl.txt"),
                    None,
                ),
            ],
        ),
        template(
            REPLY_NOT_DELIVERED,
            [
                text(
                    Language::English,
                    "{{ ticket.tag }} The customer did not get your answer: {{ ticket.subject }}",
                    include_str!("templates/reply_not_delivered.en.txt"),
                    None,
                ),
                text(
                    Language::Dutch,
                    "{{ ticket.tag }} De klant heeft uw antwoord niet ontvangen: {{ ticket.subject }}",
                    include_str!("templates/reply_not_delivered.nl.txt"),
                    None,
                ),
            ],
        ),
        template(
            DIGEST_TEMPLATE,
            [
                text(
                    Language::English,
                    "{{ digest.count }} more notifications",
                    include_str!("templates/notification_digest.en.txt"),
                    None,
                ),
                text(
                    Language::Dutch,
                    "Nog {{ digest.count }} meldingen",
                    include_str!("templates/notification_digest.nl.txt"),
                    None,
                ),
            ],
        ),
    ]
}

fn template(name: &str, texts: [TemplateText; 2]) -> Template {
    Template { name: name.to_owned(), transactional: true, texts: texts.into() }
}

fn text(language: Language, subject: &str, text: &str, html: Option<&str>) -> TemplateText {
    TemplateText { language, subject: subject.to_owned(), text: text.to_owned(), html: html.map(str::to_owned) }
}
