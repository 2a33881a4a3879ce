//! The files of TLS (in go-zero: `CertFile` and `KeyFile` of `rest/config.go`, those of `core/discov/config.go`; the
//! rest are options in code there).

use std::path::PathBuf;

use serde::Deserialize;

use super::needs;

/// How a service is called over TLS; `Tls: {}` is enough where the system trusts its certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TlsClientConf {
    /// Certificates of those whose signature is trusted; without it, those that the system trusts.
    #[serde(rename = "CACertFile", deserialize_with = "needs::tls_file")]
    pub ca_cert_file: Option<PathBuf>,
    /// What the caller shows, if it is asked who it is.
    #[serde(deserialize_with = "needs::tls_file")]
    pub cert_file: Option<PathBuf>,
    #[serde(alias = "CertKeyFile", deserialize_with = "needs::tls_file")]
    pub key_file: Option<PathBuf>,
    /// The name in the service's certificate, if it is not the host under which it is called.
    pub server_name: Option<String>,
    /// Takes any certificate: what is sent is hidden from those who listen, not from those who answer instead.
    #[serde(deserialize_with = "needs::tls_switch")]
    pub insecure_skip_verify: bool,
}

/// What a listener needs to speak TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsServerConf {
    pub cert_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
    pub client_ca_file: Option<PathBuf>,
}

#[cfg(all(feature = "tls", any(feature = "http", feature = "rpc-server")))]
impl TlsServerConf {
    /// Whether any of the files is named: half of what is needed is an error, not plain text.
    pub(crate) fn is_on(&self) -> bool {
        *self != Self::default()
    }

    /// How the process asks itself for its health.
    pub(crate) fn of_own_host(&self) -> TlsClientConf {
        TlsClientConf {
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            insecure_skip_verify: true,
            ..TlsClientConf::default()
        }
    }
}
