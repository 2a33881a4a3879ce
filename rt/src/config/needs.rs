//! Keys that need a feature of this crate: where it is not built in, the configuration says so, with the key, instead
//! of ignoring it.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::redis::RedisType;

/// The path of a file for TLS; empty, as `${CERT_FILE:-}` gives, is none.
pub(super) fn tls_file<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<PathBuf>, D::Error> {
    let path = Option::<String>::deserialize(deserializer)?.filter(|path| !path.is_empty());
    if path.is_some() {
        check::<D>(cfg!(feature = "tls"), "tls")?;
    }
    Ok(path.map(PathBuf::from))
}

/// A switch that concerns TLS.
pub(super) fn tls_switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let is_on = bool::deserialize(deserializer)?;
    if is_on {
        check::<D>(cfg!(feature = "tls"), "tls")?;
    }
    Ok(is_on)
}

/// A section that concerns TLS.
pub(super) fn tls_section<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let section = Option::<T>::deserialize(deserializer)?;
    if section.is_some() {
        check::<D>(cfg!(feature = "tls"), "tls")?;
    }
    Ok(section)
}

/// The switch of the layer.
pub(super) fn gunzip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let is_on = bool::deserialize(deserializer)?;
    if is_on {
        check::<D>(cfg!(feature = "gunzip"), "gunzip")?;
    }
    Ok(is_on)
}

/// The servers of Redis; empty, as `${REDIS_TYPE:-}` gives, is one.
pub(super) fn redis_type<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<RedisType, D::Error> {
    let name = String::deserialize(deserializer)?;
    match name.as_str() {
        "" | "node" => Ok(RedisType::Node),
        "sentinel" => Ok(RedisType::Sentinel),
        "cluster" => {
            check::<D>(cfg!(feature = "redis-cluster"), "redis-cluster")?;
            Ok(RedisType::Cluster)
        }
        _ => Err(serde::de::Error::custom(
            "expected `node`, `cluster` or `sentinel`",
        )),
    }
}

/// A section for Redis.
pub(super) fn redis_section<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let section = Option::<T>::deserialize(deserializer)?;
    if section.is_some() {
        check::<D>(cfg!(feature = "redis"), "redis")?;
    }
    Ok(section)
}

fn check<'de, D: Deserializer<'de>>(is_there: bool, feature: &str) -> Result<(), D::Error> {
    if is_there {
        return Ok(());
    }
    Err(serde::de::Error::custom(format!(
        "needs the feature `{feature}` of zgen-rt; add it in the Cargo.toml of this crate: \
         `zgen-rt = {{ .., features = [.., \"{feature}\"] }}`"
    )))
}
