//! How much of the processor is in use (go-zero's `core/stat/usage.go`): by the container, of what it may use; outside
//! of containers by the process, of the host. What others use does not count: to refuse requests would not end it.
//! Only on Linux.

use std::num::NonZero;
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

/// Seconds of processor time, used and to be had since some start.
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
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let cores = f64::from(u32::try_from(cores).unwrap_or(1));
        let had = START.elapsed().as_secs_f64();
        // The root of all cgroups has no `cpu.max`.
        let of_cgroup = || {
            let max = read("/sys/fs/cgroup/cpu.max")?;
            Self::of_cgroup(&max, &read("/sys/fs/cgroup/cpu.stat")?, had, cores)
        };
        of_cgroup().or_else(|| Self::of_process(&read("/proc/self/stat")?, had, cores))
    }

    /// By `cpu.max` and `cpu.stat` of a cgroup (version 2), so many seconds after a start.
    pub fn of_cgroup(max: &str, stat: &str, seconds: f64, cores: f64) -> Option<Self> {
        // `150000 100000` are one and a half cores; `max 100000` is no limit.
        let (quota, period) = max.trim().split_once(' ')?;
        let cores = if quota == "max" {
            cores
        } else {
            quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?
        };
        let mut lines = stat.lines();
        let micros = lines.find_map(|line| line.strip_prefix("usage_usec "))?;
        Some(Self {
            used: micros.parse::<f64>().ok()? / 1e6,
            had: seconds * cores,
        })
    }

    /// By `/proc/self/stat`, which counts in hundredths of a second (proc_pid_stat(5)).
    pub fn of_process(stat: &str, seconds: f64, cores: f64) -> Option<Self> {
        // The name of the program, in parentheses, may hold anything.
        let (_, fields) = stat.rsplit_once(')')?;
        let mut times = fields.split_whitespace().skip(11);
        let (user, system): (f64, f64) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
        Some(Self {
            used: (user + system) / 100.0,
            had: seconds * cores,
        })
    }

    /// 0 to 1; `None` if no time has passed.
    pub fn share_since(&self, last: &Self) -> Option<f64> {
        let had = self.had - last.had;
        (had > 0.0 && had.is_finite()).then(|| ((self.used - last.used) / had).clamp(0.0, 1.0))
    }
}
