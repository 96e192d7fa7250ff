//! A network between the daemon and its server, which a test can cut, or have swallow everything.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Through,
    /// Nobody is there: whoever connects is sent away.
    Cut,
    /// Whoever connects, or is connected, hears nothing more.
    Swallow,
}

pub struct Proxy {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    way: Way,
    open: Vec<TcpStream>,
    connections: usize,
    ended: bool,
}

impl Proxy {
    /// In front of that port of this computer.
    pub fn before(port: u16) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let own = listener.local_addr().unwrap().port();
        let state = State { way: Way::Through, open: Vec::new(), connections: 0, ended: false };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.lock().unwrap().ended {
                    return;
                }
                connect(stream.unwrap(), port, &shared);
            }
        });
        Proxy { port: own, state }
    }

    /// From now on it goes that way. A cut ends the connections that there are.
    pub fn goes(&self, way: Way) {
        let mut state = self.state.lock().unwrap();
        state.way = way;
        if way == Way::Cut {
            for stream in state.open.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }

    /// Ends one of the connections, counted from the newest.
    pub fn drops_one(&self, back: usize) {
        let mut state = self.state.lock().unwrap();
        let length = state.open.len();
        if let Some(at) = length.checked_sub(back + 1) {
            let _ = state.open.remove(at).shutdown(Shutdown::Both);
        }
    }

    /// Connections that were asked for until now.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.goes(Way::Cut);
        self.state.lock().unwrap().ended = true;
        // It waits for a connection.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn connect(client: TcpStream, port: u16, shared: &Arc<Mutex<State>>) {
    let mut state = shared.lock().unwrap();
    state.connections += 1;
    state.open.push(client.try_clone().unwrap());
    if state.way == Way::Cut {
        let _ = client.shutdown(Shutdown::Both);
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
        let _ = client.shutdown(Shutdown::Both);
        return;
    };
    state.open.push(server.try_clone().unwrap());
    carry(client.try_clone().unwrap(), server.try_clone().unwrap(), shared.clone());
    carry(server, client, shared.clone());
}

/// Carries what one says to the other.
fn carry(mut from: TcpStream, mut to: TcpStream, shared: Arc<Mutex<State>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if shared.lock().unwrap().way == Way::Swallow {
                continue;
            }
            if to.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    });
}
