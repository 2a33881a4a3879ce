//! Load in a closed loop (each lane sends its next request when it has the answer) or an open one (so many requests a
//! second, each measured from when it was due: a stall is seen by all who would have come during it).

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::ensure;
use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;

use crate::flags::Flags;
use crate::lane::{Lane, Over};
use crate::process::Processes;
use crate::row::{Kind, Row};

/// Every so many requests one reads an order back.
const READ_EVERY: u64 = 5;

/// What came of the requests of one stretch of time.
struct Seen {
    took: Histogram<u64>,
    errors: u64,
    first_error: Option<String>,
}

/// When requests are to be sent.
struct Pace {
    /// Requests a second; `None` is a closed loop.
    rate: Option<f64>,
    /// There are no more than so many, however much time is left.
    most: u64,
    started: Instant,
    until: Instant,
    next: AtomicU64,
    /// Requests that are due and not sent.
    due: Semaphore,
}

pub async fn run(flags: &Flags) -> anyhow::Result<()> {
    let over: Over = flags.text("over")?.parse()?;
    let to = flags.text("to")?;
    let seconds = flags.number("seconds")?.unwrap_or(5.0);
    let warm = flags.number("warm")?.unwrap_or(0.5);
    let rate = flags.number("rate")?;
    let most = flags.number("requests")?.unwrap_or(u64::MAX);
    let reads = flags.number("reads")?.unwrap_or(READ_EVERY);
    let connections = flags.number("connections")?.unwrap_or(4);
    let lanes: usize = flags.number("lanes")?.unwrap_or(32);
    let processes = Processes::of(flags.text("pids").unwrap_or_default())?;

    let lanes = open(over, to, connections, lanes).await?;
    let (_, lanes) = stretch(lanes, over, to, None, (warm, u64::MAX), 0).await?;
    let before = processes.cpu()?;
    let started = Instant::now();
    let (seen, _lanes) = stretch(lanes, over, to, rate, (seconds, most), reads).await?;
    let took = started.elapsed().as_secs_f64();
    let after = processes.cpu()?;

    if let Some(error) = &seen.first_error {
        eprintln!(
            "{}: {} errors, such as {error}",
            flags.text("variant")?,
            seen.errors
        );
    }
    let at = |quantile| u32::try_from(seen.took.value_at_quantile(quantile)).map(f64::from);
    let row = Row {
        kind: if rate.is_some() {
            Kind::Open
        } else {
            Kind::Closed
        },
        shape: flags.text("shape")?.to_owned(),
        variant: flags.text("variant")?.to_owned(),
        round: flags.number("round")?.unwrap_or(0),
        requests: seen.took.len(),
        errors: seen.errors,
        seconds: took,
        p50: at(0.5)?,
        p99: at(0.99)?,
        p999: at(0.999)?,
        max: at(1.0)?,
        cpu: after
            .iter()
            .zip(&before)
            .map(|(after, before)| after - before)
            .collect(),
        rss: processes.rss()?,
    };
    row.print()
}

async fn open(over: Over, to: &str, connections: usize, lanes: usize) -> anyhow::Result<Vec<Lane>> {
    // Over HTTP/1.1 a lane is a connection.
    let connections = if over == Over::Http {
        lanes
    } else {
        connections
    };
    ensure!(
        connections > 0 && lanes >= connections,
        "fewer lanes than connections"
    );
    let mut opened = Vec::with_capacity(lanes);
    for _ in 0..connections {
        opened.push(Lane::open(over, to).await?);
    }
    for index in connections..lanes {
        opened.extend(opened[index % connections].beside());
    }
    Ok(opened)
}

/// Sends for some seconds, so many requests at most, and waits for the last answers.
async fn stretch(
    lanes: Vec<Lane>,
    over: Over,
    to: &str,
    rate: Option<f64>,
    (seconds, most): (f64, u64),
    reads: u64,
) -> anyhow::Result<(Seen, Vec<Lane>)> {
    let started = Instant::now();
    let pace = Arc::new(Pace {
        rate,
        most,
        started,
        until: started + Duration::from_secs_f64(seconds),
        next: AtomicU64::new(0),
        due: Semaphore::new(0),
    });
    let clock = rate.map(|rate| {
        let pace = Arc::clone(&pace);
        std::thread::spawn(move || pace.tick(rate))
    });
    let seen = Rc::new(RefCell::new(Seen {
        // Microseconds, up to a minute.
        took: Histogram::new_with_bounds(1, 60_000_000, 3)?,
        errors: 0,
        first_error: None,
    }));
    let local = LocalSet::new();
    let running: Vec<_> = lanes
        .into_iter()
        .map(|lane| {
            let (pace, seen, to) = (Arc::clone(&pace), Rc::clone(&seen), to.to_owned());
            local.spawn_local(async move {
                let sending = send(lane, over, &to, &pace, &seen, reads);
                sending.await
            })
        })
        .collect();
    let mut lanes = Vec::new();
    local
        .run_until(async {
            for lane in running {
                lanes.push(lane.await??);
            }
            anyhow::Ok(())
        })
        .await?;
    if let Some(clock) = clock {
        // It has nothing to panic about.
        let _ = clock.join();
    }
    drop(local);
    let seen = Rc::try_unwrap(seen).map_err(|_| anyhow::anyhow!("a lane is still running"))?;
    Ok((seen.into_inner(), lanes))
}

async fn send(
    mut lane: Lane,
    over: Over,
    to: &str,
    pace: &Pace,
    seen: &RefCell<Seen>,
    reads: u64,
) -> anyhow::Result<Lane> {
    while let Some((turn, due)) = pace.turn().await {
        let result = lane.request(turn, reads).await;
        let took = u64::try_from(due.elapsed().as_micros())?.max(1);
        let failed = {
            let mut seen = seen.borrow_mut();
            match &result {
                Ok(()) => seen.took.saturating_record(took),
                Err(error) => {
                    seen.errors += 1;
                    seen.first_error.get_or_insert_with(|| format!("{error:#}"));
                }
            }
            result.is_err()
        };
        if failed && lane.is_closed() {
            lane = Lane::open(over, to).await?;
        }
    }
    Ok(lane)
}

impl Pace {
    /// The number of the next request and when it is due; `None` when there is to be none.
    async fn turn(&self) -> Option<(u64, Instant)> {
        let Some(rate) = self.rate else {
            let now = Instant::now();
            let turn = self.next.fetch_add(1, Relaxed);
            return (now < self.until && turn < self.most).then_some((turn, now));
        };
        let permit = self.due.acquire().await.ok()?;
        permit.forget();
        let turn = self.next.fetch_add(1, Relaxed);
        #[allow(clippy::cast_precision_loss)]
        let due = self.started + Duration::from_secs_f64(turn as f64 / rate);
        (due < self.until).then_some((turn, due))
    }

    /// Says what is due, from a thread of its own: tokio's timers are too coarse, by a millisecond.
    fn tick(&self, rate: f64) {
        let mut told = 0_u32;
        while Instant::now() < self.until {
            let elapsed = self.started.elapsed().as_secs_f64();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let due = (elapsed * rate) as u32 + 1;
            self.due.add_permits((due - told.min(due)) as usize);
            told = due;
            let next = self.started + Duration::from_secs_f64(f64::from(told) / rate);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        self.due.close();
    }
}
