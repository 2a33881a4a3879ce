//! How much may be tried again: retries must not be what keeps a service down (gRPC proposal A6, "Throttling Retry
//! Attempts"; the Google SRE book, chapter "Addressing Cascading Failures").

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::config::RetryConf;

/// Tokens count in thousandths.
const TOKEN: u64 = 1000;

/// One for all calls of a channel. Takes no lock.
#[derive(Debug)]
pub struct Budget {
    tokens: AtomicU64,
    most: u64,
    refill: u64,
}

impl Budget {
    pub fn new(conf: &RetryConf) -> Self {
        let most = u64::from(conf.max_tokens) * TOKEN;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let refill = (conf.token_ratio.clamp(0.0, 1000.0) * 1000.0) as u64;
        Self {
            tokens: AtomicU64::new(most),
            most,
            refill,
        }
    }

    /// Notes a call that was answered well.
    pub fn succeeded(&self) {
        let filled = |tokens: u64| Some(tokens.saturating_add(self.refill).min(self.most));
        let _ = self.tokens.fetch_update(Relaxed, Relaxed, filled);
    }

    /// Notes one that was not; whether it may be made again.
    pub fn failed(&self) -> bool {
        let taken = |tokens: u64| Some(tokens.saturating_sub(TOKEN));
        let before = self.tokens.fetch_update(Relaxed, Relaxed, taken);
        let left = before.unwrap_or_default().saturating_sub(TOKEN);
        left > self.most / 2
    }
}
