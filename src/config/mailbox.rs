//! `[[mailbox]]`: the accounts that are read, a team's or a user's own.

use super::account::{Account, read_account};
use super::names::{Names, known_instead, label_from};
use super::owners::{Owners, PlacedAddress, read_addresses, without_places};
use super::problem::Report;
use super::table::{Placed, Table};
use super::user::People;
use crate::domain::{Language, MailboxKind, MailboxSetup, Pipeline, TICKET};

/// Reads every `[[mailbox]]`, and how each is reached.
pub(super) fn read_mailboxes(
    root: &mut Table,
    people: &People,
    pipelines: &[Pipeline],
    clients: &Names,
    report: &mut Report,
) -> (Vec<MailboxSetup>, Vec<Account>) {
    let mut names = Names::of("mailbox", "support");
    let mut owners = Owners::default();
    let (mut mailboxes, mut accounts) = (Vec::new(), Vec::new());
    for mut table in root.tables("mailbox", report) {
        let name = names.claim(&mut table, report);
        let mut mailbox = read_common(&mut table, name, report);
        // Where mail of a mailbox opens tickets that says nothing else. No pipeline at all was reported where it is read.
        let usual = pipelines.iter().find(|pipeline| pipeline.object == TICKET);
        mailbox.pipeline = usual.map(|pipeline| pipeline.name.clone()).unwrap_or_default();
        let addresses = match mailbox.kind {
            MailboxKind::Team => finish_team(&mut mailbox, &mut table, people, pipelines, report),
            MailboxKind::Personal => finish_personal(&mut mailbox, &mut table, people, report),
        };
        for address in &addresses {
            owners.claim(address, &format!("mailbox `{}`", mailbox.name), report);
        }
        if !addresses.is_empty() {
            mailbox.addresses = without_places(addresses);
        }
        let sent_folders = table.has("sent_folders").then(|| mailbox.sent_folders.clone());
        accounts.extend(read_account(&mut table, &mailbox.name, mailbox.kind, sent_folders, clients, report));
        table.close(report);
        mailboxes.push(mailbox);
    }
    (mailboxes, accounts)
}

/// The keys that every mailbox has.
fn read_common(table: &mut Table, name: String, report: &mut Report) -> MailboxSetup {
    let kinds: Vec<_> = MailboxKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let trusted = table.texts("trusted_authserv_ids", report).unwrap_or_default();
    let display_name = table.text("display_name", report).map(|text| text.get_ref().to_string());
    MailboxSetup {
        kind: table.word("kind", &kinds, report).unwrap_or(MailboxKind::Team),
        addresses: Vec::new(),
        display_name: display_name.unwrap_or_else(|| label_from(&name)),
        language: read_language(table, report).unwrap_or(Language::English),
        sent_folders: read_sent_folders(table, report),
        pipeline: String::new(),
        sent_counts_as_ticket_send: false,
        trusted_authserv_ids: trusted.iter().filter_map(|id| read_authserv_id(id, report)).collect(),
        user: None,
        name,
    }
}

/// The rest of a team mailbox. Gives its addresses.
fn finish_team(
    mailbox: &mut MailboxSetup,
    table: &mut Table,
    people: &People,
    pipelines: &[Pipeline],
    report: &mut Report,
) -> Vec<PlacedAddress> {
    if let Some(pipeline) = table.text("pipeline", report) {
        mailbox.pipeline = resolve_pipeline(&pipeline, pipelines, report);
    }
    mailbox.sent_counts_as_ticket_send = table.flag("sent_counts_as_ticket_send", report).unwrap_or(false);
    if let Some(user) = table.text("user", report) {
        let hint = "leave the key out, or say kind = \"personal\"";
        report.error(user.span(), "a team mailbox belongs to no user", hint);
    }
    table.require("address", "address = \"support@example.org\"", report);
    let addresses = read_addresses(table, report).unwrap_or_default();
    for address in &addresses {
        people.owners.refuse_taken(address, report);
        if let (bare, Some(_)) = address.get_ref().without_detail() {
            let message = format!("{} has a detail after its `+`", address.get_ref());
            report.error(address.span(), message, format!("name {bare}: mail to it with any detail is found"));
        }
    }
    addresses
}

/// The pipeline that is meant, which must be one of tickets.
fn resolve_pipeline(text: &Placed<&str>, pipelines: &[Pipeline], report: &mut Report) -> String {
    let name = *text.get_ref();
    let found = pipelines.iter().find(|pipeline| pipeline.name == name);
    let of_tickets = pipelines.iter().filter(|pipeline| pipeline.object == TICKET);
    let hint = || known_instead(name, &of_tickets.map(|pipeline| pipeline.name.as_str()).collect::<Vec<_>>());
    match found {
        None => report.error(text.span(), format!("there is no pipeline `{name}`"), hint()),
        Some(found) if found.object != TICKET => {
            let message = format!("pipeline `{name}` is for object `{}`, and mail opens tickets", found.object);
            report.error(text.span(), message, hint());
        }
        Some(_) => {}
    }
    name.to_owned()
}

/// The rest of a personal mailbox: whose it is. Gives its addresses; without any it has its user's.
fn finish_personal(
    mailbox: &mut MailboxSetup,
    table: &mut Table,
    people: &People,
    report: &mut Report,
) -> Vec<PlacedAddress> {
    for (key, place) in [table.place_of("pipeline"), table.place_of("sent_counts_as_ticket_send")].into_iter().flatten()
    {
        report.error(
            place,
            format!("a personal mailbox has no `{key}`"),
            "leave the key out: its mail opens no tickets",
        );
    }
    let name = table.needed_text("user", "user = \"alice\"", report).map(|user| people.names.resolve(&user, report));
    let addresses = read_addresses(table, report).unwrap_or_default();
    let Some(user) = people.users.iter().find(|user| Some(&user.name) == name.as_ref()) else { return addresses };
    for address in addresses.iter().filter(|address| !user.addresses.contains(address.get_ref())) {
        let message = format!("{} is no address of user `{}`", address.get_ref(), user.name);
        report.error(address.span(), message, "add it to the addresses of that user as well");
    }
    if !table.has("display_name") {
        mailbox.display_name.clone_from(&user.display_name);
    }
    mailbox.addresses.clone_from(&user.addresses);
    mailbox.user = name;
    addresses
}

/// The key `language`, if it is there.
pub(super) fn read_language(table: &mut Table, report: &mut Report) -> Option<Language> {
    let words: Vec<_> = Language::ALL.iter().map(|language| language.as_str()).collect();
    table.word("language", &words, report)
}

fn read_sent_folders(table: &mut Table, report: &mut Report) -> Vec<String> {
    let Some(folders) = table.texts("sent_folders", report) else { return vec!["Sent".to_owned()] };
    for folder in folders.iter().filter(|folder| folder.get_ref().eq_ignore_ascii_case("INBOX")) {
        report.error(
            folder.span(),
            "the inbox cannot be a folder of sent mail",
            "name the folder that holds sent mail",
        );
    }
    folders.iter().map(|folder| folder.get_ref().to_string()).collect()
}

/// An authserv-id is one token (RFC 8601 2.5), in practice the name of a host.
fn read_authserv_id(id: &Placed<&str>, report: &mut Report) -> Option<String> {
    if id.get_ref().contains(|c: char| c.is_whitespace() || c == ';') {
        let hint = "the word at the beginning of Authentication-Results, for example: \"mx.example.org\"";
        report.error(id.span(), format!("`{}` is no authserv-id", id.get_ref()), hint);
        return None;
    }
    Some(id.get_ref().to_lowercase())
}
