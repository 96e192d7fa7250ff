//! The Debian package, made of the program of these tests: what is in it, and that it can be installed and removed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::imap::dovecot::is_root;
use crate::support::root;

#[test]
fn the_package_holds_the_program_its_units_manual_completions_and_documents() {
    let Some(package) = package("the_package_holds_the_program") else { return };
    let contents = run(Command::new("dpkg-deb").arg("-c").arg(package));
    let names: Vec<&str> = contents.lines().filter_map(|line| line.rsplit_once(" ./")).map(|(_, name)| name).collect();
    for wanted in [
        "usr/bin/ticketd",
        "usr/lib/systemd/system/ticketd.service",
        "usr/lib/systemd/system/ticketd-sync.service",
        "usr/lib/systemd/system/ticketd-sync.timer",
        "usr/share/man/man1/ticketd.1.gz",
        "usr/share/man/man1/ticketd-run.1.gz",
        "usr/share/man/man1/ticketd-outbox-list.1.gz",
        "usr/share/bash-completion/completions/ticketd",
        "usr/share/zsh/vendor-completions/_ticketd",
        "usr/share/fish/vendor_completions.d/ticketd.fish",
        "usr/share/doc/ticketd/examples/ticketd.toml",
        "usr/share/doc/ticketd/docs/installing.md",
        "usr/share/doc/ticketd/docs/alerts.yml",
        "usr/share/doc/ticketd/changelog.gz",
        "usr/share/doc/ticketd/copyright",
        "etc/ticketd/",
    ] {
        assert!(names.contains(&wanted), "{wanted} is not in:\n{contents}");
    }
    assert!(!names.iter().any(|name| name.starts_with("etc/ticketd/") && name.len() > 12), "no live configuration");
    assert!(!contents.contains("read-apart") && !contents.contains("man-pages"), "{contents}");
    let wrong = contents.lines().find(|line| !line.contains(" root/root "));
    assert_eq!(wrong, None, "all is root's");
}

#[test]
fn the_package_names_what_it_needs() {
    let Some(package) = package("the_package_names_what_it_needs") else { return };
    let field = |name: &str| run(Command::new("dpkg-deb").arg("-f").arg(package).arg(name)).trim().to_owned();
    let depends = field("Depends");
    for needed in ["libc6 (>= ", "ca-certificates", "tzdata"] {
        assert!(depends.split(", ").any(|package| package.starts_with(needed)), "{depends}");
    }
    assert_eq!(
        (field("Package"), field("Version")),
        ("ticketd".into(), concat!(env!("CARGO_PKG_VERSION"), "-1").into())
    );
}

#[test]
fn pages_of_the_manual_are_rendered_without_a_warning_and_keep_their_examples() {
    const NAME: &str = "pages_of_the_manual_are_rendered";
    if missing(NAME, "groff") {
        return;
    }
    let folder = TempDir::new().unwrap();
    run(program().arg("man-pages").arg(folder.path()));
    let (mut pages, mut lines) = (0, String::new());
    for page in std::fs::read_dir(folder.path()).unwrap() {
        let path = page.unwrap().path();
        let output =
            Command::new("groff").args(["-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou"]).arg(&path).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}: {output:?}", path.display());
        pages += 1;
        if path.ends_with("ticketd-sync.1") {
            lines = String::from_utf8(output.stdout).unwrap();
        }
    }
    assert!(pages > 40, "{pages}");
    let example = "  ticketd sync --dry-run                decide about what is new";
    assert!(lines.contains(example) && lines.contains("EXIT STATUS"), "{lines}");
    assert!(!folder.path().join("ticketd-read-apart.1").exists());
}

#[test]
fn completions_are_scripts_that_their_shells_understand() {
    let folder = TempDir::new().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(program().args(["completions", shell]));
        assert!(script.contains("quarantine"));
        assert!(!script.contains("read-apart") && !script.contains("man-pages"), "commands that are not for people");
        let path = folder.path().join(shell);
        std::fs::write(&path, script).unwrap();
        if !missing(&format!("completions of {shell}"), shell) {
            run(Command::new(shell).arg("-n").arg(&path));
        }
    }
    if !missing("completion in bash", "bash") {
        let asked = "source \"$0\"; COMP_WORDS=(ticketd outbox li); COMP_CWORD=2; _ticketd ticketd li outbox; \
                     echo \"${COMPREPLY[@]}\"";
        let found = run(Command::new("bash").args(["-c", asked]).arg(folder.path().join("bash")));
        assert_eq!(found, "list\n");
    }
}

#[test]
fn the_package_is_installed_upgraded_removed_and_purged_and_keeps_what_is_the_administrators() {
    const NAME: &str = "the_package_is_installed_and_removed";
    let Some(package) = package(NAME) else { return };
    if !is_root() || missing(NAME, "systemctl") || missing(NAME, "deb-systemd-helper") {
        println!("skipped: {NAME}: only root may install");
        return;
    }
    let system = TempDir::new().unwrap();
    let at = |path: &str| system.path().join(path);
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/private/ticketd"] {
        std::fs::create_dir_all(at(folder)).unwrap();
    }
    std::fs::write(at("var/lib/dpkg/status"), "").unwrap();
    let dpkg = |what: &str, more: &[&str]| {
        let mut command = Command::new("dpkg");
        command.arg(format!("--root={}", system.path().display()));
        // Scripts are told where by DPKG_ROOT; what the package depends on is not there.
        command.args(["--force-script-chrootless", "--force-depends", "--log=/dev/null", what]);
        run(command.args(more))
    };
    let enabled = at("etc/systemd/system/multi-user.target.wants/ticketd.service");
    let file = package.to_str().unwrap();
    dpkg("--install", &[file]);
    assert!(at("usr/bin/ticketd").is_file() && at("etc/ticketd").is_dir());
    assert!(!enabled.is_symlink(), "nothing is enabled");
    std::fs::write(at("etc/ticketd/ticketd.toml"), "# mine").unwrap();
    run(Command::new("systemctl").arg("--root").arg(system.path()).args(["enable", "ticketd.service"]));
    assert!(enabled.is_symlink());
    dpkg("--install", &[file]);
    assert!(enabled.is_symlink(), "an upgrade leaves it enabled");
    dpkg("--remove", &["ticketd"]);
    assert!(!at("usr/bin/ticketd").exists() && !at("usr/lib/systemd/system/ticketd.service").exists());
    dpkg("--install", &[file]);
    dpkg("--purge", &["ticketd"]);
    assert!(!enabled.is_symlink(), "nothing points to a unit that is gone");
    assert_eq!(std::fs::read_to_string(at("etc/ticketd/ticketd.toml")).unwrap(), "# mine");
    assert!(at("var/lib/private/ticketd").is_dir(), "mail is kept");
}

#[test]
fn the_same_sources_give_the_same_package() {
    let Some(first) = package("the_same_sources_give_the_same_package") else { return };
    let folder = TempDir::new().unwrap();
    let second = make(folder.path());
    assert!(std::fs::read(first).unwrap() == std::fs::read(second).unwrap(), "they differ");
}

/// The package, made once. `None`, said aloud, where what makes it is missing.
fn package(test: &str) -> Option<&'static Path> {
    static MADE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    if ["dpkg-deb", "dpkg-shlibdeps", "strip"].iter().any(|program| missing(test, program)) {
        return None;
    }
    let (_, package) = MADE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let package = make(folder.path());
        (folder, package)
    });
    Some(package)
}

fn make(folder: &Path) -> PathBuf {
    let mut command = Command::new(root().join(".ci/package"));
    command.args(["--binary", env!("CARGO_BIN_EXE_ticketd")]).arg(folder).env("SOURCE_DATE_EPOCH", "1767225600");
    PathBuf::from(run(&mut command).trim())
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ticketd"))
}

/// Whether that program is missing, which is said aloud.
fn missing(test: &str, program: &str) -> bool {
    let found = Command::new("sh").args(["-c", "command -v \"$0\"", program]).output().unwrap().status.success();
    if !found {
        println!("skipped: {test}: no {program}");
    }
    !found
}

/// What it prints. It must go well.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}
