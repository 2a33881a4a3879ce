//! A cache of JSON values: Redis, or inside the process while there is none. A cache that fails makes a
//! service slower, never wrong: errors are logged and count as a miss.
//!
//! Rows are kept beside their table as go-zero keeps them (`core/stores/cache/cachenode.go`): see [`Cache::take`].

mod aside;
mod backend;
mod flight;
#[cfg(feature = "redis")]
mod redis;
mod stale;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::aside::Cached;
use self::backend::Backend;
use self::flight::Flights;
pub use self::flight::Mark;
use self::stale::Stale;
use crate::config::CacheConf;
use crate::metrics;
use crate::telemetry::instruments::Operation;
use crate::trace::{Span, attr};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cache {
    shared: Arc<Shared>,
    /// Inside a transaction: keys to delete once it is committed.
    pending: Option<Arc<Mutex<Vec<String>>>>,
    /// Nothing is read or written.
    is_off: bool,
}

#[derive(Debug)]
struct Shared {
    backend: Backend,
    flights: Flights,
    stale: Stale,
}

impl Cache {
    /// Redis if a section says where, else inside the process. Connects on first use.
    pub fn new(conf: Option<&CacheConf>) -> anyhow::Result<Self> {
        let backend = match conf {
            None => Backend::local(),
            #[cfg(feature = "redis")]
            Some(conf) => redis::backend(conf)?,
            #[cfg(not(feature = "redis"))]
            Some(_) => {
                anyhow::bail!("Redis: this service is built without the feature `redis` of zgen-rt")
            }
        };
        Ok(Self::over(backend, conf.is_some()))
    }

    /// One that keeps nothing: every read goes to the database.
    pub fn none() -> Self {
        Self {
            is_off: true,
            ..Self::over(Backend::local(), false)
        }
    }

    fn over(backend: Backend, is_outside: bool) -> Self {
        let shared = Shared {
            flights: Flights::default(),
            stale: Stale::new(is_outside),
            backend,
        };
        Self {
            shared: Arc::new(shared),
            pending: None,
            is_off: false,
        }
    }

    /// Reads a value; a client span of this name shows it.
    pub async fn get<T: DeserializeOwned>(&self, name: &'static str, key: &str) -> Option<T> {
        if self.is_off {
            return None;
        }
        let text = self.read(name, key).await?;
        // A value of an older shape is a miss.
        serde_json::from_str(&text).ok()
    }

    /// Writes a value that expires after `ttl`; a client span of this name shows it.
    pub async fn set<T: Serialize>(&self, name: &'static str, key: &str, value: &T, ttl: Duration) {
        if self.is_off {
            return;
        }
        match serde_json::to_string(value) {
            // Its deletion is still to come.
            Ok(_) if self.shared.stale.holds(key) => {}
            Ok(text) => {
                let set = self.shared.backend.set(key, text, ttl, false);
                // Why not, says whoever looks for Redis.
                let _ = self.observed(name, "SET", set).await;
            }
            Err(error) => {
                let failed = std::future::ready(Err::<(), _>(error.into()));
                if let Err(error) = self.observed(name, "SET", failed).await {
                    tracing::warn!(%error, "cache write failed");
                }
            }
        }
    }

    /// Deletes values; a client span of this name shows it. What cannot be deleted now is deleted later, and not read
    /// until then.
    pub async fn delete(&self, name: &'static str, keys: &[String]) {
        if self.is_off {
            return;
        }
        if let Some(pending) = &self.pending {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.extend(keys.iter().cloned());
            return;
        }
        let shared = &self.shared;
        // Twice: who reads meanwhile may still find the old value, who reads afterwards must not be given it.
        shared.flights.divert(keys);
        let begun = shared.stale.begin();
        let delete = shared.backend.delete(keys);
        match self.observed(name, "DEL", delete).await {
            Ok(()) => shared.stale.deleted(keys, begun),
            Err(_) => self.delete_later(keys),
        }
        shared.flights.divert(keys);
    }

    /// Nobody reads these until they are deleted, which is tried again and again.
    fn delete_later(&self, keys: &[String]) {
        if self.is_off {
            return;
        }
        if let Some(pending) = &self.pending {
            let mut pending = pending.lock().unwrap_or_else(PoisonError::into_inner);
            pending.extend(keys.iter().cloned());
            return;
        }
        let is_first = self.shared.stale.add(keys);
        self.shared.flights.divert(keys);
        self.clean(is_first);
    }

    /// What was deleted a moment ago is deleted once more, and not read until then: a Redis that fails may come back, or
    /// be followed by another one, with what it had before.
    fn doubt(&self) {
        if let Some(is_first) = self.shared.stale.doubt() {
            self.clean(is_first);
        }
    }

    fn clean(&self, is_first: bool) {
        if is_first && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(stale::clean(Arc::clone(&self.shared)));
        }
    }

    /// The same cache for a transaction: it reads past it, and what is written or deleted is deleted by
    /// [`Cache::settle`].
    #[must_use]
    pub fn deferred(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            pending: Some(Arc::default()),
            is_off: self.is_off,
        }
    }

    /// Commits a transaction and deletes what it has changed, also when the caller goes away meanwhile.
    #[cfg_attr(not(feature = "sql"), allow(dead_code))]
    pub(crate) async fn settle<T, E>(
        self,
        commit: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let mut keys = match &self.pending {
            Some(pending) => {
                std::mem::take(&mut *pending.lock().unwrap_or_else(PoisonError::into_inner))
            }
            None => Vec::new(),
        };
        keys.sort();
        keys.dedup();
        let outside = Self {
            shared: Arc::clone(&self.shared),
            pending: None,
            is_off: self.is_off,
        };
        if keys.is_empty() {
            commit.await
        } else {
            outside.changing(keys, commit).await
        }
    }

    async fn read(&self, name: &'static str, key: &str) -> Option<String> {
        if self.shared.stale.holds(key) {
            metrics::cache_read("miss");
            return None;
        }
        let get = self.shared.backend.get(key);
        let found = self.observed(name, "GET", get).await;
        metrics::cache_read(match &found {
            Ok(Some(_)) => "hit",
            Ok(None) => "miss",
            Err(_) => "fail",
        });
        // Why not, says whoever looks for Redis.
        found.ok().flatten()
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
        let system = self.shared.backend.system();
        if span.is_recording() {
            span.set(attr::DB_OPERATION_NAME, Cow::Borrowed(operation));
            span.set(attr::DB_SYSTEM_NAME, Cow::Borrowed(system));
            if let Some(database) = self.shared.backend.database() {
                span.set(attr::DB_NAMESPACE, database);
            }
            if let Some((host, port)) = self.shared.backend.server() {
                span.set(attr::SERVER_ADDRESS, host);
                span.set(attr::SERVER_PORT, port);
            }
        }
        let done = span.scope(work).await;
        let error = done.as_ref().err().map(error_type);
        if let Some(error) = error {
            span.fail_with(error);
            // The server that answers next may have been told less than this one.
            self.doubt();
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
}

fn error_type(error: &anyhow::Error) -> &'static str {
    if error.is::<serde_json::Error>() {
        "serialization"
    } else {
        "connection"
    }
}
