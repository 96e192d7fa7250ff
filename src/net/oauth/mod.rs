//! OAuth 2.0 as a client: tokens by a consent (RFC 6749 6) or by our own name (4.4), a consent by a device's code
//! (RFC 8628) or by a redirect with PKCE (RFC 7636), and the words of a login by a token. Requests and answers; what is
//! kept, and when something is asked for, is decided above.
//!
//! No answer is believed beyond its form: it is bounded in bytes and time, redirects are not followed, and of what a
//! server says in words no secret that it was sent is shown.

mod answer;
mod ending;
mod error;
mod form;
mod pasted;
mod requests;
mod sasl;

pub use super::HttpLimits as Limits;
pub use answer::{DeviceCode, Granted};
pub use ending::{Ending, endings};
pub use error::{Cause, OauthError};
pub use pasted::{Asking, Pasted};
pub use requests::{Poll, ask_device, of_client, of_code, poll_device, renew};
pub(crate) use sasl::{TokenLogin, oauthbearer, refusal, xoauth2};
