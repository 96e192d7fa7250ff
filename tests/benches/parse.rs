//! Reading and classifying a mail, against mail-parser reading it: what our own work costs on top of MIME.

use std::hint::black_box;
use std::sync::Arc;

use mail_parser::{MessageParser, PartType};
use ticketd::classify::classify;
use ticketd::config;
use ticketd::domain::{Arrived, MailboxId, MailboxRow, MailboxSetup, Timestamp, Workspace};
use ticketd::parse;

use crate::mails::{self, Mail};
use crate::measure::Goal;

const DESK: &str = include_str!("../../fixtures/desk/ticketd.toml");

/// `parse` is every mail; `parse-html` those that have no text of their own, where we make it from the HTML.
pub fn goals() -> Vec<Goal> {
    let mails = mails::desk();
    let workspace = workspace();
    let all: Vec<&Mail> = mails.iter().collect();
    let html: Vec<&Mail> = mails.iter().filter(|mail| is_html_only(mail)).collect();
    let mut goals = vec![goal("parse", 1.5, &all, &workspace)];
    if !html.is_empty() {
        goals.push(goal("parse-html", 2.5, &html, &workspace));
    }
    goals
}

fn goal(name: &'static str, at_most: f64, mails: &[&Mail], workspace: &Workspace) -> Goal {
    let ours = || mails.iter().for_each(|mail| read_and_classify(mail, workspace));
    let peer = || mails.iter().for_each(|mail| drop(black_box(MessageParser::default().parse(black_box(&mail.raw)))));
    Goal::measure(name, at_most, mails.len(), ours, peer)
}

fn read_and_classify(mail: &Mail, workspace: &Workspace) {
    let facts = parse::read(black_box(&mail.raw));
    let (mailbox, setup) = place(mail, workspace);
    let role = setup.role_of(&mail.folder);
    let arrived = Arrived { facts: &facts, mailbox, role, at: facts.date.unwrap_or(Timestamp(0)) };
    black_box(classify(&arrived, workspace));
}

fn place<'w>(mail: &Mail, workspace: &'w Workspace) -> (MailboxId, &'w MailboxSetup) {
    let row = workspace.mailbox_named(&mail.mailbox).unwrap();
    (row.id, workspace.setup.mailbox(&row.name).unwrap())
}

/// The desk, before its first mail.
fn workspace() -> Workspace {
    let setup = Arc::new(config::parse(DESK).ok().unwrap().setup);
    let mut workspace = Workspace::new(setup.clone());
    for (id, mailbox) in (1..).zip(&setup.mailboxes) {
        workspace.mailboxes.load(MailboxRow { id: MailboxId(id), name: mailbox.name.clone(), kind: mailbox.kind });
    }
    workspace
}

/// mail-parser offers HTML as the text where there is no text part.
fn is_html_only(mail: &Mail) -> bool {
    MessageParser::default().parse(&mail.raw).is_some_and(|message| {
        let body = message.text_body.first().and_then(|part| message.part(*part));
        body.is_some_and(|part| matches!(part.body, PartType::Html(_)))
    })
}
