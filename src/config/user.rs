//! `[[user]]`: the people of the team.

use super::names::{Names, label_from};
use super::owners::{Owners, read_addresses, without_places};
use super::problem::Report;
use super::table::{Table, word_of};
use crate::domain::{Role, UserSetup};

/// The users, their names and whose address is whose.
pub(super) struct People {
    pub(super) users: Vec<UserSetup>,
    pub(super) names: Names,
    pub(super) owners: Owners,
}

/// Reads every `[[user]]`.
pub(super) fn read_users(root: &mut Table, report: &mut Report) -> People {
    let mut people = People { users: Vec::new(), names: Names::of("user", "alice"), owners: Owners::default() };
    for mut table in root.tables("user", report) {
        let name = people.names.claim(&mut table, report);
        let display_name = match table.text("display_name", report) {
            Some(text) => text.get_ref().to_string(),
            None => label_from(&name),
        };
        table.require("address", "address = \"alice@example.org\"", report);
        let addresses = read_addresses(&mut table, report).unwrap_or_default();
        for address in &addresses {
            people.owners.claim(address, &format!("user `{name}`"), report);
        }
        let roles = read_roles(&mut table, report);
        let disabled = table.flag("disabled", report).unwrap_or(false);
        table.close(report);
        people.users.push(UserSetup { name, display_name, addresses: without_places(addresses), roles, disabled });
    }
    people
}

fn read_roles(table: &mut Table, report: &mut Report) -> Vec<Role> {
    let words: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
    match table.texts("roles", report) {
        Some(roles) => roles.iter().filter_map(|role| word_of(role, "roles", &words, report)).collect(),
        None => vec![Role::Agent],
    }
}
