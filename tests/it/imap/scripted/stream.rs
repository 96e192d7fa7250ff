//! What a session of the server goes over: plain, or TLS with a certificate made for the tests.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

pub enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
    /// Between the two.
    Gone,
}

impl Stream {
    /// Goes on with TLS.
    pub fn encrypt(&mut self) {
        if let Stream::Plain(stream) = std::mem::replace(self, Stream::Gone) {
            let session = ServerConnection::new(certificate().config.clone()).unwrap();
            *self = Stream::Tls(Box::new(StreamOwned::new(session, stream)));
        }
    }

    /// A line without its end; `None` once the other side is gone. Nothing behind it is read.
    pub fn line(&mut self) -> Option<String> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        loop {
            match self.read(&mut byte) {
                Ok(1) if byte == *b"\n" => return Some(String::from_utf8_lossy(&line).trim_end().to_owned()),
                Ok(1) => line.push(byte[0]),
                _ => return None,
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(into),
            Stream::Tls(stream) => stream.read(into),
            Stream::Gone => Ok(0),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
            Stream::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
            Stream::Gone => Ok(()),
        }
    }
}

/// A certificate for localhost that signed itself.
pub struct Certificate {
    pub path: PathBuf,
    config: Arc<ServerConfig>,
    _folder: TempDir,
}

/// The one that all servers here show.
pub fn certificate() -> &'static Certificate {
    static MADE: OnceLock<Certificate> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
        super::super::dovecot::certificate(
            folder.path(),
            &[&names[..], &["-keyout", "key.pem", "-out", "cert.pem"]].concat(),
        );
        let path = folder.path().join("cert.pem");
        let shown = CertificateDer::from_pem_slice(&fs::read(&path).unwrap()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&fs::read(folder.path().join("key.pem")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![shown], key).unwrap();
        Certificate { path, config: Arc::new(config), _folder: folder }
    })
}
