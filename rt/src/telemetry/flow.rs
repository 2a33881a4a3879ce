//! What became of each signal: how much was sent, and what was lost for which reason.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why something was not sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    /// It came while the queue was full.
    QueueFull,
    /// The collector did not answer in time.
    Timeout,
    /// The collector could not be reached, or refused it.
    Failed,
    /// The collector took the others of its batch.
    Rejected,
    /// The process ended before.
    Shutdown,
}

impl Loss {
    pub(crate) const ALL: [Self; 5] = [
        Self::QueueFull,
        Self::Timeout,
        Self::Failed,
        Self::Rejected,
        Self::Shutdown,
    ];

    /// As `error.type`, and as a label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Timeout => "timeout",
            Self::Failed => "export_failed",
            Self::Rejected => "rejected",
            Self::Shutdown => "shutdown",
        }
    }
}

/// The counts of one signal.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) signal: &'static str,
    exported: AtomicU64,
    lost: [AtomicU64; Loss::ALL.len()],
    waiting: AtomicU64,
    capacity: AtomicU64,
}

pub(crate) static SPANS: Flow = Flow::new("traces");
pub(crate) static LOGS: Flow = Flow::new("logs");
/// Counts exports: what one of them lacks is in the next, as values are cumulative.
pub(crate) static METRICS: Flow = Flow::new("metrics");

pub(crate) fn all() -> [&'static Flow; 3] {
    [&SPANS, &METRICS, &LOGS]
}

impl Flow {
    const fn new(signal: &'static str) -> Self {
        Self {
            signal,
            exported: AtomicU64::new(0),
            lost: [const { AtomicU64::new(0) }; Loss::ALL.len()],
            waiting: AtomicU64::new(0),
            capacity: AtomicU64::new(0),
        }
    }

    pub(crate) fn sent(&self, count: usize) {
        self.exported.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn lose(&self, loss: Loss, count: usize) {
        self.lost[loss as usize].fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn set_waiting(&self, count: usize) {
        self.waiting.store(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn set_capacity(&self, count: usize) {
        self.capacity.store(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn exported(&self) -> u64 {
        self.exported.load(Ordering::Relaxed)
    }

    pub(crate) fn lost(&self, loss: Loss) -> u64 {
        self.lost[loss as usize].load(Ordering::Relaxed)
    }

    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// 0 while there is no queue.
    pub(crate) fn capacity(&self) -> u64 {
        self.capacity.load(Ordering::Relaxed)
    }
}
