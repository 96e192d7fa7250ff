mod cli;
mod config;
mod history;
mod mail;
mod store;
mod stories;
mod support;
