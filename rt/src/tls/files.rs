//! Certificates and keys as PEM files.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What a side shows: its certificate, those between it and one that is trusted, and its key.
pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// A file and the key of the configuration that names it.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) key: &'static str,
    pub(super) path: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) cert: File,
    pub(super) key: File,
    pub(super) ca: File,
}

/// The content of the files, of those that there are.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Contents {
    cert: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    ca: Option<Vec<u8>>,
}

impl File {
    fn read(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = &self.path else {
            return Ok(None);
        };
        let content = std::fs::read(path)
            .with_context(|| format!("{}: cannot read {}", self.key, path.display()))?;
        Ok(Some(content))
    }
}

impl Files {
    pub(super) fn read(&self) -> anyhow::Result<Contents> {
        Ok(Contents {
            cert: self.cert.read()?,
            key: self.key.read()?,
            ca: self.ca.read()?,
        })
    }

    /// Certificate and key: both or neither.
    pub(super) fn identity(&self, contents: &Contents) -> anyhow::Result<Option<Identity>> {
        let (cert, key) = match (&contents.cert, &contents.key) {
            (None, None) => return Ok(None),
            (Some(cert), Some(key)) => (cert, key),
            (None, Some(_)) => bail!("{} is missing beside {}", self.cert.key, self.key.key),
            (Some(_), None) => bail!("{} is missing beside {}", self.key.key, self.cert.key),
        };
        let chain = certificates(self.cert.key, cert)?;
        // The error may show what it found.
        let Ok(key) = PrivateKeyDer::from_pem_slice(key) else {
            bail!("{}: expected a private key in PEM", self.key.key);
        };
        Ok(Some((chain, key)))
    }

    /// Those whose signature is trusted.
    pub(super) fn roots(&self, contents: &Contents) -> anyhow::Result<Option<RootCertStore>> {
        let Some(ca) = &contents.ca else {
            return Ok(None);
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(self.ca.key, ca)? {
            roots.add(certificate).context(self.ca.key)?;
        }
        Ok(Some(roots))
    }
}

fn certificates(key: &str, pem: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.ok().filter(|all| !all.is_empty());
    ensure!(all.is_some(), "{key}: expected certificates in PEM");
    Ok(all.unwrap_or_default())
}
