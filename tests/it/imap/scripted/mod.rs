//! `sync` against a server that does what the test says: well-behaved but for one answer. Whatever it does, nothing is lost
//! and nothing is taken twice once it behaves again.

mod answers;
mod cuts;
mod encryption;
mod floods;
pub mod place;
mod refusals;
pub mod server;
mod stages;
pub mod stream;
pub mod times;
