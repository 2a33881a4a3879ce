//! What one listener grants to connections (go-zero has the server's defaults of Go, and no keys for them).

#[cfg(any(feature = "http", feature = "rpc-server"))]
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::conf::Millis;

/// The limits of a listener; `Limits` in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsConf {
    /// For the head of the first request; 0 is none.
    pub header_timeout: Millis,
    /// Without a request under way; 0 is none.
    pub idle_timeout: Millis,
    /// All headers of a request together.
    pub max_header_bytes: u32,
    /// Requests at one time on one HTTP/2 connection.
    pub max_streams: u32,
    /// At one time; further ones wait to be accepted. 0 is no limit.
    pub max_connections: usize,
}

/// A gateway's: as Go's server, but for the time that a proxy in front may keep a connection (nginx's 75 s).
const REST: LimitsConf = LimitsConf {
    header_timeout: Millis::new(10_000),
    idle_timeout: Millis::new(75_000),
    max_header_bytes: 65_536,
    max_streams: 250,
    max_connections: 0,
};

/// A service's: callers have one connection for all of their calls, make it before the first, and keep it (go-zero: `MaxConnectionIdle` of five
/// minutes, `zrpc/internal/server.go`).
const RPC: LimitsConf = LimitsConf {
    header_timeout: Millis::new(300_000),
    idle_timeout: Millis::new(300_000),
    max_header_bytes: 65_536,
    max_streams: 1024,
    max_connections: 0,
};

pub(super) fn of_rest() -> LimitsConf {
    REST
}

pub(super) fn of_rpc() -> LimitsConf {
    RPC
}

pub(super) fn rest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LimitsConf, D::Error> {
    Ok(Written::deserialize(deserializer)?.over(REST))
}

pub(super) fn rpc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LimitsConf, D::Error> {
    Ok(Written::deserialize(deserializer)?.over(RPC))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Written {
    header_timeout: Option<Millis>,
    idle_timeout: Option<Millis>,
    #[serde(deserialize_with = "header_bytes")]
    max_header_bytes: Option<u32>,
    #[serde(deserialize_with = "streams")]
    max_streams: Option<u32>,
    max_connections: Option<usize>,
}

impl Written {
    fn over(self, defaults: LimitsConf) -> LimitsConf {
        LimitsConf {
            header_timeout: self.header_timeout.unwrap_or(defaults.header_timeout),
            idle_timeout: self.idle_timeout.unwrap_or(defaults.idle_timeout),
            max_header_bytes: self.max_header_bytes.unwrap_or(defaults.max_header_bytes),
            max_streams: self.max_streams.unwrap_or(defaults.max_streams),
            max_connections: self.max_connections.unwrap_or(defaults.max_connections),
        }
    }
}

/// The HTTP/1 reader takes no buffer that is smaller.
fn header_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let bytes = Option::<u32>::deserialize(deserializer)?;
    if bytes.is_some_and(|bytes| bytes < 8192) {
        return Err(serde::de::Error::custom("expected 8192 or more"));
    }
    Ok(bytes)
}

fn streams<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let streams = Option::<u32>::deserialize(deserializer)?;
    if streams == Some(0) {
        return Err(serde::de::Error::custom("expected 1 or more"));
    }
    Ok(streams)
}

impl LimitsConf {
    /// Long enough to mean never.
    #[cfg(any(feature = "http", feature = "rpc-server"))]
    const NEVER: Duration = Duration::from_hours(365 * 24);

    #[cfg(any(feature = "http", feature = "rpc-server"))]
    pub(crate) fn first(&self) -> Duration {
        self.header_timeout.limit().unwrap_or(Self::NEVER)
    }

    #[cfg(any(feature = "http", feature = "rpc-server"))]
    pub(crate) fn idle(&self) -> Duration {
        self.idle_timeout.limit().unwrap_or(Self::NEVER)
    }
}
