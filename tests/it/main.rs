mod cli;
mod config;
mod replay;
mod store;
