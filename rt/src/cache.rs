//! A cache of JSON values: Redis, or inside the process while there is none. A cache that fails makes a
//! service slower, never wrong: errors are logged and count as a miss.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::CacheConf;
use crate::trace::{Span, attr};

/// Entries that the cache inside the process keeps at most.
const MAX_LOCAL_ENTRIES: usize = 10_000;

/// A longer life is cut to this: clocks and Redis overflow.
const MAX_TTL: Duration = Duration::from_hours(100 * 365 * 24);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache(Backend);

#[derive(Clone)]
enum Backend {
    Local(Arc<Mutex<HashMap<String, (Instant, String)>>>),
    #[cfg(feature = "redis")]
    Redis {
        connection: redis::aio::ConnectionManager,
        host: String,
    },
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(_) => f.write_str("Local"),
            #[cfg(feature = "redis")]
            Self::Redis { host, .. } => f.debug_struct("Redis").field("host", host).finish(),
        }
    }
}

impl Cache {
    /// Redis if a section says where, else inside the process. Connects on first use.
    pub fn new(conf: Option<&CacheConf>) -> anyhow::Result<Self> {
        match conf {
            None => Ok(Self(Backend::Local(Arc::default()))),
            #[cfg(feature = "redis")]
            Some(conf) => redis_backend(conf).map(Self),
            #[cfg(not(feature = "redis"))]
            Some(_) => {
                anyhow::bail!("Redis: this service is built without the feature `redis` of zgen-rt")
            }
        }
    }

    /// Reads a value; a client span of this name shows it.
    pub async fn get<T: DeserializeOwned>(&self, name: &'static str, key: &str) -> Option<T> {
        let span = self.span(name, "GET");
        let text = match span.scope(self.get_text(key)).await {
            Ok(text) => text?,
            Err(error) => {
                span.fail_with(error_type(&error));
                tracing::warn!(%error, "cache read failed");
                return None;
            }
        };
        // A value of an older shape is a miss.
        serde_json::from_str(&text).ok()
    }

    /// Writes a value that expires after `ttl`; a client span of this name shows it.
    pub async fn set<T: Serialize>(&self, name: &'static str, key: &str, value: &T, ttl: Duration) {
        let span = self.span(name, "SET");
        let written = match serde_json::to_string(value) {
            Ok(text) => span.scope(self.set_text(key, text, ttl)).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = written {
            span.fail_with(error_type(&error));
            tracing::warn!(%error, "cache write failed");
        }
    }

    fn span(&self, name: &'static str, operation: &'static str) -> Span {
        let span = Span::client(name);
        if span.is_recording() {
            span.set(attr::DB_OPERATION_NAME, operation);
            match &self.0 {
                Backend::Local(_) => span.set(attr::DB_SYSTEM_NAME, "memory"),
                #[cfg(feature = "redis")]
                Backend::Redis { host, .. } => {
                    span.set(attr::DB_SYSTEM_NAME, "redis");
                    span.set(attr::SERVER_ADDRESS, host.as_str());
                }
            }
        }
        span
    }

    // Without Redis nothing is awaited.
    #[cfg_attr(not(feature = "redis"), allow(clippy::unused_async))]
    async fn get_text(&self, key: &str) -> anyhow::Result<Option<String>> {
        match &self.0 {
            Backend::Local(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                match entries.get(key) {
                    Some((expires, text)) if *expires > Instant::now() => Ok(Some(text.clone())),
                    Some(_) => {
                        entries.remove(key);
                        Ok(None)
                    }
                    None => Ok(None),
                }
            }
            #[cfg(feature = "redis")]
            Backend::Redis { connection, .. } => {
                let mut connection = connection.clone();
                Ok(redis::AsyncCommands::get(&mut connection, key).await?)
            }
        }
    }

    #[cfg_attr(not(feature = "redis"), allow(clippy::unused_async))]
    async fn set_text(&self, key: &str, text: String, ttl: Duration) -> anyhow::Result<()> {
        let ttl = ttl.min(MAX_TTL);
        match &self.0 {
            Backend::Local(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                if entries.len() >= MAX_LOCAL_ENTRIES {
                    let now = Instant::now();
                    entries.retain(|_, (expires, _)| *expires > now);
                }
                // In a full cache, too, an old value must not outlive a new one.
                if entries.len() < MAX_LOCAL_ENTRIES || entries.contains_key(key) {
                    entries.insert(key.to_owned(), (Instant::now() + ttl, text));
                }
                Ok(())
            }
            #[cfg(feature = "redis")]
            Backend::Redis { connection, .. } => {
                let mut connection = connection.clone();
                let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
                let command = match millis {
                    // Redis refuses it; what was there is over all the same.
                    0 => redis::Cmd::del(key),
                    _ => redis::Cmd::pset_ex(key, text, millis),
                };
                Ok(command.exec_async(&mut connection).await?)
            }
        }
    }
}

fn error_type(error: &anyhow::Error) -> &'static str {
    if error.is::<serde_json::Error>() {
        "serialization"
    } else {
        "connection"
    }
}

#[cfg(feature = "redis")]
fn redis_backend(conf: &CacheConf) -> anyhow::Result<Backend> {
    let host = conf
        .host
        .rsplit_once(':')
        .map_or(&*conf.host, |(host, _)| host);
    Ok(Backend::Redis {
        connection: crate::redis_client::connect(conf)?,
        host: host.to_owned(),
    })
}
