//! The daemon: `ticketd run` as a process, told by signals and telling systemd, on a real Dovecot; and a generation of it
//! inside of a test, where what takes it minutes is to take less.

mod chores;
mod clock;
mod connections;
mod desk_work;
mod idle;
mod inside;
mod listener;
mod logs;
mod many;
mod package;
mod proxy;
mod restricted;
pub mod running;
mod server_away;
mod signals;
mod soak;
mod status;
mod taking;
mod units;
