//! Stands between the program and the server, and breaks a connection off at a commit: before the server hears of it, or
//! before its answer is heard.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A simple query: `Q`, its length, its text.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// When the connection breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Break {
    BeforeTheServerHears,
    BeforeItsAnswer,
}

/// Breaks the connections of the next few commits.
pub struct Proxy {
    pub port: u16,
    left: Arc<AtomicUsize>,
}

impl Proxy {
    pub fn before(server: u16, at: Break) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, left) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let proxy = Proxy { port, left: left.clone() };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, left) = (client.unwrap(), left.clone());
                std::thread::spawn(move || pass_on(&client, server, at, &left));
            }
        });
        proxy
    }

    /// How many commits are broken from now on.
    pub fn break_next(&self, commits: usize) {
        self.left.store(commits, Ordering::SeqCst);
    }

    /// How many are still to be broken.
    pub fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

fn pass_on(mut client: &TcpStream, server: u16, at: Break, left: &AtomicUsize) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 65536];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let commits = buffer[..read].windows(COMMIT.len()).position(|bytes| bytes == COMMIT);
        let take = |left: usize| left.checked_sub(1);
        let breaks = commits.filter(|_| left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok());
        if breaks.is_some() {
            let _ = client.shutdown(Shutdown::Both);
        }
        // What stands before a commit that the server is not to hear of is heard.
        let heard = breaks.filter(|_| at == Break::BeforeTheServerHears).unwrap_or(read);
        let _ = server.write_all(&buffer[..heard]);
        if breaks.is_some() {
            // Long enough for the server to carry it out, if it heard.
            std::thread::sleep(Duration::from_millis(100));
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
}
