//! `ticketd status`: what the daemon is at, from a second process: its last word in the database, and what waits there.

mod care;
mod json;
mod picture;
mod text;

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use super::Code;
use super::database::{Database, DatabaseArgs};
use super::screen::{Paint, rows};
use super::times::exact;
use crate::store::Store;
use picture::{Picture, Presence};

/// See what the daemon is at: mailboxes, outbox, what needs somebody
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd status                                 of the daemon on the database of ./ticketd.toml
  ticketd status --config /etc/ticketd/ticketd.toml
  ticketd status --watch                         on a terminal drawn anew each second; in a pipe a line for each change
  ticketd status --json | jq .care

Ctrl-C ends --watch, which is no failure: exit code 0.
Exit codes: 0 all is well; 1 something needs somebody (each is named with what to do); 64 wrong arguments;
66 there is no such database; 75 no daemon is at work: it was stopped, or nothing was heard of it for 15 seconds.")]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Go on, and show what changes
    #[arg(long)]
    watch: bool,
    /// One JSON object; with --watch one a line whenever something changes
    #[arg(long)]
    json: bool,
}

/// How often it is looked.
const PAUSE: Duration = Duration::from_secs(1);
/// How soon it ends once it is told.
const TICK: Duration = Duration::from_millis(100);

/// Shows it once, or until told.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let Database { store, zone, setup, .. } = args.database.open()?;
    if args.watch {
        return watch(&store, &zone, args.json);
    }
    let picture = Picture::take(&store)?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", json::object(&picture))?,
        false => {
            writeln!(out, "{}", text::lines(&picture, &zone, Paint::for_stdout()).join("\n"))?;
            if let Some(file) = args.database.file_beside(&setup)? {
                let file = file.display();
                writeln!(
                    out,
                    "\nThe setup in force is not that of {file}: `ticketd apply {file} --dry-run` shows the difference."
                )?;
            }
        }
    }
    Ok(match picture.presence() {
        Presence::AtWork if care::of(&picture, &zone).is_empty() => Code::Success,
        Presence::AtWork => Code::Negative,
        Presence::Stopped | Presence::Gone | Presence::Never => Code::TryLater,
    })
}

fn watch(store: &Store, zone: &TimeZone, json: bool) -> anyhow::Result<Code> {
    #[cfg(unix)]
    let stop = super::signals::stop_when_told()?;
    // Nothing stops it but the system's own way.
    #[cfg(not(unix))]
    let stop = std::sync::Arc::<AtomicBool>::default();
    let mut shown: Vec<(String, String)> = Vec::new();
    let on_terminal = !json && std::io::stdout().is_terminal();
    let _screen = on_terminal.then(OwnScreen::begin).transpose()?;
    while !stop.load(Ordering::Relaxed) {
        let picture = Picture::take(store)?;
        let mut out = std::io::stdout().lock();
        if on_terminal {
            draw(&mut out, &text::lines(&picture, zone, Paint::for_stdout()), rows().saturating_sub(2))?;
        } else {
            let parts = text::parts(&picture, zone);
            let changed = parts.iter().filter(|part| !shown.contains(part));
            match json {
                true if parts != shown => writeln!(out, "{}", json::object(&picture))?,
                true => {}
                false => {
                    for (name, what) in changed {
                        writeln!(out, "{}  {name}: {what}", exact(picture.now, zone))?;
                    }
                }
            }
            shown = parts;
        }
        out.flush()?;
        drop(out);
        wait(&stop);
    }
    Ok(Code::Success)
}

/// A screen of its own on the terminal (xterm's 1049), for as long as this lives: what stood there before, stands there
/// afterwards.
struct OwnScreen;

impl OwnScreen {
    fn begin() -> std::io::Result<OwnScreen> {
        std::io::stdout().lock().write_all(b"\x1b[?1049h")?;
        Ok(OwnScreen)
    }
}

impl Drop for OwnScreen {
    fn drop(&mut self) {
        let mut out = std::io::stdout().lock();
        // Nobody is left to see it where that fails.
        let _ = out.write_all(b"\x1b[?1049l").and_then(|()| out.flush());
    }
}

fn wait(stop: &AtomicBool) {
    let begin = Instant::now();
    while begin.elapsed() < PAUSE && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(TICK);
    }
}

/// Draws over what was drawn before, as much as the terminal has room for (ECMA-48: CUP, EL, ED).
fn draw(out: &mut impl Write, lines: &[String], room: usize) -> std::io::Result<()> {
    let mut frame = String::from("\x1b[H");
    let lines = lines.iter().flat_map(|line| line.lines().chain(line.is_empty().then_some("")));
    for line in lines.take(room) {
        frame.push_str(line);
        frame.push_str("\x1b[K\n");
    }
    frame.push_str("\x1b[J(Ctrl-C ends this)");
    out.write_all(frame.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_keeps_to_the_terminal_and_leaves_nothing_of_the_one_before() {
        let lines = ["one\ntwo", "", "three", "four"].map(str::to_owned);
        let mut out = Vec::new();
        draw(&mut out, &lines, 4).unwrap();
        let frame = "\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[K\nthree\x1b[K\n\x1b[J(Ctrl-C ends this)";
        assert_eq!(String::from_utf8(out).unwrap(), frame);
    }
}
