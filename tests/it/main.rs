mod cli;
mod config;
mod history;
mod mail;
mod quarantine;
mod store;
mod support;
