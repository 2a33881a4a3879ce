//! Where Redis is (go-zero: `core/stores/redis/conf.go`), one server or several.

use std::path::PathBuf;

use serde::Deserialize;

use super::conf::{Millis, millis};
use super::needs;

/// go-zero's `redis.RedisConf`; sentinels, certificates and numbered databases have no keys there.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CacheConf {
    /// `host:port`; of a cluster and of sentinels several, separated by commas.
    pub host: String,
    #[serde(default, deserialize_with = "needs::redis_type")]
    pub r#type: RedisType,
    /// An ACL user; without it, the default one.
    pub user: Option<String>,
    pub pass: Option<String>,
    /// The number of a database; a cluster has only 0.
    #[serde(default)]
    pub db: u32,
    /// What the sentinels call the servers that they watch.
    pub master_name: Option<String>,
    /// Who asks the sentinels, where they want to know.
    pub sentinel_user: Option<String>,
    pub sentinel_pass: Option<String>,
    #[serde(default, deserialize_with = "needs::tls_switch")]
    pub tls: bool,
    #[serde(default, rename = "CACertFile", deserialize_with = "needs::tls_file")]
    pub ca_cert_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub cert_file: Option<PathBuf>,
    #[serde(default, deserialize_with = "needs::tls_file")]
    pub key_file: Option<PathBuf>,
    /// As go-zero always does.
    #[serde(default, deserialize_with = "needs::tls_switch")]
    pub insecure_skip_verify: bool,
    /// A process never waits for its Redis at the start: `false` would ask for it, and is refused.
    #[serde(default = "super::conf::yes")]
    pub non_block: bool,
    /// For a new connection, with its handshakes.
    #[serde(default = "millis::<1000>")]
    pub ping_timeout: Millis,
    /// Of what is not the cache: where the tokens of callers are, what keys of limits begin with.
    #[serde(default)]
    pub key: Option<String>,
}

/// How many servers there are, and who says which one to ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RedisType {
    #[default]
    Node,
    /// Keys are spread over several; with the feature `redis-cluster`.
    Cluster,
    /// One of several, as sentinels say.
    Sentinel,
}

/// Without the passwords.
impl std::fmt::Debug for CacheConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CacheConf")
            .field("host", &self.host)
            .field("type", &self.r#type)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
