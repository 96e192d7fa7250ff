//! Mail that other projects wrote, scored against what their own tests expect of it. It is outside of the project
//! (`corpora/` of the folder that TICKETD_SHARED names); without it this says that it was skipped.
//!
//! A floor is a share of all labels of a kind. Where a label contradicts what we mean (docs/rules.md), the file is listed in
//! `exceptions` with the reason, counted apart, and must go on missing: an exception that is needed no more fails too.

mod exceptions;
mod labels;
mod manifest;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ticketd::domain::Defect;
use ticketd::parse;

use crate::support::{shared, with_crlf, with_lf};
use exceptions::EXCEPTIONS;
use labels::{Verdict, judge};

/// Least share in percent that must pass, by label kind. Kinds without a line are printed only.
const FLOORS: &[(&str, f64)] = &[
    ("attachment", 100.0),
    ("auto", 100.0),
    ("bounce", 99.0),
    ("dsn_action", 100.0),
    ("dsn_status", 100.0),
    ("failed_recipient", 90.0),
    ("failed_recipients_permanent", 98.0),
    ("failed_recipients_temporary", 100.0),
    ("first_fragment", 95.0),
    ("first_fragment_regex", 95.0),
    ("forward", 100.0),
    ("from_name", 100.0),
    ("mailing_list", 100.0),
    ("max_seconds", 100.0),
    ("mdn", 100.0),
    ("original_message_id", 100.0),
    ("reply_text", 85.0),
    ("subject", 100.0),
];

/// A mail of the corpora may take this long to read, in the slowest build.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Score {
    passed: usize,
    excepted: usize,
    missed: usize,
}

impl Score {
    fn percent(&self) -> f64 {
        let counted = self.passed + self.missed;
        if counted == 0 { 100.0 } else { 100.0 * self.passed as f64 / counted as f64 }
    }

    fn labels(&self) -> usize {
        self.passed + self.excepted + self.missed
    }

    fn add(&mut self, other: &Score) {
        self.passed += other.passed;
        self.excepted += other.excepted;
        self.missed += other.missed;
    }

    fn row(&self, kind: &str, set: &str, floor: &str) -> String {
        let counts = format!("{}/{}", self.passed, self.passed + self.missed);
        let excepted = if self.excepted > 0 { format!("{} excepted", self.excepted) } else { String::new() };
        let row = format!("{kind:<28} {set:<24} {counts:>9} {:>6.1} % {floor:>6}  {excepted}", self.percent());
        row.trim_end().to_owned()
    }
}

#[test]
fn every_label_is_scored_and_no_kind_falls_under_its_floor() {
    let Some(folder) = corpora("corpora") else { return };
    let labels = manifest::read(&folder);
    let mut scores: BTreeMap<&str, BTreeMap<&str, Score>> = BTreeMap::new();
    let (mut misses, mut excepted, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for label in &labels {
        let found = judge(&folder, label, &labels);
        let reason = EXCEPTIONS.iter().find(|(kind, file, _)| *kind == label.kind && *file == label.file);
        let score = scores.entry(&label.kind).or_default().entry(&label.set).or_default();
        match (found, reason) {
            (Verdict::Unlabelled, _) => {}
            (Verdict::Pass, None) => score.passed += 1,
            (Verdict::Pass, Some(_)) => {
                wrong.push(format!("{} {}: the exception is needed no more", label.kind, label.file));
            }
            (Verdict::Miss(_), Some((kind, file, reason))) => {
                score.excepted += 1;
                excepted.push(format!("{kind} {file}: {reason}"));
            }
            (Verdict::Miss(found), None) => {
                score.missed += 1;
                misses.push(format!(
                    "{} {}\n    expected {}\n    found    {found}",
                    label.kind,
                    label.file,
                    label.short()
                ));
            }
        }
    }
    print(&scores, &misses, &excepted);
    for (kind, sets) in &scores {
        let share = total(sets).percent();
        if let Some((_, floor)) = floor_of(kind).filter(|(_, floor)| share < *floor) {
            wrong.push(format!("{kind}: {share:.1} %, the floor is {floor:.1} %"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn print(scores: &BTreeMap<&str, BTreeMap<&str, Score>>, misses: &[String], excepted: &[String]) {
    println!("{:<28} {:<24} {:>9} {:>8} {:>6}", "label kind", "set", "passed", "", "floor");
    for (kind, sets) in scores {
        for (set, score) in sets.iter().filter(|(_, score)| sets.len() > 1 && score.labels() > 0) {
            println!("{}", score.row(kind, set, ""));
        }
        let floor = floor_of(kind).map_or_else(String::new, |(_, floor)| floor.to_string());
        let name = if sets.len() > 1 { "all" } else { sets.keys().next().copied().unwrap_or_default() };
        println!("{}", total(sets).row(kind, name, &floor));
    }
    println!("\n{} exceptions:\n{}", excepted.len(), excepted.join("\n"));
    println!("\n{} misses:\n{}", misses.len(), misses.join("\n"));
}

fn total(sets: &BTreeMap<&str, Score>) -> Score {
    let mut sum = Score::default();
    sets.values().for_each(|score| sum.add(score));
    sum
}

fn floor_of(kind: &str) -> Option<&'static (&'static str, f64)> {
    FLOORS.iter().find(|(known, _)| *known == kind)
}

#[test]
fn every_file_is_read_with_lf_and_with_crlf_and_none_would_be_quarantined() {
    let Some(folder) = corpora("corpora") else { return };
    let files = files_below(&folder);
    assert!(!files.is_empty(), "{} holds no file", folder.display());
    for path in &files {
        let raw = fs::read(path).expect("file");
        for raw in [with_lf(&raw), with_crlf(&raw)] {
            let started = Instant::now();
            let facts = parse::read(&raw);
            assert!(started.elapsed() < LONGEST, "{} took {:?}", path.display(), started.elapsed());
            // What has a From field is a mail to any client, so it must be one to us.
            let head = raw.get(..raw.len().min(2_000)).unwrap_or_default();
            let mail = head.split(|&b| b == b'\n').any(|line| line.starts_with(b"From: "));
            let eml = path.extension().is_some_and(|extension| extension == "eml");
            assert!(!(mail && eml && facts.defects.contains(&Defect::NoHeaders)), "{}", path.display());
        }
    }
    println!("{} files read", files.len());
}

fn corpora(test: &str) -> Option<PathBuf> {
    let folder = shared(test)?.join("corpora");
    if folder.join("manifest.csv").is_file() {
        return Some(folder);
    }
    println!("skipped: {test}: no corpora at {}", folder.display());
    None
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
