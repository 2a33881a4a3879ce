//! Over TLS, both ways, with an authority of our own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::collector::Collector;
use crate::process::Gateway;

/// In PEM.
pub(crate) struct Papers {
    pub(crate) authority: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Papers {
    fn issue() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        Self {
            authority: issuer.pem(),
            certificate: params.signed_by(&key, &issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let one = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(one(&self.authority)).unwrap();
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(vec![one(&self.certificate)], key)
            .unwrap();
        Arc::new(config).into()
    }

    fn write(&self, folder: &Path) -> [PathBuf; 3] {
        let files = [
            ("ca.pem", &self.authority),
            ("it.pem", &self.certificate),
            ("it.key", &self.key),
        ];
        files.map(|(name, text)| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path
        })
    }
}

/// A listener whose connections are over TLS.
pub(crate) struct Encrypted(pub(crate) TcpListener, pub(crate) TlsAcceptor);

impl axum::serve::Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            if let Ok((stream, peer)) = self.0.accept().await
                && let Ok(stream) = self.1.accept(stream).await
            {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

#[test]
fn a_collector_is_checked_and_checks() {
    let folder = std::env::temp_dir().join(format!("zgen-rt-otlp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let papers = Papers::issue();
    let [authority, certificate, key] = papers.write(&folder);
    let collector = Collector::start_with(0, Some(&papers));
    let trust = format!("OtlpCaFile: '{}'", authority.display());
    let known = format!(
        "OtlpCertFile: '{}', OtlpKeyFile: '{}'",
        certificate.display(),
        key.display()
    );
    let grpc = collector
        .grpc()
        .replace("http://127.0.0.1", "https://localhost");
    let http = collector.http().replace("127.0.0.1", "localhost");
    let over_http = "Batcher: otlphttp, OtlpHttpSecure: true";
    // Endpoint, keys, and whether spans get there.
    let rows = [
        (&grpc, format!("{trust}, {known}"), true),
        (&grpc, trust.clone(), false),
        (&grpc, known.clone(), false),
        (&http, format!("{over_http}, {trust}, {known}"), true),
        (&http, format!("{over_http}, {trust}"), false),
        (&http, format!("{over_http}, {known}"), false),
    ];
    for (endpoint, keys, expected) in rows {
        let keys = format!("Endpoint: '{endpoint}', Metrics: false, BatchTimeout: 20, {keys}");
        let mut gateway = Gateway::start(&keys, &[]);
        gateway.tell("/orders/7 ");
        let sample = if expected {
            "otel_exported_total{signal=\"traces\"}"
        } else {
            "otel_dropped_total{signal=\"traces\",reason=\"export_failed\"}"
        };
        gateway.metric_until(sample, |count| count == 1);
        let (_, log) = gateway.end();
        assert_eq!(log.contains("does not take it"), !expected, "{keys}: {log}");
    }
    let said = Gateway::refusal(
        &format!("Endpoint: '{grpc}', OtlpCaFile: /no/such/file"),
        &[],
    );
    assert!(said.contains("cannot read /no/such/file"), "{said}");
    let said = Gateway::refusal(&format!("Endpoint: '{grpc}', OtlpCertFile: /some"), &[]);
    assert!(said.contains("one without the other"), "{said}");
    std::fs::remove_dir_all(&folder).unwrap();
}
