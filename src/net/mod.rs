//! Half a floor below 2: what every room needs that talks to a server of somebody else. A connection, encrypted as the
//! configuration says, passwords that are never shown, and the tokens that stand for them ([`oauth`]). No protocol of mail.

mod base64;
mod certificate;
mod dial;
mod http;
mod key;
pub mod oauth;
mod public;
mod said;
mod secret;
mod tls;
mod transport;

pub(crate) use base64::{base64, base64url, of_base64};
pub(crate) use dial::dial_within;
pub use dial::{Reach, Unreachable, dial};
pub use http::Limits as HttpLimits;
pub(crate) use http::{Answered, Post, post};
pub(crate) use key::load_key;
pub(crate) use said::said;
pub use secret::{Secret, SecretError, load_secret};
pub use tls::encrypt;
pub use transport::{Encryption, Transport};
