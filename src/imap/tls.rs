//! TLS by rustls on ring: certificates are always checked, against the system's authorities or those of one file.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{Cause, ImapError};

/// Makes a connection to `host` encrypted.
pub(super) async fn encrypt(
    server: &str,
    host: &str,
    ca_file: Option<&Path>,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, ImapError> {
    let config = config(ca_file).map_err(|what| ImapError::new(server, Cause::Configuration, what))?;
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(|_| ImapError::new(server, Cause::Configuration, format!("`{host}` is no name of a server")))?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map_err(|error| ImapError::new(server, Cause::Temporary, refused(&error, ca_file)))
}

fn refused(error: &std::io::Error, ca_file: Option<&Path>) -> String {
    let tls = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    let untrusted =
        matches!(tls, Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)));
    match (untrusted, ca_file) {
        (true, None) => format!("TLS: {error}; for an authority of your own set `ca_file`"),
        (true, Some(path)) => format!("TLS: {error}; {} does not hold its authority", path.display()),
        (false, _) => format!("TLS: {error}"),
    }
}

fn config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let Some(path) = ca_file else {
        let verified = builder.with_platform_verifier();
        let verified = verified.map_err(|error| format!("the system's authorities cannot be read: {error}"))?;
        return Ok(verified.with_no_client_auth());
    };
    let wrong = |what: String| format!("ca_file {}: {what}", path.display());
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| wrong(pem_words(&error)))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        let certificate = certificate.map_err(|error| wrong(pem_words(&error)))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn pem_words(error: &rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        error => format!("it is no PEM file: {error}"),
    }
}
