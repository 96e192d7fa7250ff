mod cli;
mod config;
mod decisions;
mod desk;
mod kinds;
mod rules;
mod threading;
