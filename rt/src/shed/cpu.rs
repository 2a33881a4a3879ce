//! How much of the processor is in use (go-zero's `core/stat/usage.go`): of what the process' cgroup may use where
//! that is limited, as in a container, of the host otherwise. Only on Linux.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_millis(250);
/// Of the average, what stays at each look: it follows within about 5 s.
const BETA: f64 = 0.95;

/// Thousandths. One for the process, as the processor is.
static USAGE: AtomicU32 = AtomicU32::new(0);
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// The average in thousandths; 0 while nobody watches.
pub fn usage() -> u32 {
    USAGE.load(Relaxed)
}

/// Looks every 250 ms until the answer is dropped, unless another server of this process does already. Call it
/// inside the tokio runtime.
#[must_use]
pub fn watch() -> Option<Watch> {
    let Some(first) = Reading::now() else {
        tracing::info!("the use of the processor cannot be read: no load is shed");
        return None;
    };
    if IS_WATCHED.swap(true, Relaxed) {
        return None;
    }
    Some(Watch(tokio::spawn(run(first))))
}

/// Ends the looking when dropped.
#[derive(Debug)]
pub struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
        IS_WATCHED.store(false, Relaxed);
        USAGE.store(0, Relaxed);
    }
}

async fn run(mut last: Reading) {
    let mut average = 0.0;
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first is at once, and says nothing yet.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // A look that fails says nothing.
        let Some(reading) = Reading::now() else {
            continue;
        };
        if let Some(share) = reading.share_since(&last) {
            average = average * BETA + share * 1000.0 * (1.0 - BETA);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            USAGE.store(average as u32, Relaxed);
            last = reading;
        }
    }
}

/// Processor time used and to be had since some start, in any one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    used: f64,
    had: f64,
}

impl Reading {
    fn now() -> Option<Self> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        if !cfg!(target_os = "linux") {
            return None;
        }
        let read = |path| std::fs::read_to_string(path).ok();
        let of_cgroup = || {
            let max = read("/sys/fs/cgroup/cpu.max")?;
            Self::of_cgroup(&max, &read("/sys/fs/cgroup/cpu.stat")?, START.elapsed())
        };
        of_cgroup().or_else(|| Self::of_host(&read("/proc/stat")?))
    }

    /// By `cpu.max` and `cpu.stat` of a cgroup (version 2), so long after a start; `None` if it has no limit.
    pub fn of_cgroup(max: &str, stat: &str, since: Duration) -> Option<Self> {
        // `150000 100000` are one and a half cores; `max 100000` is no limit.
        let (quota, period) = max.trim().split_once(' ')?;
        let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
        let mut lines = stat.lines();
        let micros: f64 = lines
            .find_map(|line| line.strip_prefix("usage_usec "))?
            .parse()
            .ok()?;
        (quota > 0.0 && period > 0.0).then(|| Self {
            used: micros / 1e6,
            had: since.as_secs_f64() * quota / period,
        })
    }

    /// By `/proc/stat`: `cpu  user nice system idle iowait irq softirq steal ..`, in ticks (proc_stat(5)).
    pub fn of_host(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        // Guests, which follow, are within user and nice.
        let mut ticks = [0.0; 8];
        for (at, number) in ticks.iter_mut().zip(line.split_whitespace()) {
            *at = number.parse().ok()?;
        }
        let had = ticks.iter().sum();
        let [_, _, _, idle, waiting, ..] = ticks;
        Some(Self {
            used: had - idle - waiting,
            had,
        })
    }

    /// 0 to 1; `None` if no time has passed.
    pub fn share_since(&self, last: &Self) -> Option<f64> {
        let had = self.had - last.had;
        (had > 0.0).then(|| ((self.used - last.used) / had).clamp(0.0, 1.0))
    }
}
