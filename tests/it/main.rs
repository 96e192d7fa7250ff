mod cli;
mod config;
mod history;
mod store;
mod support;
