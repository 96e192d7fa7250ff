//! The floors of the house, read from the sources: what a file imports, which outside crates it names, whether it does
//! input and output, and how long it is. A room that is not listed here fails: a new one is given its floor first.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::root;

/// A file imports its own room and rooms of lower floors. `main.rs` and `lib.rs` are the house itself.
const FLOORS: [(&str, f32); 18] = [
    ("domain", 0.0),
    // What rooms of floor 1 share.
    ("workflow", 0.5),
    ("config", 1.0),
    ("parse", 1.0),
    ("classify", 1.0),
    ("decide", 1.0),
    ("compose", 1.0),
    ("explain", 1.0),
    // What rooms of floor 2 share that talk to servers.
    ("net", 1.5),
    ("archive", 2.0),
    ("store", 2.0),
    ("imap", 2.0),
    ("smtp", 2.0),
    ("engine", 3.0),
    ("web", 4.0),
    ("cli", 5.0),
    ("logging", 5.5),
    ("main", 6.0),
];

/// An outside crate -> the rooms that may name it. Crates that are not listed (serde, anyhow, thiserror, jiff) are for
/// everybody.
const CRATES: [(&str, &[&str]); 33] = [
    ("mail_parser", &["parse"]),
    ("blake3", &["domain", "parse"]),
    ("sha2", &["domain", "compose"]),
    ("hmac", &["compose"]),
    ("getrandom", &["store", "engine"]),
    ("rusqlite", &["store"]),
    ("tokio_postgres", &["store"]),
    ("flate2", &["store"]),
    ("async_imap", &["imap"]),
    ("rustls", &["net"]),
    ("ring", &["net", "smtp"]),
    ("rustls_platform_verifier", &["net"]),
    ("tokio_rustls", &["net"]),
    ("lettre", &["compose", "smtp"]),
    ("minijinja", &["compose"]),
    ("mimalloc", &["main"]),
    ("mime_guess", &["compose"]),
    ("http_body_util", &["net"]),
    ("hyper", &["net"]),
    ("hyper_util", &["net"]),
    ("idna", &["domain", "compose", "smtp"]),
    ("sd_notify", &["cli"]),
    ("toml", &["config"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("terminal_size", &["cli"]),
    ("axum", &["web"]),
    ("prometheus", &["web"]),
    ("tokio", &["store", "net", "imap", "smtp", "engine", "web", "cli", "main"]),
    ("tracing", &["store", "imap", "smtp", "engine", "web", "cli", "logging", "main"]),
    ("tracing_subscriber", &["logging", "main"]),
];

/// What floors 0 and 1 never touch: they are functions of their arguments.
const IMPURE: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "println!",
    "eprintln!",
    "stdin()",
    "stdout()",
    "async fn",
];

const LONGEST_FILE: usize = 500;

/// A source file without its tests, comments and string literals.
struct Source {
    name: String,
    room: String,
    code: String,
    lines: usize,
}

#[test]
fn a_file_imports_its_own_room_and_lower_floors_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        let own = floor(&source.room).unwrap_or_else(|| panic!("{}: room `{}` has no floor", source.name, source.room));
        for room in rooms_named(&source.code) {
            let below = floor(&room).is_some_and(|floor| floor < own);
            if room != source.room && !below {
                wrong.push(format!("{} names crate::{room}", source.name));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_outside_crate_stays_in_its_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, rooms) in CRATES {
            if !rooms.contains(&source.room.as_str()) && names_crate(&source.code, name) {
                wrong.push(format!("{} names {name}", source.name));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn floors_0_and_1_do_no_input_and_output() {
    let mut wrong = Vec::new();
    for source in sources().filter(|source| floor(&source.room).is_some_and(|floor| floor <= 1.0)) {
        let found = IMPURE.iter().filter(|word| source.code.contains(*word));
        wrong.extend(found.map(|word| format!("{} has {word}", source.name)));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_file_is_too_long_to_be_read_at_once() {
    let long = sources().filter(|source| source.lines > LONGEST_FILE);
    let long: Vec<String> = long.map(|source| format!("{}: {} lines", source.name, source.lines)).collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn the_reader_of_sources_sees_every_way_to_name_a_room_or_a_crate() {
    let code = code_of(
        "//! crate::web\nuse crate::{cli::{Args, Code}, store};\nuse crate::domain::*; // crate::smtp\nlet a = \
         crate::engine::b(\"crate::imap\", '\"');\n#[cfg(test)]\nmod tests { use crate::config; }\n",
    );
    assert_eq!(rooms_named(&code), BTreeSet::from(["cli", "domain", "engine", "store"].map(str::to_owned)));
    assert!(names_crate("use tokio::sync::mpsc;", "tokio"));
    assert!(names_crate("    ::tokio::spawn(x)", "tokio"));
    assert!(!names_crate("my_tokio::spawn(super::tokio::x)", "tokio"));
}

fn floor(room: &str) -> Option<f32> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The rooms that stand behind `crate::`, alone or in a group.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| is_word(c) || c == ':') {
            continue;
        }
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            None => rooms.extend(first_word(rest)),
            Some(group) => rooms.extend(members(group)),
        }
    }
    rooms
}

/// The first word of every member of a group `a::{b, c}, d}`.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut member, mut all) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => all.push(std::mem::take(&mut member)),
            c if depth == 0 => member.push(c),
            _ => {}
        }
    }
    all.push(member);
    all.iter().filter_map(|member| first_word(member.trim_start())).collect()
}

/// The module that a path begins with. Items of the crate's root are words in capitals, and macros: no rooms.
fn first_word(path: &str) -> Option<String> {
    let word: String = path.chars().take_while(|c| is_word(*c)).collect();
    (!word.is_empty() && floor(&word).is_some() || root().join("src").join(&word).is_dir()).then_some(word)
}

fn names_crate(code: &str, name: &str) -> bool {
    let path = format!("{name}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = &code[..at];
        let before = before.strip_suffix("::").filter(|before| !before.ends_with(is_word)).unwrap_or(before);
        !before.ends_with(|c: char| is_word(c) || c == ':')
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The files of the program. Files of tests (`#[cfg(test)] mod tests;`) are none of it.
fn sources() -> impl Iterator<Item = Source> {
    let folder = root().join("src");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    assert!(files.len() > 50, "only {} source files found", files.len());
    files.into_iter().filter(|path| path.file_name().is_some_and(|name| name != "lib.rs")).map(move |path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        let room = name.split(['/', '.']).next().unwrap_or_default().to_owned();
        let tests = path.file_stem().is_some_and(|stem| stem == "tests") || name.contains("/tests/");
        let code = if tests { String::new() } else { code_of(&text) };
        Source { room, code, lines: text.lines().count(), name }
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
}

/// Source text without comments, literals, and the tests at its end.
fn code_of(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        let mut chars = line.chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if quoted => drop(chars.next()),
                '"' => quoted = !quoted,
                '\'' if !quoted && chars.peek() == Some(&'"') => drop(chars.next()),
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                c if !quoted => code.push(c),
                _ => {}
            }
        }
        code.push('\n');
    }
    code
}
