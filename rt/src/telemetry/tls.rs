//! Encrypted connections to a collector (rustls, with ring as its only provider).

use anyhow::Context as _;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use super::settings::TlsFiles;

pub(super) fn for_grpc(files: &TlsFiles) -> anyhow::Result<ClientTlsConfig> {
    let config = ClientTlsConfig::new();
    let config = match &files.authorities {
        Some(path) => config.ca_certificate(Certificate::from_pem(read(path)?)),
        None => config.with_native_roots(),
    };
    Ok(match &files.identity {
        Some((certificate, key)) => {
            config.identity(Identity::from_pem(read(certificate)?, read(key)?))
        }
        None => config,
    })
}

fn read(path: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(feature = "otlp-http")]
pub(super) fn for_http(files: &TlsFiles) -> anyhow::Result<tokio_rustls::TlsConnector> {
    use std::sync::Arc;

    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

    let certificates = |path: &std::path::Path| -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let certificates = CertificateDer::pem_slice_iter(&read(path)?).collect::<Result<_, _>>();
        certificates.with_context(|| format!("{}: no certificates in PEM", path.display()))
    };
    let mut roots = RootCertStore::empty();
    match &files.authorities {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate)?;
            }
        }
        // What the system cannot read it does not trust.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    let config = match &files.identity {
        Some((certificate, key)) => {
            let secret = PrivateKeyDer::from_pem_slice(&read(key)?);
            let secret = secret.with_context(|| format!("{}: no key in PEM", key.display()))?;
            config.with_client_auth_cert(certificates(certificate)?, secret)?
        }
        None => config.with_no_client_auth(),
    };
    Ok(Arc::new(config).into())
}
