//! A cache of JSON values: Redis, or inside the process while there is none. A cache that fails makes a
//! service slower, never wrong: errors are logged and count as a miss.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::CacheConf;
use crate::metrics;
use crate::telemetry::instruments::Operation;
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
        let read = self.observed(name, "GET", self.get_text(key)).await;
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(%error, "cache read failed");
                metrics::cache_read("fail");
                return None;
            }
        };
        // A value of an older shape is a miss.
        let value = text.and_then(|text| serde_json::from_str(&text).ok());
        metrics::cache_read(if value.is_some() { "hit" } else { "miss" });
        value
    }

    /// Writes a value that expires after `ttl`; a client span of this name shows it.
    pub async fn set<T: Serialize>(&self, name: &'static str, key: &str, value: &T, ttl: Duration) {
        let text = serde_json::to_string(value);
        let write = async { self.set_text(key, text?, ttl).await };
        if let Err(error) = self.observed(name, "SET", write).await {
            tracing::warn!(%error, "cache write failed");
        }
    }

    /// Runs a command inside its span, and counts it.
    async fn observed<T>(
        &self,
        name: &'static str,
        operation: &'static str,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let started = Instant::now();
        let span = Span::client(name);
        let system = self.describe(&span, operation);
        let done = span.scope(work).await;
        let error = done.as_ref().err().map(error_type);
        if let Some(error) = error {
            span.fail_with(error);
        }
        let operation = Operation {
            system,
            name: operation,
            table: None,
            database: None,
        };
        metrics::stored(operation, error, started.elapsed(), span.recorded_trace());
        done
    }

    /// Says which system it is.
    fn describe(&self, span: &Span, operation: &'static str) -> &'static str {
        let system = match &self.0 {
            Backend::Local(_) => "memory",
            #[cfg(feature = "redis")]
            Backend::Redis { host, .. } => {
                span.set(attr::SERVER_ADDRESS, host.as_str());
                "redis"
            }
        };
        span.set(attr::DB_SYSTEM_NAME, system);
        span.set(attr::DB_OPERATION_NAME, operation);
        system
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
    use anyhow::Context as _;
    use redis::aio::{ConnectionManager, ConnectionManagerConfig};

    anyhow::ensure!(
        conf.r#type == "node",
        "Redis.Type: only `node` is supported, not `{}`",
        conf.r#type
    );
    let (host, port) = conf.host.rsplit_once(':').unwrap_or((&conf.host, "6379"));
    let port = port.parse().context("Redis.Host: expected `host:port`")?;
    let mut settings = redis::RedisConnectionInfo::default();
    // Empty is what `${REDIS_PASS:-}` gives, and no password.
    if let Some(password) = conf.pass.as_deref().filter(|pass| !pass.is_empty()) {
        settings = settings.set_password(password);
    }
    let info =
        redis::IntoConnectionInfo::into_connection_info((host, port))?.set_redis_settings(settings);
    let client = redis::Client::open(info)?;
    // Short: while Redis is away, requests go past it.
    let timeouts = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(Duration::from_millis(500)))
        .set_response_timeout(Some(Duration::from_millis(500)));
    let connection = ConnectionManager::new_lazy_with_config(client, timeouts)?;
    Ok(Backend::Redis {
        connection,
        host: host.to_owned(),
    })
}
