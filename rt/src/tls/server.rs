//! The side that is called.

use std::io;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::files::{Contents, File, Files};
use super::provider;
use super::renew::Renewed;
use crate::config::TlsServerConf;

/// Speaks TLS on connections that come in.
#[derive(Debug, Clone)]
pub(crate) struct Acceptor(Renewed<ServerConfig>);

impl Acceptor {
    /// `protocols` by their ALPN names, the best first.
    pub(crate) fn new(
        conf: &TlsServerConf,
        protocols: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        let file = |key, path: &Option<_>| File {
            key,
            path: path.clone(),
        };
        let files = Files {
            cert: file("CertFile", &conf.cert_file),
            key: file("KeyFile", &conf.key_file),
            ca: file("ClientCAFile", &conf.client_ca_file),
        };
        let make = |files: &Files, contents: &Contents| settings(files, contents, protocols);
        Ok(Self(Renewed::new(files, make)?))
    }

    pub(crate) async fn accept(&self, io: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.0.get()).accept(io).await
    }
}

fn settings(
    files: &Files,
    contents: &Contents,
    protocols: &[&str],
) -> anyhow::Result<ServerConfig> {
    let identity = files.identity(contents)?;
    let (chain, key) = identity.context("CertFile and KeyFile are missing beside ClientCAFile")?;
    let builder =
        ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = match files.roots(contents)? {
        // Callers show a certificate, or there is no connection.
        Some(roots) => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build();
            builder.with_client_cert_verifier(verifier.context("ClientCAFile")?)
        }
        None => builder.with_no_client_auth(),
    };
    let mut settings = builder
        .with_single_cert(chain, key)
        .context("CertFile and KeyFile do not belong together")?;
    settings.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    Ok(settings)
}
