//! A token bucket as one number: the time at which it will be full again ("generic cell rate algorithm", ITU-T
//! I.371). A bucket that is full now is the same as none, so that buckets nobody uses can be forgotten.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// So many tokens at most, one more after each interval.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    interval: u64,
    /// The time in which all but one of the tokens come.
    tolerance: u64,
}

impl Size {
    /// `rate` tokens in each `period`, at most `burst` at one time.
    pub fn new(rate: u32, period: Duration, burst: u32) -> Self {
        let interval = (nanos(period) / u64::from(rate.max(1))).max(1);
        let tolerance = interval.saturating_mul(u64::from(burst.max(1)) - 1);
        Self {
            interval,
            tolerance,
        }
    }

    /// When the bucket is full again after one token is taken at `now`, or how long to wait for one.
    fn take(self, full_at: u64, now: u64) -> Result<u64, Duration> {
        let from = full_at.max(now);
        let ahead = from - now;
        if ahead > self.tolerance {
            return Err(Duration::from_nanos(ahead - self.tolerance));
        }
        Ok(from.saturating_add(self.interval))
    }
}

/// Full at first. Takes no lock.
#[derive(Debug, Default)]
pub struct Bucket(AtomicU64);

impl Bucket {
    /// Takes a token at a time since some start, or says how long to wait for one.
    pub fn take_at(&self, size: Size, now: Duration) -> Result<(), Duration> {
        let now = nanos(now);
        let mut full_at = self.0.load(Relaxed);
        loop {
            let next = size.take(full_at, now)?;
            let swapped = self
                .0
                .compare_exchange_weak(full_at, next, Relaxed, Relaxed);
            match swapped {
                Ok(_) => return Ok(()),
                Err(found) => full_at = found,
            }
        }
    }

    /// Whether forgetting it changes nothing.
    pub(super) fn is_full(&self, now: Duration) -> bool {
        self.0.load(Relaxed) <= nanos(now)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
