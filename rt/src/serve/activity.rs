//! Whether anything is asked for on a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::config::LimitsConf;

/// Requests under way on one connection, and when the last one ended.
#[derive(Debug)]
pub(super) struct Activity {
    begun: Instant,
    in_flight: AtomicUsize,
    /// Milliseconds since `begun`; 0 before the first request.
    last_end: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            in_flight: AtomicUsize::new(0),
            last_end: AtomicU64::new(0),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.load(Relaxed) == 0
    }

    /// Until there has been no request for as long as the limits say.
    pub(super) async fn ended(&self, limits: &LimitsConf) {
        loop {
            let last = self.last_end.load(Relaxed);
            let limit = match last {
                0 => limits.first(),
                _ => limits.idle(),
            };
            let now = Instant::now();
            let due = if self.is_idle() {
                self.begun + Duration::from_millis(last) + limit
            } else {
                now + limits.idle()
            };
            if due <= now {
                return;
            }
            sleep_until(due).await;
        }
    }
}

/// A request, until its answer has been written.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl InFlight {
    pub(super) fn new(activity: &Arc<Activity>) -> Self {
        activity.in_flight.fetch_add(1, Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let millis = self.0.begun.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(u64::MAX).max(1);
        self.0.last_end.store(millis, Relaxed);
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}
