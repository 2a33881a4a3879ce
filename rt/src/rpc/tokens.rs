//! The tokens of apps in a hash of Redis, remembered for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tonic::Status;

use super::auth::denied;
use crate::config::{CacheConf, Secret};
use crate::redis_client::Link;

/// go-zero's `zrpc/internal/auth/auth.go`.
const REMEMBERED: Duration = Duration::from_mins(5);
/// A token that does not fit may have been changed, and is looked up again, but no more often than this.
const DOUBTED: Duration = Duration::from_secs(10);

/// Only apps that are in Redis are remembered: callers cannot make up names without end.
pub(super) struct Tokens {
    redis: Link,
    key: String,
    is_strict: bool,
    known: Mutex<HashMap<String, (Instant, Secret)>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Tokens {
    pub(super) fn new(conf: &CacheConf, is_strict: bool) -> anyhow::Result<Self> {
        Ok(Self {
            redis: Link::new(conf, "callers are known from before, or not at all")?,
            key: conf.key.clone().unwrap_or_default(),
            is_strict,
            known: Mutex::default(),
        })
    }

    pub(super) async fn check(&self, app: &str, token: &str) -> Result<(), Status> {
        let known = self.known().get(app).cloned();
        if let Some((at, known)) = &known {
            let fits = known.is(token.as_bytes());
            if at.elapsed() < REMEMBERED && (fits || at.elapsed() < DOUBTED) {
                return fits.then_some(()).ok_or_else(denied);
            }
        }
        let found = self.redis.ask(&redis::Cmd::hget(&self.key, app)).await;
        let expected = match found {
            Ok(Some::<String>(expected)) => Secret::from(expected),
            // go-zero lets apps pass that Redis does not know, unless `StrictControl` is set.
            Ok(None) => {
                self.known().remove(app);
                return Err(denied());
            }
            Err(error) => {
                tracing::warn!(%error, "tokens of callers cannot be looked up");
                return match known {
                    Some((_, known)) if known.is(token.as_bytes()) => Ok(()),
                    None if !self.is_strict => Ok(()),
                    None => Err(Status::internal("callers cannot be checked")),
                    Some(_) => Err(denied()),
                };
            }
        };
        let fits = expected.is(token.as_bytes());
        self.known()
            .insert(app.to_owned(), (Instant::now(), expected));
        fits.then_some(()).ok_or_else(denied)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Secret)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
