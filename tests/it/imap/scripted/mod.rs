//! `sync` against a server that does what the test says: well-behaved but for one answer. Whatever it does, nothing is lost
//! and nothing is taken twice once it behaves again.

mod answers;
mod cuts;
mod encryption;
mod floods;
mod place;
mod refusals;
mod server;
mod stages;
mod stream;
mod times;
