//! Load shedding in a simulated service: the processor and the clock are the test's own.
#![cfg(any(feature = "http", feature = "rpc-server"))]

use std::collections::BTreeMap;
use std::time::Duration;

use zgen_rt::shed::Shedder;
use zgen_rt::shed::cpu::{self, Reading};

/// Ten workers that need 50 ms for each request carry 200 a second; others wait for a worker.
const WORK: Duration = Duration::from_millis(50);
const WORKERS: usize = 10;

struct Service {
    shedder: Shedder,
    now: Duration,
    /// When each is free again.
    workers: [Duration; WORKERS],
    /// Requests in flight, by their end: how long each takes.
    running: BTreeMap<Duration, Vec<Duration>>,
    /// The longest that a request took since it was last asked.
    slowest: Duration,
}

impl Service {
    fn new(threshold: u32) -> Self {
        Self {
            shedder: Shedder::new(threshold),
            now: Duration::ZERO,
            workers: [Duration::ZERO; WORKERS],
            running: BTreeMap::new(),
            slowest: Duration::ZERO,
        }
    }

    /// So many requests a second, evenly; those taken and refused.
    fn run(&mut self, span: Duration, per_second: u32, cpu: u32) -> (u32, u32) {
        let (mut taken, mut refused) = (0, 0);
        let end = self.now + span;
        while self.now < end {
            self.now += Duration::from_secs(1) / per_second;
            let later = self
                .running
                .split_off(&(self.now + Duration::from_nanos(1)));
            for (at, ended) in std::mem::replace(&mut self.running, later) {
                for took in ended {
                    self.slowest = self.slowest.max(took);
                    self.shedder.end_at(at, Some(took));
                }
            }
            if self.shedder.admit_at(self.now, cpu) {
                let worker = self.workers.iter_mut().min().expect("workers");
                *worker = self.now.max(*worker) + WORK;
                let took = worker.saturating_sub(self.now);
                self.running.entry(*worker).or_default().push(took);
                taken += 1;
            } else {
                refused += 1;
            }
        }
        (taken, refused)
    }
}

#[test]
fn sheds_only_what_is_beyond_capacity_and_only_when_hot() {
    // (name, requests per second, processor, least and most of those refused in percent)
    let rows = [
        ("cool", 200, 300, 0, 0),
        ("cool and overloaded", 800, 899, 0, 0),
        ("hot and within", 190, 900, 0, 0),
        ("hot and overloaded", 800, 900, 70, 80),
        // Down to a tenth of what it can carry.
        ("at the limit", 800, 1000, 90, 99),
    ];
    for (name, per_second, cpu, least, most) in rows {
        let mut service = Service::new(900);
        let (_, refused) = service.run(Duration::from_secs(5), 190, 100);
        assert_eq!(refused, 0, "{name}");
        let (taken, refused) = service.run(Duration::from_secs(4), per_second, cpu);
        let percent = 100 * refused / (taken + refused);
        let slowest = std::mem::take(&mut service.slowest);
        println!("{name}: {taken} taken, {refused} refused ({percent} %), slowest {slowest:?}");
        assert!((least..=most).contains(&percent), "{name}: {percent} %");
        // Who is taken is answered in time; without shedding the last waits for seconds.
        let is_quick = slowest < Duration::from_millis(200);
        assert_eq!(
            is_quick,
            name != "cool and overloaded",
            "{name}: {slowest:?}"
        );
    }
}

#[test]
fn cools_off_for_a_second() {
    let mut service = Service::new(900);
    service.run(Duration::from_secs(5), 190, 100);
    let (_, hot) = service.run(Duration::from_secs(1), 800, 950);
    let (_, warm) = service.run(Duration::from_millis(900), 800, 100);
    let (_, edge) = service.run(Duration::from_millis(200), 800, 100);
    let (_, cool) = service.run(Duration::from_secs(2), 800, 100);
    println!("refused: {hot} hot, {warm} warm, {edge} at the edge, {cool} cool");
    assert!(hot > 0 && warm > 0);
    assert_eq!(cool, 0);
}

#[test]
fn a_service_that_knows_nothing_of_itself_takes_what_comes() {
    let mut service = Service::new(900);
    // Nothing has ended in a slot before this one, so ten at one time are the capacity.
    let (taken, refused) = service.run(Duration::from_millis(90), 100, 900);
    assert_eq!((taken, refused), (9, 0));
}

#[test]
fn requests_that_fail_say_nothing_of_the_capacity() {
    let shedder = Shedder::new(900);
    let at = Duration::from_millis;
    // In flight for no time at all, but not served: the capacity stays what it was, unknown and so 10.
    for call in 0..200 {
        assert!(shedder.admit_at(at(call), 100));
        shedder.end_at(at(call), None);
    }
    for _ in 0..200 {
        assert!(shedder.admit_at(at(300), 100));
    }
    for call in 0..20 {
        shedder.end_at(at(300 + call), None);
    }
    // 180 are in flight, on average and now.
    assert!(!shedder.admit_at(at(400), 900));
    for call in 0..175 {
        shedder.end_at(at(400 + call), None);
    }
    assert!(shedder.admit_at(at(600), 900));
}

#[test]
fn who_comes_alone_is_taken_however_hot_it_is() {
    let mut service = Service::new(900);
    // A request of 50 ms each 50 ms.
    let (taken, refused) = service.run(Duration::from_secs(10), 20, 1000);
    assert_eq!((taken, refused), (200, 0));
}

#[test]
fn shares_of_the_processor() {
    let near = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
        (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
        (found, expected) => found == expected,
    };
    let cgroup = |max: &str, usage: u32, seconds| {
        let stat = format!("usage_usec {usage}\nuser_usec 1\nsystem_usec 2\n");
        Reading::of_cgroup(max, &stat, seconds, 4.0)
    };
    // (cpu.max, share of 0.6 s in a second, on four cores)
    for (max, expected) in [
        ("100000 100000\n", Some(0.6)),
        ("200000 100000\n", Some(0.3)),
        ("50000 100000\n", Some(1.0)),
        ("max 100000\n", Some(0.15)),
        ("0 100000\n", None),
        ("100000 0\n", None),
        ("", None),
    ] {
        let (first, next) = (cgroup(max, 5_000_000, 1.0), cgroup(max, 5_600_000, 2.0));
        let share = first.zip(next).and_then(|(a, b)| b.share_since(&a));
        assert!(near(share, expected), "{max}: {share:?}");
    }
    assert!(Reading::of_cgroup("100000 100000", "nr_periods 0", 1.0, 4.0).is_none());

    let process = |user: u32, system: u32, seconds| {
        let stat =
            format!("7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 {user} {system} 11 12 20 0 1 0 99 98");
        Reading::of_process(&stat, seconds, 2.0).unwrap()
    };
    // A second more in one of two cores.
    let share = process(160, 70, 2.0).share_since(&process(100, 30, 1.0));
    assert!(near(share, Some(0.5)), "{share:?}");
    let now = process(160, 70, 2.0);
    assert!(now.share_since(&now).is_none());
    for text in ["", "7 (a) S 1 2", "7 (a) S 1 2 3 4 5 6 7 8 9 10 x 1"] {
        assert!(Reading::of_process(text, 1.0, 1.0).is_none(), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_processor_is_watched_while_somebody_wants_to_know() {
    assert_eq!(cpu::usage(), 0);
    let watch = cpu::watch().expect("a processor to watch");
    assert!(cpu::watch().is_none());
    let started = std::time::Instant::now();
    while cpu::usage() == 0 {
        assert!(started.elapsed() < Duration::from_secs(20));
        let work = || (0..1_000_000_u64).map(std::hint::black_box).sum::<u64>();
        std::hint::black_box(work());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(watch);
    assert_eq!(cpu::usage(), 0);
}
