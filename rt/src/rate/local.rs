//! The buckets of one process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use super::rules::Rule;

/// Of callers at one time; any more share a bucket.
const MAX_CALLERS: usize = 100_000;
/// How often full buckets are looked for, while there are as many as may be.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Local {
    started: Instant,
    callers: Mutex<Callers>,
}

#[derive(Debug, Default)]
struct Callers {
    buckets: HashMap<(usize, Box<str>), Bucket>,
    swept: Duration,
}

impl Default for Local {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            callers: Mutex::default(),
        }
    }
}

impl Local {
    pub(super) fn take(&self, rule: &Rule, caller: &str) -> Result<(), Duration> {
        // Never zero: that is a bucket that was never used.
        let now = self.started.elapsed() + Duration::from_nanos(1);
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        callers
            .bucket(rule.number, caller, now)
            .take_at(rule.size, now)
    }
}

impl Callers {
    fn bucket(&mut self, rule: usize, caller: &str, now: Duration) -> &Bucket {
        let mut key = (rule, caller.into());
        if self.buckets.len() >= MAX_CALLERS && !self.buckets.contains_key(&key) {
            if now.saturating_sub(self.swept) > SWEEP_INTERVAL {
                self.swept = now;
                self.buckets.retain(|_, bucket| !bucket.is_full(now));
            }
            if self.buckets.len() >= MAX_CALLERS {
                key.1 = "".into();
            }
        }
        self.buckets.entry(key).or_default()
    }
}
