//! Refuses calls that would most likely fail, at once and without making them: adaptive throttling of the Google SRE
//! book (chapter "Handling Overload", equation 2101), with the rules that go-zero has added to it
//! (`core/breaker/googlebreaker.go`).
//!
//! There is no open and no closed: of the calls of the last 10 s, the share that is refused is
//! `(requests - 5 - k * accepts) / (requests + 1)`, with k = 1.5. So what is called gets half as many calls again as
//! it answers, and its recovery is noticed. go-zero's rules: while whole slots of 250 ms fail, k sinks to 1.1; each
//! slot at the end of the window that has only successes takes a fortieth off the share; and once a second one
//! call passes, whatever the share.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::window::{Window, slot};

const SLOTS: u32 = 40;
const SLOT: Duration = Duration::from_millis(250);
const FORCED_PASS: Duration = Duration::from_secs(1);
const K: f64 = 1.5;
const MIN_K: f64 = 1.1;
/// So many failures alone refuse nothing.
const PROTECTION: f64 = 5.0;

/// The memory of one route or method. Shared by all its calls; takes no lock.
#[derive(Debug)]
pub struct Breaker {
    started: Instant,
    accepted: Window<{ SLOTS as usize }>,
    failed: Window<{ SLOTS as usize }>,
    refused: Window<{ SLOTS as usize }>,
    /// The latest slot with a failure or a refusal, and one more; 0 is none.
    trouble: AtomicU32,
    /// Milliseconds since `started`, at least 1, of the last call that passed although some were refused.
    last_pass: AtomicU64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            accepted: Window::new(),
            failed: Window::new(),
            refused: Window::new(),
            trouble: AtomicU32::new(0),
            last_pass: AtomicU64::new(0),
        }
    }
}

impl Breaker {
    /// Whether the next call may be made. One that may is [recorded](Self::record) when its end is known, or never,
    /// if its caller left before.
    #[must_use]
    pub fn admit(&self, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.started);
        self.is_untroubled(now) || self.admit_at(now, rand::random())
    }

    /// Notes how a call ended.
    pub fn record(&self, now: Instant, is_success: bool) {
        self.record_at(now.saturating_duration_since(self.started), is_success);
    }

    /// The same at a time since the beginning, with a random number of 0 to 1.
    #[must_use]
    pub fn admit_at(&self, now: Duration, draw: f64) -> bool {
        if self.is_untroubled(now) {
            return true;
        }
        let history = self.history(now);
        let share = history.refused_share();
        if share <= 0.0 {
            return true;
        }
        if self.takes_forced_pass(now) {
            return true;
        }
        if draw < share * history.decay() {
            self.note_trouble(slot(now, SLOT));
            self.refused.add(slot(now, SLOT), 1);
            return false;
        }
        self.last_pass.store(millis(now), Relaxed);
        true
    }

    /// The same at a time since the beginning.
    pub fn record_at(&self, now: Duration, is_success: bool) {
        let slot = slot(now, SLOT);
        if is_success {
            self.accepted.add(slot, 1);
        } else {
            self.note_trouble(slot);
            self.failed.add(slot, 1);
        }
    }

    fn note_trouble(&self, slot: u32) {
        self.trouble.fetch_max(slot.saturating_add(1), Relaxed);
    }

    /// Whether the window holds nothing but successes, of which no number makes a share that is refused: so most calls
    /// need not look through it.
    fn is_untroubled(&self, now: Duration) -> bool {
        let trouble = self.trouble.load(Relaxed);
        trouble == 0 || slot(now, SLOT).saturating_sub(trouble - 1) >= SLOTS
    }

    /// One call only, however many ask at the same time.
    fn takes_forced_pass(&self, now: Duration) -> bool {
        let now = millis(now);
        let last = self.last_pass.load(Relaxed);
        let is_due = last > 0 && u128::from(now.saturating_sub(last)) > FORCED_PASS.as_millis();
        let exchange = || {
            self.last_pass
                .compare_exchange(last, now, Relaxed, Relaxed)
                .is_ok()
        };
        is_due && exchange()
    }

    fn history(&self, now: Duration) -> History {
        let newest = slot(now, SLOT);
        let mut history = History::default();
        for slot in newest.saturating_sub(SLOTS - 1)..=newest {
            let accepted = self.accepted.get(slot);
            let failed = self.failed.get(slot);
            history.accepts += f64::from(accepted);
            history.requests +=
                f64::from(accepted) + f64::from(failed) + f64::from(self.refused.get(slot));
            if failed > 0 {
                history.working = 0;
            } else if accepted > 0 {
                history.working += 1;
            }
            if accepted > 0 {
                history.failing = 0;
            } else if failed > 0 {
                history.failing += 1;
            }
        }
        history
    }
}

#[derive(Debug, Default)]
struct History {
    requests: f64,
    accepts: f64,
    /// Slots with successes and no failure, since the last failure.
    working: u32,
    /// Slots with failures and no success, since the last success.
    failing: u32,
}

impl History {
    /// May be below zero.
    fn refused_share(&self) -> f64 {
        let k = K - (K - MIN_K) * f64::from(self.failing) / f64::from(SLOTS);
        (self.requests - PROTECTION - k.max(MIN_K) * self.accepts) / (self.requests + 1.0)
    }

    fn decay(&self) -> f64 {
        f64::from(SLOTS - self.working.min(SLOTS)) / f64::from(SLOTS)
    }
}

fn millis(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX).max(1)
}
