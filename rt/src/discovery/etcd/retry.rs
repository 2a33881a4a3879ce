//! The pause between two sessions.

use std::time::Duration;

use tokio::time::Instant;

const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(4);

/// Pauses that grow while sessions fail at once, and start small again after one that lasted.
#[derive(Debug)]
pub(super) struct Retry {
    failures: u32,
    begun: Instant,
}

impl Retry {
    pub(super) fn new() -> Self {
        Self {
            failures: 0,
            begun: Instant::now(),
        }
    }

    /// Says why a session ended, and waits until the next one may begin.
    pub(super) async fn pause(&mut self, key: &str, error: &anyhow::Error) {
        if self.begun.elapsed() > 2 * LONGEST {
            self.failures = 0;
        }
        // The first line says it all; an etcd that is away for an hour needs no thousand more.
        if self.failures == 0 {
            tracing::warn!(
                key,
                error = format!("{error:#}"),
                "etcd is lost, trying again"
            );
        } else {
            tracing::debug!(key, error = format!("{error:#}"), "etcd is still lost");
        }
        tokio::time::sleep(delay(self.failures)).await;
        self.failures = self.failures.saturating_add(1);
        self.begun = Instant::now();
    }
}

/// Jitter keeps the clients of an etcd that comes back from coming back all at once.
fn delay(failures: u32) -> Duration {
    let full = SHORTEST
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST);
    full.mul_f64(rand::random_range(0.5..1.0))
}
