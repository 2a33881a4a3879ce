//! Rows in the cache, beside their table.

use std::time::Duration;

use rand::Rng as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Cache;
use super::backend::Backend;
use super::flight::{Found, Mark, Role};

/// How long a row stays (go-zero: `core/stores/cache/cacheopt.go`).
const EXPIRY: Duration = Duration::from_hours(7 * 24);
/// How long it is remembered that there is no row.
const NOTHING_EXPIRY: Duration = Duration::from_mins(1);
/// What stands where there is no row.
const NOTHING: &str = "*";

/// A row with a place in the cache.
pub trait Cached: Serialize + DeserializeOwned {
    /// Whether equal keys are always written alike. Texts are not: to a database, `A` may be `a`.
    const IS_EXACT: bool;

    fn cache_key(&self) -> String;
}

impl Cache {
    /// The row of this key: from the cache, or else by `load`, which the cache then keeps. However many ask at once, one
    /// asks the database. That there is no row is kept, too, for a minute, so that wrong keys do not reach the database.
    pub async fn take<R: Cached, E, F: Future<Output = Result<Option<R>, E>>>(
        &self,
        key: &str,
        load: impl FnOnce() -> F,
    ) -> Result<Option<R>, E> {
        self.aside(key, load, |row| row.cache_key() == key, R::IS_EXACT)
            .await
    }

    /// The same for a hint at a row, such as its key by another one: to be checked against the row.
    pub async fn hint<T, E, F: Future<Output = Result<Option<T>, E>>>(
        &self,
        key: &str,
        load: impl FnOnce() -> F,
    ) -> Result<Option<T>, E>
    where
        T: Serialize + DeserializeOwned,
    {
        self.aside(key, load, |_| true, false).await
    }

    /// Before a row is inserted, for [`Cache::put`].
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.shared.flights.mark()
    }

    /// Keeps a row that has been inserted since, unless somebody has changed it already.
    pub async fn put<R: Cached>(&self, row: &R, since: Mark) {
        let key = row.cache_key();
        let text = match self.pending {
            None if !self.is_off => serde_json::to_string(row).ok(),
            _ => None,
        };
        let is_kept = match text {
            Some(text) => self.keep(&key, since, text, EXPIRY).await,
            None => false,
        };
        let keys = [key];
        if is_kept {
            // Whoever asked before may have found that there is none.
            self.shared.flights.divert(&keys);
        } else {
            self.delete("DeleteCache", &keys).await;
        }
    }

    /// Runs a query that changes or deletes the rows of these keys, and forgets them: also when the query fails, for it may
    /// have been executed all the same, and when the caller goes away in the middle.
    pub async fn changing<T>(
        &self,
        keys: impl Into<Vec<String>>,
        query: impl Future<Output = T>,
    ) -> T {
        let unfinished = Unfinished {
            cache: self,
            keys: keys.into(),
        };
        let result = query.await;
        self.delete("DeleteCache", &unfinished.keys).await;
        unfinished.finish();
        result
    }

    async fn aside<T, E, F: Future<Output = Result<Option<T>, E>>>(
        &self,
        key: &str,
        load: impl FnOnce() -> F,
        belongs: impl FnOnce(&T) -> bool,
        keeps_nothing: bool,
    ) -> Result<Option<T>, E>
    where
        T: Serialize + DeserializeOwned,
    {
        // A transaction sees what nobody else does.
        if self.is_off || self.pending.is_some() {
            return load().await;
        }
        let flight = loop {
            let mut found = match self.shared.flights.join(key) {
                Role::Leader(flight) => break flight,
                Role::Follower(found) => found,
            };
            let landed = found.wait_for(|found| !matches!(found, Found::NotYet));
            let landed = landed.await.map(|found| found.clone());
            return match landed {
                Ok(Found::Nothing) => Ok(None),
                Ok(Found::Value(text)) => match serde_json::from_str(&text) {
                    Ok(value) => Ok(Some(value)),
                    Err(_) => load().await,
                },
                Ok(Found::NotYet | Found::Failed) => load().await,
                // The caller of the one that was waited for has gone away.
                Err(_) => continue,
            };
        };
        match self.read("ReadCache", key).await {
            Some(text) if text == NOTHING => {
                flight.land(Found::Nothing);
                return Ok(None);
            }
            Some(text) => {
                // A value of an older shape is a miss.
                if let Ok(value) = serde_json::from_str(&text) {
                    flight.land(Found::Value(text.into()));
                    return Ok(Some(value));
                }
            }
            None => {}
        }
        let loaded = load().await;
        // Whoever waits, or reads the cache, is told what a write by this key would take back; by another spelling of it, or
        // of a row that is still to come, none would.
        let (found, ttl) = match &loaded {
            Ok(Some(value)) if belongs(value) => match serde_json::to_string(value) {
                Ok(text) => (Found::Value(text.into()), EXPIRY),
                Err(_) => (Found::Failed, EXPIRY),
            },
            Ok(None) if keeps_nothing => (Found::Nothing, NOTHING_EXPIRY),
            _ => (Found::Failed, EXPIRY),
        };
        flight.land(found.clone());
        let text = match found {
            Found::Value(text) => text.to_string(),
            Found::Nothing => NOTHING.to_owned(),
            Found::NotYet | Found::Failed => return loaded,
        };
        self.keep(key, flight.begun(), text, ttl).await;
        loaded
    }

    /// Writes what was so at a moment, unless it may have changed since; answers whether it is written. A change does not
    /// wait for this: until it is known what has become of the value, nobody reads it.
    async fn keep(&self, key: &str, since: Mark, text: String, ttl: Duration) -> bool {
        let shared = &self.shared;
        let Some(_hold) = shared.stale.hold(key) else {
            return false;
        };
        // Only now: what changes from here on is seen afterwards.
        if shared.flights.has_changed(key, since) {
            return false;
        }
        let unfinished = Unfinished {
            cache: self,
            keys: vec![key.to_owned()],
        };
        // Somebody else may have inserted the row since.
        let only_new = text == NOTHING;
        let set = shared.backend.set(key, text, unstable(ttl), only_new);
        let done = self.observed("UpdateCache", "SET", set).await;
        match &done {
            Ok(()) if shared.flights.has_changed(key, since) => {
                self.delete("DeleteCache", &unfinished.keys).await;
            }
            // It may still be executed, against all order.
            Err(error) if Backend::was_sent(error) => return false,
            _ => {}
        }
        unfinished.finish();
        done.is_ok()
    }
}

/// Keys that are to be deleted, whatever happens.
struct Unfinished<'a> {
    cache: &'a Cache,
    keys: Vec<String>,
}

impl Unfinished<'_> {
    fn finish(mut self) {
        self.keys.clear();
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            self.cache.delete_later(&self.keys);
        }
    }
}

/// Up to a twentieth more or less, so that what was read together does not expire together.
fn unstable(ttl: Duration) -> Duration {
    ttl.mul_f64(rand::rng().random_range(0.95..=1.05))
}
