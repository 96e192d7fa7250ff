//! A PostgreSQL server of the tests' own: in a temporary folder, on a port that the system chooses, as a user that is not
//! root. It ends with the process that started it, however that ends.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Runs the server until it is told to keep its folder, or nobody holds the other end of its standard input any more: then
/// it clears up.
const KEEPER: &str = r#"
    "$@" -D "$FOLDER/data" -k "$FOLDER" -p "$PORT" -c listen_addresses=127.0.0.1 $OPTIONS >>"$FOLDER/log" 2>&1 &
    server=$!
    read -r word
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
    [ "$word" = keep ] || rm -rf "$FOLDER"
"#;

/// Of tests nothing must survive a power cut, only a server that is killed.
pub const FAST: &str = "-c fsync=off -c full_page_writes=off -c max_connections=200";

/// A server that is running, or was.
pub struct Server {
    folder: PathBuf,
    pub port: u16,
    keeper: Child,
    options: &'static str,
}

impl Server {
    /// Starts a server with these options of its program. `None`, said aloud: there is none on this machine.
    pub fn start(test: &str, options: &'static str) -> Option<Server> {
        let Some(programs) = programs() else {
            println!("skipped: {test}: no PostgreSQL server here (Debian package postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("ticketd-postgres-").tempdir().unwrap().keep();
        if is_root() {
            std::os::unix::fs::chown(&folder, Some(id("-u")), Some(id("-g"))).unwrap();
        }
        // A locale whose order of words is another than that of their bytes.
        let made = as_user(&programs.join("initdb"))
            .args(["-U", "test", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
            .args(["--locale-provider=icu", "--icu-locale=en", "-D"])
            .arg(folder.join("data"))
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let keeper = keeper(&programs, &folder, port, options);
        let server = Server { folder, port, keeper, options };
        server.wait_until_ready();
        Some(server)
    }

    /// Ends it as a crash does: nothing is finished, nothing written down.
    pub fn crash(&mut self) {
        let mut input = self.keeper.stdin.take().unwrap();
        input.write_all(b"keep\n").unwrap();
        self.keeper.wait().unwrap();
    }

    /// Starts it again after a crash.
    pub fn start_again(&mut self) {
        self.keeper = keeper(&programs().unwrap(), &self.folder, self.port, self.options);
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.ask("postgres", "SELECT 1").is_none() {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "the server does not start: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The address of a database.
    pub fn address(&self, name: &str) -> String {
        format!("postgres://test:secret@127.0.0.1:{}/{name}", self.port)
    }

    /// A new database; its name.
    pub fn create(&self) -> String {
        let name = new_name();
        self.ask("postgres", &format!("CREATE DATABASE {name}")).unwrap();
        name
    }

    /// The address of a new schema, which is as good as a database and costs the disk a hundredth.
    pub fn place(&self) -> String {
        let name = new_name();
        self.ask("postgres", &format!("CREATE SCHEMA {name}")).unwrap();
        format!("{}?options=-csearch_path%3D{name}", self.address("postgres"))
    }

    /// What psql prints; `None` where it fails.
    pub fn ask(&self, name: &str, sql: &str) -> Option<String> {
        TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let output = Command::new(programs()?.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "test"])
            .args(["-p", &self.port.to_string(), "-d", name, "-c", sql])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        output.status.success().then(|| said.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn new_name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("desk_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn keeper(programs: &Path, folder: &Path, port: u16, options: &str) -> Child {
    let server = as_user(&programs.join("postgres"));
    let mut command = Command::new("sh");
    command.args(["-c", KEEPER, "sh"]).arg(server.get_program()).args(server.get_args());
    command.env("FOLDER", folder).env("PORT", port.to_string()).env("OPTIONS", options).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Where the server's programs are: Debian keeps those of each version apart.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    found.into_iter().find(|path| ["initdb", "postgres", "psql"].iter().all(|name| path.join(name).is_file()))
}

fn version(programs: &Path) -> u32 {
    let name = programs.parent().and_then(Path::file_name);
    name.and_then(|name| name.to_str()?.parse().ok()).unwrap_or_default()
}

/// A program as a user that is not root: the server refuses to be.
fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn id(which: &str) -> u32 {
    let output = Command::new("id").args([which, "nobody"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}
