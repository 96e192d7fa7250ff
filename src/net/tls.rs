//! TLS by rustls on ring: certificates are always checked, against the system's authorities or those of one file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::certificate::validity;
use super::{Transport, Unreachable};
use crate::config::Server;

/// Makes a connection encrypted, in that time at most.
pub async fn encrypt(server: &Server, stream: TcpStream, patience: Duration) -> Result<Transport, Unreachable> {
    let ca_file = server.ca_file.as_deref().map(Path::new);
    let config = config(ca_file).map_err(Unreachable::Configuration)?;
    let name = ServerName::try_from(server.host.trim_matches(['[', ']']).to_owned())
        .map_err(|_| Unreachable::Configuration(format!("`{}` is no name of a server", server.host)))?;
    match timeout(patience, TlsConnector::from(Arc::new(config)).connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Transport::Tls(Box::new(stream))),
        Ok(Err(error)) => Err(Unreachable::Temporary(refused(&error, ca_file))),
        Err(_) => Err(Unreachable::Temporary(format!("TLS: no answer for {patience:?}"))),
    }
}

fn refused(error: &std::io::Error, ca_file: Option<&Path>) -> String {
    let tls = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
    let untrusted = matches!(tls, Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)));
    match (untrusted, ca_file) {
        (true, None) => format!("TLS: {error}; for an authority or a certificate of your own set `ca_file`"),
        (true, Some(path)) => format!("TLS: {error}; {} does not hold its authority", path.display()),
        (false, _) => format!("TLS: {error}"),
    }
}

fn config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let Some(path) = ca_file else {
        let verified = builder.with_platform_verifier();
        let verified = verified.map_err(|error| format!("the system's authorities cannot be read: {error}"))?;
        return Ok(verified.with_no_client_auth());
    };
    let wrong = |what: String| format!("ca_file {}: {what}", path.display());
    let mut named = Vec::new();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(pem_words(&error)))? {
        named.push(certificate.map_err(|error| wrong(pem_words(&error)))?);
    }
    if named.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    let mut roots = RootCertStore::empty();
    for certificate in &named {
        roots.add(certificate.clone()).map_err(|error| wrong(error.to_string()))?;
    }
    let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    let authorities = authorities.map_err(|error| wrong(error.to_string()))?;
    let verifier = Arc::new(Named { named, authorities });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Trusts the authorities of a file; and a server that shows a certificate of that file itself, as long as it is for that
/// name and is valid at the time. Such a one signed itself: `openssl req -x509` makes it so, and many servers have it.
#[derive(Debug)]
struct Named {
    named: Vec<CertificateDer<'static>>,
    authorities: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !self.named.iter().any(|named| named == shown) {
            return self.authorities.verify_server_cert(shown, between, name, ocsp, now);
        }
        verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let wrong = match validity(shown) {
            Some((from, until)) if from.0 / 1000 <= now && now <= until.0 / 1000 => {
                return Ok(ServerCertVerified::assertion());
            }
            Some((_, until)) if until.0 / 1000 < now => CertificateError::Expired,
            Some(_) => CertificateError::NotValidYet,
            None => CertificateError::BadEncoding,
        };
        Err(wrong.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

pub(super) fn pem_words(error: &rustls::pki_types::pem::Error) -> String {
    match error {
        rustls::pki_types::pem::Error::Io(error) => error.to_string(),
        error => format!("it is no PEM file: {error}"),
    }
}
