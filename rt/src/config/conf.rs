//! The sections that go-zero has, with its keys and defaults (`core/service/serviceconf.go`, `core/discov/config.go`,
//! `internal/devserver/config.go`). A gateway's own are in `rest`, a service's in `rpc`, those of telemetry in `telemetry`.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::needs;
#[cfg(all(feature = "tls", feature = "etcd"))]
use super::tls::TlsClientConf;

/// go-zero's `discov.EtcdConf`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EtcdConf {
    /// `host:port` each.
    pub hosts: Vec<String>,
    /// The prefix below which the instances of one service are registered.
    pub key: String,
    /// The name of this instance below the prefix; without one (or with 0), that of its lease.
    #[serde(alias = "ID")]
    pub id: Option<i64>,
    pub user: Option<String>,
    pub pass: Option<String>,
    /// With one of these, or `https://` before the hosts: TLS.
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub cert_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub cert_key_file: Option<PathBuf>,
    #[serde(default, rename = "CACertFile", deserialize_with = "needs::tls_file")]
    pub ca_cert_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "needs::tls_switch")]
    pub insecure_skip_verify: bool,
}

impl EtcdConf {
    /// The chosen name of the instance.
    #[cfg(all(feature = "etcd", feature = "rpc-server"))]
    pub(crate) fn id(&self) -> Option<i64> {
        self.id.filter(|id| *id > 0)
    }

    /// User and password, if there are both.
    #[cfg(feature = "etcd")]
    pub(crate) fn account(&self) -> Option<(&str, &str)> {
        let user = self.user.as_deref().filter(|user| !user.is_empty())?;
        let pass = self.pass.as_deref().filter(|pass| !pass.is_empty())?;
        Some((user, pass))
    }

    /// How etcd is called, if over TLS (go-zero's `HasTLS`, which wants all three files).
    #[cfg(all(feature = "tls", feature = "etcd"))]
    pub(crate) fn tls(&self) -> Option<TlsClientConf> {
        let conf = TlsClientConf {
            ca_cert_file: self.ca_cert_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.cert_key_file.clone(),
            server_name: None,
            insecure_skip_verify: self.insecure_skip_verify,
        };
        let is_secure = self.hosts.iter().any(|host| host.starts_with("https://"));
        (is_secure || conf != TlsClientConf::default()).then_some(conf)
    }
}

/// Without the password.
impl std::fmt::Debug for EtcdConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EtcdConf")
            .field("hosts", &self.hosts)
            .field("key", &self.key)
            .field("id", &self.id)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Metrics and health for operators, on a port of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DevServerConf {
    pub enabled: bool,
    pub host: String,
    pub port: u16,
    pub metrics_path: String,
    pub health_path: String,
}

impl Default for DevServerConf {
    fn default() -> Self {
        Self {
            enabled: true,
            host: all_interfaces(),
            port: 6060,
            metrics_path: "/metrics".to_owned(),
            health_path: "/healthz".to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogConf {
    pub level: Level,
    pub encoding: Encoding,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Debug,
    #[default]
    Info,
    Warn,
    #[serde(alias = "severe")]
    Error,
}

impl From<Level> for tracing::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::DEBUG,
            Level::Info => Self::INFO,
            Level::Warn => Self::WARN,
            Level::Error => Self::ERROR,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Json,
    Plain,
}

/// How a process ends: unready, `WrapUpTime` for others to notice, then at most `WaitTime` to finish.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ShutdownConf {
    pub wrap_up_time: Millis,
    pub wait_time: Millis,
}

impl Default for ShutdownConf {
    fn default() -> Self {
        Self {
            wrap_up_time: Millis::new(1000),
            wait_time: Millis::new(5500),
        }
    }
}

/// A database, by the scheme of its data source.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DatabaseConf {
    /// `sqlite://data/order.db`, `mysql://user:password@host/db`, go-sql-driver's
    /// `user:password@tcp(host:3306)/db?parseTime=true`, `postgres://user:password@host/db`, or libpq's
    /// `host=db user=order password=.. dbname=order`.
    pub data_source: String,
    #[serde(default = "ten")]
    pub max_open_conns: u32,
    /// How long a query waits for a free connection.
    #[serde(default = "millis::<2000>")]
    pub acquire_timeout: Millis,
    /// An older connection is replaced; 0 is never.
    #[serde(default = "millis::<1_800_000>")]
    pub conn_max_lifetime: Millis,
    /// A connection that was not used for longer is closed; 0 is never.
    #[serde(default = "millis::<600_000>")]
    pub conn_max_idle_time: Millis,
    /// Queries that take longer are logged; 0 is none.
    #[serde(default = "millis::<500>")]
    pub slow_threshold: Millis,
    /// What the database has to do with the readiness of the process.
    #[serde(default)]
    pub ready: ReadyWhen,
    /// Whether the process brings the schema up to date before it serves. Without it, it does on SQLite only.
    pub migrate: Option<bool>,
}

/// When a process with a database is ready.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReadyWhen {
    /// From the database's first answer on. Instances share it: were they to leave when it fails, all would at once, and
    /// nobody would be left to answer from the cache, or to say what is wrong.
    #[default]
    Answered,
    /// While it answers.
    Connected,
    /// Whether it answers or not.
    Always,
}

/// The data source holds a password.
impl std::fmt::Debug for DatabaseConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConf")
            .field("data_source", &"..")
            .field("max_open_conns", &self.max_open_conns)
            .finish_non_exhaustive()
    }
}

/// A time span: a number of milliseconds, or a text such as `1.5s`, `200ms` or `1m30s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(Duration);

impl Millis {
    pub const fn new(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    pub const fn duration(self) -> Duration {
        self.0
    }

    /// `None` when zero, which switches a timeout off.
    pub fn limit(self) -> Option<Duration> {
        (!self.0.is_zero()).then_some(self.0)
    }
}

impl Default for Millis {
    fn default() -> Self {
        Self::new(2000)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("expected milliseconds or a time such as `5s`"))
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    if let Ok(millis) = text.parse() {
        return Some(Duration::from_millis(millis));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let end = unit
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(unit.len());
        let seconds = match &unit[..end] {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(value * seconds).ok()?)?;
        rest = &unit[end..];
    }
    (!text.is_empty()).then_some(total)
}

pub(super) fn all_interfaces() -> String {
    "0.0.0.0".to_owned()
}

pub(super) fn yes() -> bool {
    true
}

fn ten() -> u32 {
    10
}

pub(super) fn millis<const N: u64>() -> Millis {
    Millis::new(N)
}
