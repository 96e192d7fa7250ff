//! Entries of systemd's journal, in its own protocol (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>): a datagram each.
//!
//! The message of an entry is the whole line, fields too, since that is what `journalctl` and `systemctl status` show;
//! beside it every field stands by itself: `journalctl TICKETD_MAILBOX=support`.

use std::fmt::{Debug, Write};
use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

const SOCKET: &str = "/run/systemd/journal/socket";
/// A journal that hangs keeps nobody from working for longer; the entry is lost then.
const PATIENCE: Duration = Duration::from_millis(200);
/// Bytes of a value, at most: an entry has to fit into a datagram.
const LONGEST: usize = 16 * 1024;

/// Where entries go.
pub(super) struct Journal(UnixDatagram);

impl Journal {
    /// Fails where nobody takes entries.
    pub fn open() -> io::Result<Journal> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(SOCKET)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Journal(socket))
    }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        let entry = said.entry(event.metadata());
        // A journal that was started anew has another socket behind the same name. There is no other place to say that
        // nothing can be said.
        let _ = self.0.send(&entry).or_else(|_| self.0.connect(SOCKET).and_then(|()| self.0.send(&entry)));
    }
}

/// What a log line says.
#[derive(Default)]
struct Said {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Said {
    fn entry(&self, about: &Metadata<'_>) -> Vec<u8> {
        let mut message = self.message.clone();
        for (name, value) in &self.fields {
            // Writing to a text cannot fail.
            let _ = write!(message, " {name}={value}");
        }
        let mut entry = Vec::new();
        put(&mut entry, "MESSAGE", &message);
        put(&mut entry, "PRIORITY", priority(*about.level()));
        put(&mut entry, "SYSLOG_IDENTIFIER", super::OURS);
        put(&mut entry, "TARGET", about.target());
        for (name, value) in &self.fields {
            put(&mut entry, &format!("TICKETD_{}", name.to_uppercase().replace('.', "_")), value);
        }
        entry
    }
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => self.fields.push((name, value.to_owned())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// By syslog's numbers, so that `journalctl -p warning` shows what wants attention.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        Level::DEBUG | Level::TRACE => "7",
    }
}

/// The name, how long the value is, and the value, whatever is in it: no text can pass for another field.
fn put(entry: &mut Vec<u8>, name: &str, value: &str) {
    let value = value.get(..value.floor_char_boundary(LONGEST)).unwrap_or_default();
    entry.extend_from_slice(name.as_bytes());
    entry.push(b'\n');
    entry.extend_from_slice(&(value.len() as u64).to_le_bytes());
    entry.extend_from_slice(value.as_bytes());
    entry.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_line_ends_is_one_value_and_a_long_one_is_cut() {
        let mut entry = Vec::new();
        put(&mut entry, "MESSAGE", "a\nPRIORITY=0");
        assert_eq!(entry, b"MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n");
        entry.clear();
        put(&mut entry, "MESSAGE", &"é".repeat(LONGEST));
        assert_eq!(entry.len(), "MESSAGE\n".len() + 8 + LONGEST + 1);
    }
}
