//! Half a floor below 2: what every room needs that talks to a server of somebody else. A connection, encrypted as the
//! configuration says, and passwords that are never shown. No protocol.

mod base64;
mod certificate;
mod dial;
mod key;
mod secret;
mod tls;
mod transport;

pub(crate) use base64::base64;
pub use dial::{Unreachable, dial};
pub(crate) use key::load_key;
pub use secret::{Secret, SecretError, load_secret};
pub use tls::encrypt;
pub use transport::{Encryption, Transport};
