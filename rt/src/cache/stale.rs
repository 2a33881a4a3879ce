//! Keys that should be gone and are not, because Redis was away (go-zero: `core/stores/cache/cleaner.go`).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Shared;

/// Pauses before each new try; the last one stays.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_mins(1),
];

/// What is remembered at most, while Redis is away and rows change.
const MOST: usize = 100_000;

/// Nobody reads these keys: the values there are older than the database.
#[derive(Debug, Default)]
pub(super) struct Stale(Mutex<HashSet<String>>);

impl Stale {
    pub(super) fn holds(&self, key: &str) -> bool {
        self.keys().contains(key)
    }

    /// Whether these are the first ones, so that somebody has to start cleaning.
    pub(super) fn add(&self, keys: &[String]) -> bool {
        let mut known = self.keys();
        let is_first = known.is_empty();
        for key in keys {
            if known.len() >= MOST && !known.contains(key) {
                tracing::error!("too many stale keys: some stay in the cache until they expire");
                break;
            }
            known.insert(key.clone());
        }
        is_first
    }

    pub(super) fn forget(&self, keys: &[String]) {
        let mut known = self.keys();
        for key in keys {
            known.remove(key);
        }
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn some(&self) -> Vec<String> {
        self.keys().iter().take(1000).cloned().collect()
    }
}

/// Tries to delete them until there are none.
pub(super) async fn clean(shared: Arc<Shared>) {
    let mut tries = 0;
    loop {
        tokio::time::sleep(PAUSES[tries.min(PAUSES.len() - 1)]).await;
        tries += 1;
        loop {
            let keys = shared.stale.some();
            if keys.is_empty() {
                return;
            }
            if shared.backend.delete(&keys).await.is_err() {
                break;
            }
            shared.flights.divert(&keys);
            shared.stale.forget(&keys);
            tries = 0;
        }
    }
}
