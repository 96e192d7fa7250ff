//! State of records beyond tickets, and of workflows: one row type a table, as in [`super::rows`].

use super::row::row;
use super::text_enum::text_enum;
use super::*;

row! {
    /// The value of a record's property that the operator or an object defines. What every record has stands in the record.
    PropertyRow in "record_property", key (record: RecordId, name: String) {
        record: RecordId,
        name: String,
        /// In its canonical form.
        value: String,
    }
}

row! {
    CompanyRow in "company", key id: CompanyId {
        id: CompanyId,
        name: String,
    }
}

row! {
    RecordCompanyRow in "record_company", key (record: RecordId, company: CompanyId) {
        record: RecordId,
        company: CompanyId,
    }
}

row! {
    /// Something for somebody to do about a record.
    TaskRow in "task", key id: TaskId {
        id: TaskId,
        record: RecordId,
        title: String,
        assignee: Option<UserId>,
        due_at: Option<Timestamp>,
        created_at: Timestamp,
        done_at: Option<Timestamp>,
        event: EventSeq,
    }
}

row! {
    /// Something written down about a record. Who wrote it, and when, says the event.
    NoteRow in "note", key id: NoteId {
        id: NoteId,
        record: RecordId,
        at: Timestamp,
        /// Of a workflow: its text.
        text: Option<String>,
        /// Of a user: the draft that holds it.
        draft: Option<ContentId>,
        author: Option<UserId>,
        automation: Option<String>,
        event: EventSeq,
    }
}

row! {
    /// A workflow as it stands: which of its revisions is in force, and which one is a draft. A stage automation has a row
    /// where it does more than to send at once: then its records may be on their way while it is changed.
    WorkflowRow in "workflow", key name: String {
        /// Of a stage automation `pipeline/name`.
        name: String,
        /// What is in force; `None`: never published, or gone.
        published: Option<RevisionId>,
        draft: Option<RevisionId>,
        event: EventSeq,
    }
}

row! {
    /// What a workflow was at some time. People call it by its place among those of its workflow: the first is 1.
    WorkflowRevisionRow in "workflow_revision", key id: RevisionId {
        id: RevisionId,
        workflow: String,
        event: EventSeq,
        at: Timestamp,
        author: Option<UserId>,
        /// [`Definition`] as JSON.
        body: String,
    }
}

row! {
    /// A remark about a step of a workflow. Its text is in the draft.
    CommentRow in "workflow_comment", key event: EventSeq {
        event: EventSeq,
        workflow: String,
        step: StepId,
        at: Timestamp,
        author: Option<UserId>,
        draft: ContentId,
    }
}

row! {
    /// A record began its way through a workflow or stage automation.
    EnrolmentRow in "enrolment", key (record: RecordId, automation: String, event: EventSeq) {
        record: RecordId,
        /// Name of the workflow; of a stage automation `pipeline/name`.
        automation: String,
        event: EventSeq,
        at: Timestamp,
    }
}

row! {
    /// A record's way through a workflow that waits for something. One that did not wait has no run, only its enrolment.
    RunRow in "run", key id: RunId {
        id: RunId,
        record: RecordId,
        workflow: String,
        /// The revision that it goes on in.
        revision: RevisionId,
        /// The event that enrolled it.
        enrolled: EventSeq,
        /// The step that it waits at.
        step: StepId,
        state: RunState,
        /// Until when.
        due_at: Timestamp,
        /// What led to it: [`Chain`] as JSON.
        chain: String,
        ended_at: Option<Timestamp>,
    }
}

text_enum! {
    RunState {
        /// At a delay.
        Delayed = "delayed",
        /// For business hours.
        OutOfHours = "out_of_hours",
        Done = "done",
        /// Its goal was met.
        Goal = "goal",
        /// A user took it out.
        Removed = "removed",
        /// The record is no longer there to act on: merged.
        Gone = "gone",
    }
}

impl RunState {
    /// Whether it goes on by itself.
    pub fn is_waiting(self) -> bool {
        matches!(self, RunState::Delayed | RunState::OutOfHours)
    }
}

/// What led to an enrolment, so that no chain of them is without end.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Chain {
    /// The event at its beginning; `None`: the one that is being decided.
    pub cause: Option<EventSeq>,
    /// Moves that workflows made for it.
    pub moves: u32,
    /// The workflows that it went through, each once.
    pub through: Vec<String>,
}

row! {
    /// One action of a workflow for one record, and what became of it.
    ActionRow in "action_log", key (event: EventSeq, n: i64) {
        event: EventSeq,
        /// From 1 in its event.
        n: i64,
        record: RecordId,
        /// Of a stage automation `pipeline/name`.
        workflow: String,
        revision: Option<RevisionId>,
        step: StepId,
        action: ActionKind,
        outcome: ActionOutcome,
        /// Why it was skipped or failed; which way a branch went, until when a delay waits.
        reason: Option<String>,
        at: Timestamp,
        /// The event at the beginning of the chain.
        cause: EventSeq,
        /// What it queued.
        send: Option<SendId>,
    }
}

text_enum! {
    ActionOutcome {
        Done = "done",
        Skipped = "skipped",
        Failed = "failed",
        /// A delay that is not over, or an action that waits for business hours or for an answer.
        Waiting = "waiting",
    }
}

row! {
    /// Whose turn it is in a rotation.
    RotationRow in "rotation", key (workflow: String, step: StepId) {
        workflow: String,
        step: StepId,
        /// The user who had the last turn.
        assignee: UserId,
    }
}

row! {
    /// A request to another program: made in the unit that decided it, sent at least once with the same key.
    WebhookRow in "webhook", key id: WebhookId {
        id: WebhookId,
        record: RecordId,
        /// The action that it is.
        event: EventSeq,
        n: i64,
        /// The same over all tries: who gets it twice can tell.
        key: String,
        url: String,
        secret: Option<String>,
        /// What is sent, as JSON.
        body: String,
        state: WebhookState,
        due_at: Timestamp,
        attempt: i64,
        lease_until: Option<Timestamp>,
        /// Raised at every lease: an answer counts only where it still matches.
        fence: i64,
    }
}

text_enum! {
    WebhookState {
        Waiting = "waiting",
        /// Leased: a program is sending it.
        Sending = "sending",
        Done = "done",
        Failed = "failed",
        /// Decided by a replay, which never sends.
        Held = "held",
    }
}
