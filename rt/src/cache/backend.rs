//! Where the values are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Entries that the cache inside the process keeps at most.
const MAX_LOCAL_ENTRIES: usize = 10_000;

/// A longer life is cut to this: clocks and Redis overflow.
const MAX_TTL: Duration = Duration::from_hours(100 * 365 * 24);

pub(super) enum Backend {
    Local(Arc<Mutex<HashMap<String, Entry>>>),
    #[cfg(feature = "redis")]
    Redis(super::redis::Redis),
}

pub(super) struct Entry {
    expires: Instant,
    text: String,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(_) => f.write_str("Local"),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => f.debug_tuple("Redis").field(&redis.server()).finish(),
        }
    }
}

// Without Redis nothing is awaited.
#[cfg_attr(not(feature = "redis"), allow(clippy::unused_async))]
impl Backend {
    pub(super) fn local() -> Self {
        Self::Local(Arc::default())
    }

    pub(super) fn system(&self) -> &'static str {
        match self {
            Self::Local(_) => "memory",
            #[cfg(feature = "redis")]
            Self::Redis(_) => "redis",
        }
    }

    /// Host and port, where they are known.
    pub(super) fn server(&self) -> Option<(String, u16)> {
        match self {
            Self::Local(_) => None,
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.server(),
        }
    }

    pub(super) fn database(&self) -> Option<&str> {
        match self {
            Self::Local(_) => None,
            #[cfg(feature = "redis")]
            Self::Redis(redis) => Some(redis.database()),
        }
    }

    /// Whether a command that failed may be executed all the same, once Redis goes on.
    pub(super) fn was_sent(error: &anyhow::Error) -> bool {
        #[cfg(feature = "redis")]
        return error.is::<redis::RedisError>();
        #[cfg(not(feature = "redis"))]
        {
            let _ = error;
            false
        }
    }

    /// Whether Redis is there and will not do this, so that soon again is of no use.
    pub(super) fn was_refused(error: &anyhow::Error) -> bool {
        #[cfg(feature = "redis")]
        return error
            .downcast_ref()
            .is_some_and(|error| !crate::redis_client::is_away(error));
        #[cfg(not(feature = "redis"))]
        {
            let _ = error;
            false
        }
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<String>> {
        match self {
            Self::Local(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                match entries.get(key) {
                    Some(entry) if entry.expires > Instant::now() => Ok(Some(entry.text.clone())),
                    Some(_) => {
                        entries.remove(key);
                        Ok(None)
                    }
                    None => Ok(None),
                }
            }
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.get(key).await,
        }
    }

    pub(super) async fn set(
        &self,
        key: &str,
        text: String,
        ttl: Duration,
        only_new: bool,
    ) -> anyhow::Result<()> {
        let ttl = ttl.min(MAX_TTL);
        match self {
            Self::Local(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                let now = Instant::now();
                if entries.len() >= MAX_LOCAL_ENTRIES {
                    entries.retain(|_, entry| entry.expires > now);
                }
                let known = entries.get(key);
                let is_taken = only_new && known.is_some_and(|entry| entry.expires > now);
                // In a full cache, too, an old value must not outlive a new one.
                if !is_taken && (entries.len() < MAX_LOCAL_ENTRIES || entries.contains_key(key)) {
                    let expires = now + ttl;
                    entries.insert(key.to_owned(), Entry { expires, text });
                }
                Ok(())
            }
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.set(key, text, ttl, only_new).await,
        }
    }

    pub(super) async fn delete(&self, keys: &[String]) -> anyhow::Result<()> {
        match self {
            Self::Local(entries) => {
                let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                for key in keys {
                    entries.remove(key);
                }
                Ok(())
            }
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.delete(keys).await,
        }
    }
}
