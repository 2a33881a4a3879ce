//! How often callers may call (go-zero has it as `core/limit`, to be called by hand).

use http::HeaderName;
use serde::{Deserialize, Deserializer};

use super::conf::{Millis, millis};
use super::needs;
use super::redis::CacheConf;

/// Off without the section; `RateLimit` in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RateLimitConf {
    /// Calls of all routes or methods together, in each `Period`; without it, only `Routes` have limits.
    #[serde(default)]
    pub rate: Option<Rate>,
    #[serde(default = "millis::<1000>")]
    pub period: Millis,
    /// At once, after a time without calls; by default as many as `Rate`.
    #[serde(default)]
    pub burst: Option<Rate>,
    /// Who shares a limit.
    #[serde(default)]
    pub by: By,
    /// Of single routes or methods, besides the one of all.
    #[serde(default, alias = "Methods")]
    pub routes: Vec<RouteRateConf>,
    /// Counts for all instances together, at keys that begin with its `Key`.
    #[serde(default, deserialize_with = "needs::redis_section")]
    pub redis: Option<CacheConf>,
}

/// The limit of one route or method.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteRateConf {
    /// `POST /api/v1/orders/:id`, of any method without one; `/order.Order/CreateOrder`.
    #[serde(alias = "FullMethod")]
    pub route: String,
    pub rate: Rate,
    #[serde(default = "millis::<1000>")]
    pub period: Millis,
    #[serde(default)]
    pub burst: Option<Rate>,
    #[serde(default)]
    pub by: By,
}

/// A count of at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(u32);

impl Rate {
    #[cfg(any(feature = "http", feature = "rpc-server"))]
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            0 => Err(serde::de::Error::custom("expected 1 or more")),
            count => Ok(Self(count)),
        }
    }
}

/// Whose calls are counted together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    All,
    /// The address at the other end of the connection: a proxy's, where there is one.
    Address,
    /// A header that a proxy or an earlier layer vouches for; without it, the address.
    Header(HeaderName),
}

impl<'de> Deserialize<'de> for By {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?.to_ascii_lowercase();
        let header = text.strip_prefix("header:").map(str::trim);
        match (text.as_str(), header.map(str::parse)) {
            ("all", _) => Ok(Self::All),
            ("address", _) => Ok(Self::Address),
            (_, Some(Ok(name))) => Ok(Self::Header(name)),
            _ => Err(serde::de::Error::custom(
                "expected `all`, `address` or `header:X-Some-Name`",
            )),
        }
    }
}
