//! `ticketd` reads mail, tells it apart, moves tickets, and can say why.
//!
//! # Floors
//!
//! A file imports its own room and lower floors: never sideways, never up. `tests/it/architecture.rs` keeps it so.
//!
//! | floor | rooms | what they may do |
//! | --- | --- | --- |
//! | 0 | [`domain`] | the words: types, no I/O, no rules beyond what a word means |
//! | ½ | [`workflow`] | pure: what a workflow's definition means; `config` and `decide` both go by it |
//! | 1 | [`config`] [`parse`] [`classify`] [`decide`] [`compose`] [`explain`] | pure functions: no clock, files, network, async, logging |
//! | 1½ | [`net`] | what the rooms above share that talk to servers: TLS, passwords, OAuth |
//! | 2 | [`store`] [`archive`] [`imap`] [`smtp`] | I/O, no rules: the database; mail in files, on servers, to relays |
//! | 3 | [`engine`] | the order of steps, retries, time |
//! | 4 | [`web`] | faces by HTTP: health and metrics of the daemon |
//! | 5 | [`cli`] | one file per command |
//! | 6 | `main`, `logging` | the program: where log lines go, then the command line |
//!
//! Pages come to floor 4.
//!
//! # A message's walk
//!
//! 1. **Bytes to facts.** An [`engine::Intake`] has it noted, durably, that a mail is about to be read: one that ends the
//!    program is set aside after three such notes, once a process of its own has ended over it too. [`parse::read`] then says all that the mail says by itself:
//!    [`domain::Facts`]. It needs no context, so threads beside the writer do it ([`engine::Reader`]), check the tokens
//!    against the keys ([`compose::Keyring`]) and compress the bytes; a reading that takes too long is left to itself. What
//!    comes out is an [`engine::Unit`]: re-runnable, without outside effect.
//! 2. **A batch.** The writer thread ([`store::GroupWriter`]) takes the units that wait and opens one transaction. A few
//!    queries fetch the rows that the batch may need: the [`domain::Workspace`].
//! 3. **Facts to a kind.** [`classify::classify`] walks the table of kinds, the first that matches wins, and keeps the
//!    evidence, the losing candidates too.
//! 4. **A kind to a decision.** [`decide`] routes the mail, applies the status rules and the stage automations, asks the
//!    loop guard, and gives a [`domain::Decision`]: data. Every [`domain::Change`] goes through one function,
//!    [`decide::fold`], so that mail 2 of the batch sees what mail 1 did.
//! 5. **What leaves** is composed ([`compose::build`]) in the same unit: its bytes exist once, from then on.
//! 6. **One commit.** Journal entries, changed rows and raw bytes are written, and the transaction is committed: then, and
//!    only then, whoever handed the units in gets the answers. Where nothing can be written any more, nothing behind it is
//!    either: mails are decided in their order.
//!
//! # Flows
//!
//! Stage automations and workflows are one thing: a definition ([`domain::Definition`]), whose meaning [`workflow`] says.
//! Whatever changes a record asks which of them it triggers; [`decide`] walks the record from step to step in that same
//! event, and every action is a row of the log. A wait becomes a run and a timer, whose firing is an event like others
//! ([`engine::Engine::fire_due`]); a webhook becomes a row that [`engine::webhooks`] sends under a lease. People edit
//! definitions as the rest of the setup; each that was saved is a revision, and who is on the way goes on in theirs.
//!
//! Who may order what is one table ([`decide::Operation`]), asked in one place for every input.
//!
//! # Mail on servers
//!
//! [`engine::daemon`] watches mailboxes for as long as it runs, by the same steps. [`engine::sync`] reads mailboxes ([`imap`] connects, lists and fetches) and hands what it finds to the same intake. What
//! is stored under its position (UIDVALIDITY and UID) is not asked for again; beside the journal the store keeps how far a
//! folder was looked through, which mails of users' own inboxes were left alone ([`store::watched`]), and which copies
//! belong into Sent folders ([`store::sent_copies`]).
//!
//! # The journal
//!
//! Every input is an [`domain::EventRow`]: arrivals, sends, moves by hand, verdicts, timer firings, changes of the setup. `now` is
//! the event's time everywhere. Ids begin where the journal says, send references are derived from the database's seed,
//! verdicts on tokens are kept with the arrival: so [`engine::refold`] folds the whole journal into an empty database and
//! must find no difference. What could not be repeated is not decided.
//!
//! # Where this differs from the first sketch
//!
//! * Ids are taken from the counter row inside the transaction that uses them, not from blocks reserved ahead: numbers
//!   have no gaps that way, and the journal's `first_id` makes folding exact all the same.
//! * `message.delivery` names the delivery that decided a message, instead of a state of the delivery: a stronger mailbox
//!   changes one column.
//! * What a user wrote before it became a send (the *draft*) is kept as raw bytes and named by the journal, so that
//!   addresses live in the address table and the raw bytes only.
//! * A refused command (a ticket that does not exist) is answered and not journaled: it changed nothing.
//!
//! # Glossary
//!
//! *Generation*: what the daemon does by one configuration. *Facts*: what a mail says by itself. *Attempt*: the note that a mail is about to be read. *Verdict*: what a person decides
//! in review. *Evidence*: why a decision is as it is, over ids. *Candidate*: something that
//! points at a thread. *Standing*: how a message relates to threads and tickets. *Revision*: the digest of the setup in
//! force. *Unit*: one input on its way. *Workspace*: the rows that a batch needs. *Fold*: to make a change state. All other
//! words are those of mail (RFC 5322, 5321, 9051, 3834, 3464) and of the documentation.

// As the other lints against panics in Cargo.toml; clippy cannot switch this one off in tests alone.
#![cfg_attr(not(test), deny(clippy::string_slice))]

pub mod archive;
pub mod classify;
pub mod cli;
pub mod compose;
pub mod config;
pub mod decide;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod imap;
pub mod net;
pub mod parse;
pub mod smtp;
pub mod store;
pub mod web;
pub mod workflow;
