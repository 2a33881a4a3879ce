//! The side that calls.

use std::io;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::files::{Contents, File, Files};
use super::provider;
use super::renew::Renewed;
use crate::config::TlsClientConf;

/// Speaks TLS on connections that go out.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    settings: Renewed<ClientConfig>,
    server_name: Option<ServerName<'static>>,
}

impl Connector {
    /// `protocols` by their ALPN names.
    pub(crate) fn new(
        conf: &TlsClientConf,
        protocols: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        Self::named(["CertFile", "KeyFile", "CACertFile"], conf, protocols)
    }

    /// Where the configuration has keys of its own for certificate, key and authorities.
    pub(crate) fn named(
        keys: [&'static str; 3],
        conf: &TlsClientConf,
        protocols: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let [cert, key, ca] = keys;
        let file = |key, path: &Option<_>| File {
            key,
            path: path.clone(),
        };
        let files = Files {
            cert: file(cert, &conf.cert_file),
            key: file(key, &conf.key_file),
            ca: file(ca, &conf.ca_cert_file),
        };
        let verifies = !conf.insecure_skip_verify;
        let make = move |files: &Files, contents: &Contents| {
            settings(files, contents, protocols, verifies)
        };
        let name = conf.server_name.clone().filter(|name| !name.is_empty());
        let server_name = name.map(ServerName::try_from).transpose();
        Ok(Self {
            settings: Renewed::new(files, make)?,
            server_name: server_name.context("ServerName: expected a name or an IP address")?,
        })
    }

    /// `host` is whose certificate is expected, unless the configuration names another.
    pub(crate) async fn connect(
        &self,
        host: &str,
        io: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = match &self.server_name {
            Some(name) => name.clone(),
            None => ServerName::try_from(host.to_owned()).map_err(io::Error::other)?,
        };
        let connector = TlsConnector::from(self.settings.get());
        connector.connect(name, io).await
    }
}

fn settings(
    files: &Files,
    contents: &Contents,
    protocols: &[&str],
    verifies: bool,
) -> anyhow::Result<ClientConfig> {
    let builder =
        ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = if verifies {
        let roots = files.roots(contents)?;
        builder.with_root_certificates(roots.map_or_else(|| system_roots(files.ca.key), Ok)?)
    } else {
        let any = Arc::new(Anybody(provider()));
        builder.dangerous().with_custom_certificate_verifier(any)
    };
    let mut settings = match files.identity(contents)? {
        Some((chain, key)) => builder.with_client_auth_cert(chain, key).with_context(|| {
            let (cert, key) = (files.cert.key, files.key.key);
            format!("{cert} and {key} do not belong together")
        })?,
        None => builder.with_no_client_auth(),
    };
    settings.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    Ok(settings)
}

/// `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.
fn system_roots(key: &str) -> anyhow::Result<RootCertStore> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    anyhow::ensure!(
        !roots.is_empty(),
        "{key} is not set, and this system has no certificates that it trusts"
    );
    Ok(roots)
}

/// Takes any certificate, if only its owner is who answers.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
