//! Handing mail to relays: servers that misbehave as told, and a real Postfix.

mod addresses;
mod connecting;
mod dkim;
pub mod postfix;
mod relays;
pub mod scripted;
mod sending;
mod trouble;
