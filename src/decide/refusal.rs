//! Why something that somebody orders is not done, in words with a way out.

use super::objection::Objection;
use super::permission::Operation;
use super::send::MOST_ATTACHED;
use crate::domain::*;

/// Why a user's command is refused. Nothing is journaled then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such ticket")]
    NoTicket,
    #[error("there is nobody to send it to: name a recipient (--to)")]
    NoRecipient,
    #[error("there is no team mailbox to send it from")]
    NoMailbox,
    #[error("the pipeline `{pipeline}` has no stage `{stage}`; it has: {known}")]
    NoStage { pipeline: String, stage: String, known: String },
    #[error("there is no pipeline `{0}`")]
    NoPipeline(String),
    #[error("a ticket cannot be merged into itself")]
    SameTicket,
    #[error("the ticket is merged into another: use that one")]
    Merged,
    #[error("it is in that stage already")]
    AlreadyThere,
    #[error("the lease of that timer is over")]
    StaleFence,
    #[error("another program has taken over that send, or it was settled meanwhile")]
    StaleLease,
    #[error("there is no such send")]
    NoSend,
    #[error("a replay decided to send it, and a replay never sends")]
    HeldByReplay,
    #[error("it is {0} already: nothing is left to do about it")]
    SendIsOver(SendState),
    #[error("it is being handed to a relay at this moment: try again in a minute")]
    BeingSent,
    #[error("it has no bytes: it could not be composed (`ticketd outbox show` says why)")]
    NotComposed,
    #[error("no mail to or from that address is known")]
    NoAddress,
    #[error("that address has not given mail back: there is nothing to clear")]
    NotBounced,
    #[error("there is no such message, or it did not arrive here")]
    NoMessage,
    #[error("the message is not of that ticket")]
    OfAnotherTicket,
    #[error("the attachments have {size} bytes together, and {MOST_ATTACHED} are the most: send them another way")]
    TooLarge { size: u64 },
    #[error("the message does not wait for review: `ticketd why` says what it is, and who settled it")]
    NotInReview,
    #[error("the message has opened a ticket of its own: it can be attached to that one, or dropped")]
    OpenedATicket,
    #[error("only a forward has an original sender: leave out `--for`")]
    NotAForward,
    #[error("a customer forwarded it, and its ticket is for that customer: leave out `--for`")]
    CustomersForward,
    #[error("the original sender that is named is of the team: name the customer, or attach or drop it")]
    OriginalIsOfTeam,
    #[error("the mail is not in quarantine")]
    NotQuarantined,
    #[error("there is no such record")]
    NoRecord,
    #[error("there is no object `{0}`: `ticketd object list` shows those that there are")]
    NoObject(String),
    #[error("no pipeline is for `{0}`: add one with `object = \"{0}\"`")]
    NoPipelineFor(String),
    #[error("the pipeline `{pipeline}` is for `{object}`")]
    PipelineOfOther { pipeline: String, object: String },
    #[error("`{object}` has no property `{property}`; it has: {known}")]
    NoProperty { object: String, property: String, known: String },
    #[error("`{0}` is not set like other properties: it follows from what happens to the record")]
    NotSettable(String),
    #[error("property `{property}`: {expected}")]
    NoValue { property: String, expected: String },
    #[error("there is no such task")]
    NoTask,
    #[error("that task is done already")]
    TaskIsDone,
    #[error("there is no workflow `{0}`: `ticketd workflow list` shows those that there are")]
    NoWorkflow(String),
    #[error("the workflow `{0}` was never published: `ticketd workflow publish` puts its draft into force")]
    NotPublished(String),
    #[error("the workflow `{workflow}` is for `{object}`, and the record is a `{other}`")]
    OtherObject { workflow: String, object: String, other: String },
    #[error("the record does not enrol in `{workflow}`: {}", why(*.hindrance))]
    CannotEnrol { workflow: String, hindrance: EffectResult },
    #[error("the record is not on its way through `{0}`")]
    NotEnrolled(String),
    #[error("there is no such action in the log, or its workflow is no more")]
    NoAction,
    #[error("the action is {0}: only what failed is carried out again")]
    NotFailed(ActionOutcome),
    #[error("the workflow `{workflow}` has no step {step}")]
    NoStep { workflow: String, step: StepId },
    #[error("{}", lines(.0))]
    InTheWay(Vec<Objection>),
    #[error("user `{user}` may not {}; it takes the role {}", .operation.deed(), one_of(.operation.roles()))]
    Role { user: String, operation: Operation },
    #[error("there is no user `{0}`")]
    NoUser(String),
    #[error("user `{0}` is disabled and may do nothing: `ticketd user enable {0}`")]
    Disabled(String),
    #[error(
        "somebody else changed the setup meanwhile: this was made from revision {}, and {} is in force; look at what is in \
         force, and do it again",
        short(.based_on),
        short(.revision)
    )]
    SetupChanged { based_on: String, revision: String },
}

impl Refusal {
    /// The pipeline has no such stage, or it is archived.
    pub(super) fn no_stage(pipeline: &Pipeline, stage: &str) -> Self {
        let known: Vec<_> =
            pipeline.stages.iter().filter(|stage| !stage.archived).map(|stage| stage.name.as_str()).collect();
        Refusal::NoStage { pipeline: pipeline.name.clone(), stage: stage.to_owned(), known: known.join(", ") }
    }
}

fn why(hindrance: EffectResult) -> &'static str {
    match hindrance {
        EffectResult::SwitchedOff => "it is switched off",
        EffectResult::ChatSource => "the ticket came from chat or messenger, which it leaves alone",
        EffectResult::AlreadyEnrolled => "it enrols each record once, and this one was in it",
        EffectResult::StillEnrolled => "the record is on its way through it",
        EffectResult::GoalMet => "the record is where it leads already",
        other => other.as_str(),
    }
}

fn lines(objections: &[Objection]) -> String {
    objections.iter().map(Objection::to_string).collect::<Vec<_>>().join("\n")
}

/// As much of a revision as tells it from another.
fn short(revision: &str) -> String {
    if revision.is_empty() { "(none)".to_owned() } else { revision.chars().take(12).collect() }
}

fn one_of(roles: &[Role]) -> String {
    roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ")
}
