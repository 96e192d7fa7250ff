//! The daemon: `ticketd run` as a process, told by signals and telling systemd, on a real Dovecot.

mod logs;
mod package;
mod restricted;
mod running;
mod taking;
mod units;
