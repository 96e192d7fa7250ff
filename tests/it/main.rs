mod cli;
mod config;
mod store;
