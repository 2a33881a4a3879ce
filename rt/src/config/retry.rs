//! When calls are made again, and to whom (`BalancerName` of go-zero's `zrpc/config.go`; go-zero does not retry).

use serde::{Deserialize, Deserializer};

use super::conf::Millis;

/// Off without the section; `Retry` in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RetryConf {
    /// With the first one.
    #[serde(deserialize_with = "attempts")]
    pub max_attempts: u32,
    /// Before the second attempt; twice as long before each further one.
    pub initial_backoff: Millis,
    pub max_backoff: Millis,
    /// Methods that may be called again although they may have been answered, besides those whose
    /// `idempotency_level` says so.
    pub methods: Vec<String>,
    /// Each failure takes one of these, each success gives back `TokenRatio`; below half of them nothing is tried again.
    pub max_tokens: u32,
    pub token_ratio: f64,
}

impl Default for RetryConf {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            initial_backoff: Millis::new(50),
            max_backoff: Millis::new(1000),
            methods: Vec::new(),
            max_tokens: 10,
            token_ratio: 0.1,
        }
    }
}

/// gRPC takes no more than five either (proposal A6).
fn attempts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        attempts @ 2..=5 => Ok(attempts),
        _ => Err(serde::de::Error::custom("expected 2 to 5")),
    }
}

/// How an instance is chosen for a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum BalancerName {
    /// The better of two.
    #[default]
    #[serde(rename = "p2c_ewma")]
    P2cEwma,
    /// The same one for the same key.
    #[serde(rename = "consistent_hash")]
    ConsistentHash,
}
