//! Whether and when a call is made again (gRPC proposal A6).

use std::collections::BTreeSet;
use std::time::Duration;

use http::HeaderMap;

use super::budget::Budget;
use crate::config::RetryConf;
use crate::metrics;

/// How a service says when to come again, or never: the header, in milliseconds.
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// What the calls of one channel share.
#[derive(Debug)]
pub(super) struct Retries {
    attempts: u32,
    initial: Duration,
    longest: Duration,
    methods: BTreeSet<String>,
    budget: Budget,
}

impl Retries {
    pub(super) fn new(conf: &RetryConf) -> Self {
        Self {
            attempts: conf.max_attempts,
            initial: conf.initial_backoff.duration(),
            longest: conf.max_backoff.duration(),
            methods: conf.methods.iter().cloned().collect(),
            budget: Budget::new(conf),
        }
    }

    pub(super) fn lists(&self, path: &str) -> bool {
        self.methods.contains(path)
    }

    pub(super) fn succeeded(&self) {
        self.budget.succeeded();
    }

    /// The pause before the call is made again; `None`: it is not. `attempts` were made so far.
    pub(super) fn pause(&self, attempts: u32, headers: &HeaderMap) -> Option<Duration> {
        // Each failure counts, also the last one of a call.
        let has_budget = self.budget.failed();
        if attempts >= self.attempts {
            return None;
        }
        if !has_budget {
            metrics::dropped("rpc_client", "retry_budget");
            return None;
        }
        match headers.get(PUSHBACK) {
            // Anything that is no time means never.
            Some(wait) => Some(Duration::from_millis(wait.to_str().ok()?.parse().ok()?)),
            None => Some(self.backoff(attempts)),
        }
    }

    /// Jitter keeps callers that failed together from coming back together.
    fn backoff(&self, attempts: u32) -> Duration {
        let factor = 2_u32.saturating_pow(attempts.saturating_sub(1));
        let full = self.initial.saturating_mul(factor).min(self.longest);
        full.mul_f64(rand::random_range(0.8..1.2))
    }
}
