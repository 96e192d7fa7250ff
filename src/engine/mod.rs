//! Floor 3: the order of steps. Takes inputs, has them read, classified and decided, composes what is to be sent, and
//! has all of it written in one transaction. No rules: those are floor 1's. `run`, `sync`, `replay` and the pages use
//! this one path.

pub mod access;
pub mod apart;
pub mod daemon;
pub mod delivery;
mod desk;
mod handle;
mod inputs;
mod intake;
mod mail;
mod needs;
mod outgoing;
mod permitted;
mod preview;
mod readers;
mod records;
mod refold;
mod replay;
mod step;
mod story;
mod story_records;
pub mod sync;
mod timers;
mod unit;
pub mod webhooks;

pub use desk::{Judgement, Letter, Reply};
pub use handle::{Engine, EngineError, READING_LIMIT, written};
pub use intake::Intake;
pub use mail::{MOST_BYTES, Mail, Place, RawMail, Reader};
pub use preview::{Preview, PreviewError, preview, rehearse};
pub use refold::{Refolded, refold};
pub use replay::{Ended, FoundIn, Replayed, Source, replay};
pub use step::digest_of;
pub use story::{Story, StoryError, Told, What, stories_in};
pub use unit::{
    Input, Outcome, QueuedSend, RecordOrder, ReviewOrder, SendOrder, SetupOrder, Unit, WebhookOrder, WorkflowOrder,
    Written,
};
