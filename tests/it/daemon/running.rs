//! `ticketd run` at work: started as systemd starts it, with a socket of the tests in the place of systemd's.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::first_steps::Desk;

/// Longer than anything waited for here may take, on a machine that has other things to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon that runs. Killed in the end, if it still does.
pub struct Running {
    child: Child,
    folder: TempDir,
    /// What systemd was told, and nobody has asked for yet.
    told: Arc<Mutex<Vec<String>>>,
}

impl Running {
    /// Starts it and waits until it says that it is ready.
    pub fn start(desk: &Desk) -> Running {
        let mut running = Running::begin(desk, &[]);
        running.wait_until_told("READY=1");
        running
    }

    /// Starts it with these variables.
    pub fn begin(desk: &Desk, variables: &[(&str, &str)]) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let hears = Arc::downgrade(&told);
        socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        // As systemd does it: at once. Whoever tells waits for room otherwise.
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Some(told) = hears.upgrade() {
                if let Ok(length) = socket.recv(&mut buffer) {
                    let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
                    told.lock().unwrap().extend(text.lines().map(str::to_owned));
                }
            }
        });
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.arg("run").current_dir(desk.0.path()).env("NOTIFY_SOCKET", &path).env("TICKETD_LOG", "info");
        command.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Running { child: command.spawn().unwrap(), folder, told }
    }

    /// What systemd was told since that was last forgotten.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }

    /// Waits until systemd is told that; forgets it, and what it was told before.
    pub fn wait_until_told(&mut self, wanted: &str) {
        let begin = Instant::now();
        loop {
            let at = self.told().iter().position(|line| line.starts_with(wanted));
            if let Some(at) = at {
                self.told.lock().unwrap().drain(..=at);
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none() && begin.elapsed() < PATIENCE, "{wanted} is not said: {ended:?}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Forgets what systemd was told so far.
    pub fn forget(&mut self) {
        self.told.lock().unwrap().clear();
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it ends, in that time.
    pub fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begin.elapsed() < limit, "it goes on:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Tells it to stop, as systemd does: that ends it well, and within 10 seconds.
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = self.ends_within(Duration::from_secs(10));
        assert!(status.success(), "{status}\n{}", self.log());
    }

    /// What it wrote to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Bytes that it holds in memory (`VmRSS`, proc(5)).
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Files and connections that it has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until that is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "it does not come to this: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
