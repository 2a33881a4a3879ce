//! Keys that should be gone and are not, because Redis was away (go-zero: `core/stores/cache/cleaner.go`).

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Shared;
use super::backend::Backend;

/// Pauses before each new try after so many refusals; the last one stays.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_mins(1),
];

/// What is remembered at most, while Redis is away and rows change.
const MOST: usize = 100_000;

/// A replica that becomes the master may not have heard of what the last one did for so long.
const LAG: Duration = Duration::from_mins(1);

/// Nobody reads these keys: the values there are older than the database, or may become so.
#[derive(Debug)]
pub(super) struct Stale(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Since when, as [`Known::now`] counts.
    keys: HashMap<String, u64>,
    now: u64,
    /// Values of these are on their way to the cache, and may arrive after a deletion.
    held: HashSet<String>,
    /// Deleted, as far as Redis says; not kept where nothing can be in doubt.
    lately: VecDeque<(Instant, String)>,
    may_be_doubted: bool,
}

/// Of a deletion: what becomes stale after it has begun, stays so.
#[derive(Clone, Copy)]
pub(super) struct Begun(u64);

/// Of a value on its way. Whoever holds it deletes the value if it was overtaken, before letting go.
pub(super) struct Hold<'a> {
    stale: &'a Stale,
    key: &'a str,
}

impl Stale {
    /// For a cache outside the process, or inside it, where what is deleted is gone.
    pub(super) fn new(is_outside: bool) -> Self {
        Self(Mutex::new(Known {
            may_be_doubted: is_outside,
            ..Known::default()
        }))
    }

    pub(super) fn holds(&self, key: &str) -> bool {
        let known = self.known();
        known.keys.contains_key(key) || known.held.contains(key)
    }

    /// None if its deletion is still to come, or another value is on its way.
    pub(super) fn hold<'a>(&'a self, key: &'a str) -> Option<Hold<'a>> {
        let mut known = self.known();
        let is_free = !known.keys.contains_key(key) && known.held.insert(key.to_owned());
        // Made only where it is free: one that is dropped lets go.
        is_free.then(|| Hold { stale: self, key })
    }

    /// Whether these are the first ones, so that somebody has to start cleaning.
    pub(super) fn add(&self, keys: &[String]) -> bool {
        self.known().add(keys.iter().cloned())
    }

    /// Adds what was deleted lately; like [`Stale::add`], if there is any.
    pub(super) fn doubt(&self) -> Option<bool> {
        let mut known = self.known();
        known.drop_old();
        let lately = std::mem::take(&mut known.lately);
        let keys = lately.into_iter().map(|(_, key)| key);
        (keys.len() > 0).then(|| known.add(keys))
    }

    pub(super) fn begin(&self) -> Begun {
        Begun(self.known().now)
    }

    /// They have been deleted since.
    pub(super) fn deleted(&self, keys: &[String], begun: Begun) {
        let mut known = self.known();
        known.drop_old();
        for key in keys {
            if known.keys.get(key).is_some_and(|since| *since <= begun.0) {
                known.keys.remove(key);
            }
            if known.may_be_doubted && known.lately.len() < MOST {
                known.lately.push_back((Instant::now(), key.clone()));
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn some(&self) -> (Vec<String>, Begun) {
        let known = self.known();
        let keys = known.keys.keys().take(1000).cloned().collect();
        (keys, Begun(known.now))
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.stale.known().held.remove(self.key);
    }
}

impl Known {
    fn add(&mut self, keys: impl Iterator<Item = String>) -> bool {
        let is_first = self.keys.is_empty();
        self.now += 1;
        for key in keys {
            if self.keys.len() >= MOST && !self.keys.contains_key(&key) {
                tracing::error!("too many stale keys: some stay in the cache until they expire");
                break;
            }
            self.keys.insert(key, self.now);
        }
        is_first
    }

    fn drop_old(&mut self) {
        while (self.lately.front()).is_some_and(|(at, _)| at.elapsed() > LAG) {
            self.lately.pop_front();
        }
    }
}

/// Tries to delete them until there are none.
pub(super) async fn clean(shared: Arc<Shared>) {
    let mut refusals = 0;
    loop {
        tokio::time::sleep(PAUSES[refusals.min(PAUSES.len() - 1)]).await;
        loop {
            let (keys, begun) = shared.stale.some();
            if keys.is_empty() {
                return;
            }
            if let Err(error) = shared.backend.delete(&keys).await {
                // One that is away is hardly ever asked, so that this may be tried often: nothing is read from the cache
                // until it is done.
                let is_refused = Backend::was_refused(&error);
                refusals = if is_refused { refusals + 1 } else { 0 };
                break;
            }
            shared.flights.divert(&keys);
            shared.stale.deleted(&keys, begun);
            refusals = 0;
        }
    }
}
