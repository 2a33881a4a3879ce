//! Reads on their way: one at a time for each key, the others wait for what it finds.

use std::collections::HashMap;
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

#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<ByKey>);

pub(super) enum Role<'a> {
    Leader(Flight<'a>),
    Follower(watch::Receiver<Found>),
}

/// The read that the others wait for. When it is dropped, whoever still waits starts over.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    key: &'a str,
    found: watch::Sender<Found>,
}

impl Flights {
    pub(super) fn join<'a>(&'a self, key: &'a str) -> Role<'a> {
        let mut by_key = self.lock();
        if let Some(known) = by_key.get(key) {
            return Role::Follower(known.clone());
        }
        let (found, receiver) = watch::channel(Found::NotYet);
        by_key.insert(key.to_owned(), receiver);
        Role::Leader(Flight {
            flights: self,
            key,
            found,
        })
    }

    /// What is on its way may be old: nobody else is to wait for it, and it is not to be kept.
    pub(super) fn divert(&self, keys: &[String]) {
        let mut by_key = self.lock();
        for key in keys {
            by_key.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, ByKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// Whether no write has come in between.
    pub(super) fn is_current(&self) -> bool {
        self.is_in(&self.flights.lock())
    }

    pub(super) fn land(&self, found: Found) {
        self.found.send_replace(found);
    }

    fn is_in(&self, by_key: &ByKey) -> bool {
        let known = by_key.get(self.key);
        known.is_some_and(|known| known.same_channel(&self.found.subscribe()))
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut by_key = self.flights.lock();
        if self.is_in(&by_key) {
            by_key.remove(self.key);
        }
    }
}
