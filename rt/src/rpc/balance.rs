//! Picks an instance for each call: the better of two random ones, by EWMA latency, calls in flight and success
//! (go-zero's `zrpc/internal/balancer/p2c/p2c.go`).

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::breakers::is_acceptable;
use super::ring::Ring;
use crate::config::BalancerName;
use crate::dial::Dial;

/// Older observations weigh e^-1 after this.
const DECAY: Duration = Duration::from_secs(10);
/// An instance that nobody has picked for this long is picked, to learn how it is.
const FORCE_PICK: Duration = Duration::from_secs(1);
/// An instance that could not be reached is tried again this often, and by no call before that succeeds.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);
const FULL_SUCCESS: f64 = 1000.0;
const HEALTHY_SUCCESS: f64 = FULL_SUCCESS / 2.0;

/// The known instances of one service. Cheap to clone; reading takes no lock.
#[derive(Debug, Clone)]
pub(super) struct Instances {
    known: Arc<ArcSwap<Known>>,
    has_ring: bool,
}

#[derive(Debug, Default)]
struct Known {
    all: Vec<Arc<Instance>>,
    /// Of the same, in the same order.
    ring: Ring,
}

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) address: String,
    pub(super) channel: Channel,
    started: Instant,
    in_flight: AtomicI64,
    /// Microseconds.
    lag: Average,
    success: Average,
    /// Could not be reached, and is being probed.
    lost: AtomicBool,
    /// Microseconds since `started`.
    last_end: AtomicU64,
    last_pick: AtomicU64,
}

/// A moving average. Not in whole numbers: under load each observation moves it by far less than one.
#[derive(Debug)]
struct Average(AtomicU64);

impl Average {
    fn new(value: f64) -> Self {
        Self(AtomicU64::new(value.to_bits()))
    }

    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

impl Instances {
    pub(super) fn new(balancer: BalancerName) -> Self {
        Self {
            known: Arc::default(),
            has_ring: balancer == BalancerName::ConsistentHash,
        }
    }

    /// Whether calls need a key.
    pub(super) fn has_ring(&self) -> bool {
        self.has_ring
    }

    /// Replaces the set; instances that stay keep their connections and their record.
    pub(super) fn update(&self, addresses: &[String], dial: &Dial, connect_timeout: Duration) {
        let known = &self.known.load().all;
        let mut next: Vec<Arc<Instance>> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if next.iter().any(|instance| instance.address == *address) {
                continue;
            }
            match known.iter().find(|instance| instance.address == *address) {
                Some(instance) => next.push(Arc::clone(instance)),
                None => match Instance::new(address, dial, connect_timeout) {
                    Ok(instance) => next.push(Arc::new(instance)),
                    Err(error) => tracing::warn!(address, %error, "not an address of a service"),
                },
            }
        }
        let ring = if self.has_ring {
            Ring::new(next.iter().map(|instance| &*instance.address))
        } else {
            Ring::default()
        };
        self.known.store(Arc::new(Known { all: next, ring }));
    }

    /// The instance for the next call; `None` while none is known. With a key, always the same one, or while it is
    /// lost the next one on the ring.
    pub(super) fn pick(&self, key: Option<&str>) -> Option<Picked> {
        let known = self.known.load();
        let all = &known.all;
        let picked = if let Some(key) = key {
            let mut there = known.ring.from_key(key).filter_map(|index| all.get(index));
            let first = there.next()?;
            let is_there = |instance: &&Arc<Instance>| !instance.lost.load(Relaxed);
            let there = std::iter::once(first).chain(there).find(is_there);
            Arc::clone(there.unwrap_or(first))
        } else if all.iter().any(|instance| instance.lost.load(Relaxed)) {
            let mut there = all.clone();
            there.retain(|instance| !instance.lost.load(Relaxed));
            // While none can be reached, each is as good as another.
            Arc::clone(choose(&there).or_else(|| choose(all))?)
        } else {
            Arc::clone(choose(all)?)
        };
        picked.last_pick.store(picked.now(), Relaxed);
        picked.in_flight.fetch_add(1, Relaxed);
        Some(Picked {
            instance: picked,
            started: Instant::now(),
            code: None,
        })
    }
}

fn choose(among: &[Arc<Instance>]) -> Option<&Arc<Instance>> {
    Some(match among {
        [] => return None,
        [only] => only,
        [one, two] => better(one, two),
        many => {
            let mut pair = draw(many);
            // Up to three draws for two healthy ones.
            for _ in 0..2 {
                if pair.0.is_healthy() && pair.1.is_healthy() {
                    break;
                }
                pair = draw(many);
            }
            better(pair.0, pair.1)
        }
    })
}

fn draw(many: &[Arc<Instance>]) -> (&Arc<Instance>, &Arc<Instance>) {
    let one = rand::random_range(0..many.len());
    let mut two = rand::random_range(0..many.len() - 1);
    if two >= one {
        two += 1;
    }
    (&many[one], &many[two])
}

fn better<'a>(one: &'a Arc<Instance>, two: &'a Arc<Instance>) -> &'a Arc<Instance> {
    // Health first: who fails does so quickly, and would look the least loaded.
    let rank = |instance: &Instance| (!instance.is_healthy(), instance.load());
    let (light, heavy) = if rank(one) <= rank(two) {
        (one, two)
    } else {
        (two, one)
    };
    let idle = Duration::from_micros(heavy.now().saturating_sub(heavy.last_pick.load(Relaxed)));
    if idle > FORCE_PICK && heavy.last_pick.load(Relaxed) > 0 {
        heavy
    } else {
        light
    }
}

impl Instance {
    fn new(
        address: &str,
        dial: &Dial,
        connect_timeout: Duration,
    ) -> Result<Self, tonic::transport::Error> {
        let url = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        let endpoint = Endpoint::from_shared(url)?
            .connect_timeout(connect_timeout)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(10))
            .keep_alive_timeout(Duration::from_secs(3));
        let channel = dial.connect(endpoint);
        Ok(Self {
            address: address.to_owned(),
            channel,
            started: Instant::now(),
            in_flight: AtomicI64::new(0),
            lag: Average::new(0.0),
            success: Average::new(FULL_SUCCESS),
            lost: AtomicBool::new(false),
            last_end: AtomicU64::new(0),
            last_pick: AtomicU64::new(0),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn is_healthy(&self) -> bool {
        self.success.get() > HEALTHY_SUCCESS
    }

    /// sqrt(lag + 1) * (in flight + 1)
    #[allow(clippy::cast_precision_loss)]
    fn load(&self) -> f64 {
        let in_flight = (self.in_flight.load(Relaxed).max(0) + 1) as f64;
        (self.lag.get() + 1.0).sqrt() * in_flight
    }

    #[allow(clippy::cast_precision_loss)]
    fn record(&self, lag: Duration, is_success: bool) {
        let now = self.now();
        let last = self.last_end.swap(now, Relaxed);
        let elapsed = Duration::from_micros(now.saturating_sub(last));
        let first = last == 0;
        let weight = if first {
            0.0
        } else {
            (-elapsed.as_secs_f64() / DECAY.as_secs_f64()).exp()
        };
        let blend = |old: f64, new: f64| old * weight + new * (1.0 - weight);
        let lag = lag.as_micros() as f64;
        let old = self.lag.get();
        // That it failed quickly makes no instance a quick one.
        let lag = if is_success { lag } else { lag.max(old) };
        self.lag.set(blend(old, lag));
        let outcome = if is_success { FULL_SUCCESS } else { 0.0 };
        // The first call alone does not decide about health.
        let old = self.success.get();
        let success = if first {
            f64::midpoint(old, outcome)
        } else {
            blend(old, outcome)
        };
        self.success.set(success);
    }
}

/// Looks for an instance until it can be reached again or is no longer known.
async fn probe(lost: Weak<Instance>) {
    loop {
        let Some(address) = lost.upgrade().map(|instance| instance.address.clone()) else {
            return;
        };
        let address = address
            .split_once("://")
            .map_or(&*address, |(_, rest)| rest);
        let connected = tokio::time::timeout(PROBE_INTERVAL, TcpStream::connect(address)).await;
        if let (Ok(Ok(_)), Some(instance)) = (connected, lost.upgrade()) {
            instance.lost.store(false, Relaxed);
            return;
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

/// A call under way; gives its place back when dropped, whatever becomes of the call.
#[derive(Debug)]
pub(super) struct Picked {
    instance: Arc<Instance>,
    started: Instant,
    code: Option<Code>,
}

impl Picked {
    pub(super) fn channel(&self) -> Channel {
        self.instance.channel.clone()
    }

    pub(super) fn address(&self) -> &str {
        &self.instance.address
    }

    /// Notes how the call ended; a call that is dropped before says nothing about the instance.
    pub(super) fn finish(&mut self, code: Code) {
        self.code = Some(code);
    }

    /// Notes that the instance was not reached, or lost during the call.
    pub(super) fn lost(&mut self) {
        self.finish(Code::Unavailable);
        if !self.instance.lost.swap(true, Relaxed) {
            tokio::spawn(probe(Arc::downgrade(&self.instance)));
        }
    }
}

impl Drop for Picked {
    fn drop(&mut self) {
        self.instance.in_flight.fetch_sub(1, Relaxed);
        if let Some(code) = self.code {
            self.instance
                .record(self.started.elapsed(), is_acceptable(code));
        }
    }
}
