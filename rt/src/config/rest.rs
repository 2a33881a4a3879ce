//! The sections of a gateway (go-zero's `rest/config.go`).

use serde::Deserialize;
#[cfg(feature = "jwt")]
use serde::Deserializer;

use super::conf::{DevServerConf, LogConf, Millis, ShutdownConf, all_interfaces, millis};
#[cfg(feature = "http")]
use super::cors::{self, CorsConf};
use super::protect::{CpuThreshold, Mode, RestMiddlewares};
use super::telemetry::TelemetryConf;

/// The top level of a gateway's file (go-zero's `rest.RestConf`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RestConf {
    pub name: String,
    #[serde(default = "all_interfaces")]
    pub host: String,
    pub port: u16,
    #[serde(default)]
    pub mode: Mode,
    /// Of one request; 0 is none.
    #[serde(default = "millis::<3000>")]
    pub timeout: Millis,
    /// Largest request body.
    #[serde(default = "one_mebibyte")]
    pub max_bytes: usize,
    /// Requests at one time, of each route; 0 is no limit.
    #[serde(default = "ten_thousand")]
    pub max_conns: usize,
    #[serde(default)]
    pub cpu_threshold: CpuThreshold,
    #[serde(default)]
    pub middlewares: RestMiddlewares,
    /// Which pages may call; without the section a browser lets only those of the same origin.
    #[cfg(feature = "http")]
    #[serde(default, deserialize_with = "cors::checked")]
    pub cors: Option<CorsConf>,
    #[serde(default)]
    pub log: LogConf,
    #[serde(alias = "Telemetry")]
    pub open_telemetry: Option<TelemetryConf>,
    pub dev_server: Option<DevServerConf>,
    #[serde(default)]
    pub shutdown: ShutdownConf,
}

/// How the tokens of callers are checked (go-zero's `jwt` and `jwtTransition` sections).
#[cfg(feature = "jwt")]
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct JwtConf {
    #[serde(alias = "Secret", deserialize_with = "long_secret")]
    pub access_secret: String,
    /// Of a new token, in seconds.
    #[serde(default = "one_day")]
    pub access_expire: i64,
    /// The secret before this one: its tokens are taken until they expire.
    #[serde(default)]
    pub prev_secret: Option<String>,
}

/// Without the secrets.
#[cfg(feature = "jwt")]
impl std::fmt::Debug for JwtConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtConf")
            .field("access_expire", &self.access_expire)
            .finish_non_exhaustive()
    }
}

/// As go-zero, which ends with a panic: a shorter one can be guessed.
#[cfg(feature = "jwt")]
fn long_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let secret = String::deserialize(deserializer)?;
    if secret.len() < 8 {
        return Err(serde::de::Error::custom(
            "a secret has at least 8 characters",
        ));
    }
    Ok(secret)
}

#[cfg(feature = "jwt")]
fn one_day() -> i64 {
    86_400
}

/// How requests are checked that callers sign (go-zero's `Signature` section).
#[cfg(feature = "signature")]
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SignatureConf {
    /// Whether a request without a valid signature is refused; if not, it passes as it is.
    pub strict: bool,
    /// How far the time of a signature may be from this machine's.
    pub expiry: Millis,
    pub private_keys: Vec<PrivateKeyConf>,
    /// Signatures are over the path and query in the header `X-Request-Uri`, where there is one: for a proxy that
    /// rewrites paths and sets the header itself, or callers could choose what they have signed.
    pub trust_request_uri: bool,
}

#[cfg(feature = "signature")]
impl Default for SignatureConf {
    fn default() -> Self {
        Self {
            strict: false,
            expiry: Millis::new(3_600_000),
            private_keys: Vec::new(),
            trust_request_uri: false,
        }
    }
}

/// One key; callers hold the public half.
#[cfg(feature = "signature")]
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PrivateKeyConf {
    /// The name by which callers choose it.
    pub fingerprint: String,
    /// RSA of 2048 to 8192 bits, in PEM, as PKCS#1 or PKCS#8.
    pub key_file: std::path::PathBuf,
}

fn one_mebibyte() -> usize {
    1_048_576
}

fn ten_thousand() -> usize {
    10_000
}
