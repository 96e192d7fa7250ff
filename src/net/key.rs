//! Private keys in files.

use std::path::Path;

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::tls::pem_words;

/// The first private key of a PEM file, as DER of PKCS #8 or PKCS #1; or what is wrong, in words.
pub(crate) fn load_key(path: &Path) -> Result<Vec<u8>, String> {
    let key = PrivateKeyDer::from_pem_file(path).map_err(|error| pem_words(&error))?;
    Ok(key.secret_der().to_vec())
}
