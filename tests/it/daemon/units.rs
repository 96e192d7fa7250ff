//! The units, as systemd reads them.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use ticketd::cli::Code;

use crate::support::root;

const SERVICES: [&str; 2] = ["ticketd.service", "ticketd-sync.service"];
/// The exposure (0 to 10) that `systemd-analyze security` of Debian 12 gives both services. docs/installing.md has it.
const EXPOSURE: f32 = 1.1;

#[test]
fn systemd_understands_every_line_of_the_units() {
    let Some(units) = units("systemd_understands_every_line_of_the_units") else { return };
    let mut command = Command::new("systemd-analyze");
    // Pages of the manual are looked for where they are installed.
    command.args(["verify", "--man=no"]).current_dir(units.path());
    let output = command.args(["ticketd.service", "ticketd-sync.service", "ticketd-sync.timer"]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_services_are_as_little_exposed_as_the_documents_say() {
    let Some(units) = units("the_services_are_as_little_exposed_as_the_documents_say") else { return };
    for service in SERVICES {
        let mut command = Command::new("systemd-analyze");
        let output = command.args(["security", "--offline=yes"]).arg(units.path().join(service)).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let (_, rest) = said.rsplit_once(&format!("exposure level for {service}: ")).expect("a figure");
        let exposure: f32 = rest.split(' ').next().unwrap().parse().unwrap();
        println!("{service}: {exposure}");
        assert!(exposure <= EXPOSURE, "{said}");
    }
    let documented = std::fs::read_to_string(root().join("docs/installing.md")).unwrap();
    assert!(documented.contains(&format!("exposure level of {EXPOSURE:.1}")));
}

#[test]
fn what_does_not_get_better_by_itself_is_not_tried_again() {
    let unit = unit("ticketd.service");
    let prevented: Vec<&str> = values(&unit, "RestartPreventExitStatus").join(" ").leak().split(' ').collect();
    let code = |code: Code| (code as u8).to_string();
    for hopeless in [Code::Usage, Code::Data, Code::NoInput, Code::Config] {
        assert!(prevented.contains(&code(hopeless).as_str()), "{hopeless:?}");
    }
    for passing in [Code::TryLater, Code::CantCreate, Code::Io, Code::Software] {
        assert!(!prevented.contains(&code(passing).as_str()), "{passing:?}");
    }
    assert_eq!(values(&unit, "Restart"), ["on-failure"]);
}

#[test]
fn both_services_are_confined_alike() {
    let confinement = |name: &str| {
        let unit = unit(name);
        let from = unit.find("# SIGTERM to the program alone").expect("where both begin to be the same");
        let lines = unit[from..].lines().take_while(|line| !line.starts_with("# Left out"));
        lines.map(str::to_owned).filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(confinement(SERVICES[0]), confinement(SERVICES[1]));
    assert!(confinement(SERVICES[0]).len() > 40);
}

/// The text of a unit.
pub fn unit(name: &str) -> String {
    std::fs::read_to_string(root().join("systemd").join(name)).unwrap()
}

/// What a unit says at that key, line by line.
pub fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// The units in a folder of their own, with the program where it was built. `None`, said aloud, without systemd's tool.
fn units(test: &str) -> Option<TempDir> {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("skipped: {test}: no systemd-analyze (apt-get install systemd)");
        return None;
    }
    let folder = TempDir::new().unwrap();
    for file in std::fs::read_dir(root().join("systemd")).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap().replace("/usr/bin/ticketd", env!("CARGO_BIN_EXE_ticketd"));
        std::fs::write(folder.path().join(Path::new(path.file_name().unwrap())), text).unwrap();
    }
    Some(folder)
}
