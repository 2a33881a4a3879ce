//! Refuses requests while the processor is at its limit, so that those taken are answered in time (go-zero's
//! `core/load/adaptiveshedder.go`; the estimate is Little's law with the best of the last 5 s).
//!
//! A request is refused if the processor is above the threshold, or was within a second of a refusal, and more
//! requests are in flight, now and on average, than the service has shown to carry: the most that it finished in a
//! slot of 100 ms, times the least average time that they took, scaled down to a tenth as the processor nears its
//! limit.

pub mod cpu;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::window::{Window, slot};

const SLOTS: u32 = 50;
const SLOT: Duration = Duration::from_millis(100);
const SLOTS_PER_SECOND: f64 = 10.0;
/// How long the processor counts as hot after it was.
const COOL_OFF: Duration = Duration::from_secs(1);
/// Of the average of requests in flight, what stays at each that ends.
const BETA: f64 = 0.9;
/// A thousandth of the processor each.
const CPU_MAX: f64 = 1000.0;
/// However hot, so much of what can be carried is taken.
const LEAST_SHARE: f64 = 0.1;
/// Milliseconds, where nothing was finished lately: large, so that nothing is refused.
const UNKNOWN_TIME: f64 = 1000.0;

/// The memory of one service. Shared by all its requests; takes no lock.
#[derive(Debug)]
pub struct Shedder {
    threshold: u32,
    started: Instant,
    in_flight: AtomicI64,
    /// The bits of the average.
    average: AtomicU64,
    /// Milliseconds since `started`, at least 1.
    last_hot: AtomicU64,
    has_refused: AtomicBool,
    finished: Window<{ SLOTS as usize }>,
    /// Milliseconds that the finished ones took.
    took: Window<{ SLOTS as usize }>,
}

impl Shedder {
    /// `threshold` is in thousandths of the processor, below 1000.
    pub fn new(threshold: u32) -> Self {
        Self {
            threshold: threshold.min(999),
            started: Instant::now(),
            in_flight: AtomicI64::new(0),
            average: AtomicU64::new(0.0_f64.to_bits()),
            last_hot: AtomicU64::new(0),
            has_refused: AtomicBool::new(false),
            finished: Window::new(),
            took: Window::new(),
        }
    }

    /// A place for one request, unless there is none.
    pub(crate) fn admit(self: &Arc<Self>, now: Instant) -> Option<Place> {
        let at = now.saturating_duration_since(self.started);
        self.admit_at(at, cpu::usage()).then(|| Place {
            shedder: Arc::clone(self),
            since: now,
            served: None,
        })
    }

    /// Whether one more request is taken at a time since the beginning, with the processor at so many thousandths.
    /// One that is has to be [ended](Self::end_at).
    #[must_use]
    pub fn admit_at(&self, now: Duration, cpu: u32) -> bool {
        if self.is_hot(now, cpu) && self.is_full(now, cpu) {
            self.has_refused.store(true, Relaxed);
            return false;
        }
        self.in_flight.fetch_add(1, Relaxed);
        true
    }

    /// Notes the end of a request, and how long it took if it was served.
    pub fn end_at(&self, now: Duration, took: Option<Duration>) {
        let left = as_f64(self.in_flight.fetch_sub(1, Relaxed) - 1);
        let blend = |bits| Some((f64::from_bits(bits) * BETA + left * (1.0 - BETA)).to_bits());
        // Never an `Err`: the step always gives a value.
        let _ = self.average.fetch_update(Relaxed, Relaxed, blend);
        if let Some(took) = took {
            let millis = took.as_micros().div_ceil(1000);
            let slot = slot(now, SLOT);
            self.took
                .add(slot, u32::try_from(millis).unwrap_or(u32::MAX));
            self.finished.add(slot, 1);
        }
    }

    fn is_hot(&self, now: Duration, cpu: u32) -> bool {
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX).max(1);
        if cpu >= self.threshold {
            self.last_hot.store(now, Relaxed);
            return true;
        }
        if !self.has_refused.load(Relaxed) {
            return false;
        }
        let last = self.last_hot.load(Relaxed);
        let is_warm = last > 0 && u128::from(now.saturating_sub(last)) < COOL_OFF.as_millis();
        if !is_warm {
            self.has_refused.store(false, Relaxed);
        }
        is_warm
    }

    fn is_full(&self, now: Duration, cpu: u32) -> bool {
        let share = (CPU_MAX - f64::from(cpu)) / (CPU_MAX - f64::from(self.threshold));
        // At least one: who comes alone is served, however hot it is.
        let limit = (self.capacity(now) * share.clamp(LEAST_SHARE, 1.0)).max(1.0);
        let average = f64::from_bits(self.average.load(Relaxed));
        average > limit && as_f64(self.in_flight.load(Relaxed)) > limit
    }

    /// How many requests can be in flight: most finished per second, times the least time they took.
    fn capacity(&self, now: Duration) -> f64 {
        let (mut most, mut least) = (1_u32, UNKNOWN_TIME);
        let current = slot(now, SLOT);
        // Without the current slot, which is not full yet.
        for slot in current.saturating_sub(SLOTS - 1)..current {
            let finished = self.finished.get(slot);
            if finished > 0 {
                most = most.max(finished);
                let average = f64::from(self.took.get(slot)) / f64::from(finished);
                least = least.min(average.round());
            }
        }
        f64::from(most) * SLOTS_PER_SECOND * least / 1000.0
    }
}

/// A request in flight; gives its place back when dropped, whatever becomes of it.
#[derive(Debug)]
pub(crate) struct Place {
    shedder: Arc<Shedder>,
    since: Instant,
    served: Option<Instant>,
}

impl Place {
    /// The request was served, so the time that it took tells what the service can carry.
    pub(crate) fn served(mut self, now: Instant) {
        self.served = Some(now);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let now = self.served.unwrap_or_else(Instant::now);
        let at = now.saturating_duration_since(self.shedder.started);
        let took = self
            .served
            .map(|now| now.saturating_duration_since(self.since));
        self.shedder.end_at(at, took);
    }
}

#[allow(clippy::cast_precision_loss)]
fn as_f64(count: i64) -> f64 {
    count as f64
}
