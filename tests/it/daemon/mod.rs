//! The daemon: `ticketd run` as a process, told by signals and telling systemd, on a real Dovecot.

mod running;
mod taking;
