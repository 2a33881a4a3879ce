//! A breaker for each method, by its path (go-zero's `zrpc/internal/clientinterceptors/breakerinterceptor.go` and
//! the one of the same name among the server's).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use tonic::Code;

use crate::breaker::Breaker;

/// Methods seen so far. A method is looked up under a read lock and without an allocation, and never removed.
#[derive(Debug, Default)]
pub(super) struct Breakers(RwLock<BTreeMap<Box<str>, Arc<Breaker>>>);

impl Breakers {
    /// The breaker of a method that has one.
    pub(super) fn get(&self, path: &str) -> Option<Arc<Breaker>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(path).cloned()
    }

    /// The breaker of a method, made on its first call. Only for paths that callers cannot make up.
    pub(super) fn of(&self, path: &str) -> Arc<Breaker> {
        self.get(path).unwrap_or_else(|| {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(path.into()).or_default())
        })
    }
}

/// Notes how a call ended; of one that was cancelled nothing is known.
pub(super) fn record(breaker: &Breaker, now: Instant, code: Code) {
    if code != Code::Cancelled {
        breaker.record(now, is_acceptable(code));
    }
}

/// Whether a code speaks for the one that answers it (go-zero's `zrpc/internal/codes/accept.go`).
pub(super) fn is_acceptable(code: Code) -> bool {
    !matches!(
        code,
        Code::DeadlineExceeded
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
            | Code::Unimplemented
            | Code::ResourceExhausted
    )
}
