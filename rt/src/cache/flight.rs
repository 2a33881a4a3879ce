//! Reads on their way: one at a time for each key, the others wait for what it finds.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What a read has found.
#[derive(Debug, Clone)]
pub(super) enum Found {
    NotYet,
    /// As JSON.
    Value(Arc<str>),
    Nothing,
    /// Nobody knows; everyone asks for themselves.
    Failed,
}

type ByKey = HashMap<String, watch::Receiver<Found>>;

/// Keys share places, so that one may seem to have changed that has not: it is then not kept.
const PLACES: usize = 4096;

#[derive(Debug)]
pub(super) struct Flights {
    known: Mutex<Known>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Known {
    by_key: ByKey,
    /// Changes so far.
    now: u64,
    /// The last one at each place.
    changed: Box<[u64]>,
}

/// A moment: what is changed after it is known to be.
#[derive(Debug, Clone, Copy)]
pub struct Mark(u64);

pub(super) enum Role<'a> {
    Leader(Flight<'a>),
    Follower(watch::Receiver<Found>),
}

/// The read that the others wait for. When it is dropped, whoever still waits starts over.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    key: &'a str,
    found: watch::Sender<Found>,
    begun: Mark,
}

impl Default for Flights {
    fn default() -> Self {
        let known = Known {
            by_key: ByKey::default(),
            now: 0,
            changed: vec![0; PLACES].into(),
        };
        Self {
            known: Mutex::new(known),
            hasher: RandomState::new(),
        }
    }
}

impl Flights {
    pub(super) fn join<'a>(&'a self, key: &'a str) -> Role<'a> {
        let mut known = self.lock();
        if let Some(found) = known.by_key.get(key) {
            return Role::Follower(found.clone());
        }
        let (found, receiver) = watch::channel(Found::NotYet);
        known.by_key.insert(key.to_owned(), receiver);
        Role::Leader(Flight {
            flights: self,
            key,
            found,
            begun: Mark(known.now),
        })
    }

    /// These have changed. What is on its way may be old: nobody else is to wait for it, and it is not to be kept.
    pub(super) fn divert(&self, keys: &[String]) {
        let mut known = self.lock();
        known.now += 1;
        for key in keys {
            known.by_key.remove(key);
            let now = known.now;
            known.changed[self.place(key)] = now;
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.lock().now)
    }

    /// Whether it may have changed since.
    pub(super) fn has_changed(&self, key: &str, since: Mark) -> bool {
        self.lock().changed[self.place(key)] > since.0
    }

    fn place(&self, key: &str) -> usize {
        // What is cut off makes no difference to a place.
        #[allow(clippy::cast_possible_truncation)]
        let hash = self.hasher.hash_one(key) as usize;
        hash % PLACES
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// When it began to look.
    pub(super) fn begun(&self) -> Mark {
        self.begun
    }

    pub(super) fn land(&self, found: Found) {
        self.found.send_replace(found);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut known = self.flights.lock();
        let current = known.by_key.get(self.key);
        if current.is_some_and(|found| found.same_channel(&self.found.subscribe())) {
            known.by_key.remove(self.key);
        }
    }
}
