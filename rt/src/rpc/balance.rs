//! Picks an instance for each call: the better of two random ones, by EWMA latency, calls in flight and success
//! (go-zero's `zrpc/internal/balancer/p2c/p2c.go`).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

/// Older observations weigh e^-1 after this.
const DECAY: Duration = Duration::from_secs(10);
/// An instance that nobody has picked for this long is picked, to learn how it is.
const FORCE_PICK: Duration = Duration::from_secs(1);
const FULL_SUCCESS: u64 = 1000;
const HEALTHY_SUCCESS: u64 = FULL_SUCCESS / 2;

/// The known instances of one service. Cheap to clone; reading takes no lock.
#[derive(Debug, Clone, Default)]
pub(super) struct Instances(Arc<ArcSwap<Vec<Arc<Instance>>>>);

#[derive(Debug)]
pub(super) struct Instance {
    pub(super) address: String,
    pub(super) channel: Channel,
    started: Instant,
    in_flight: AtomicI64,
    /// Microseconds.
    lag: AtomicU64,
    success: AtomicU64,
    /// Microseconds since `started`.
    last_end: AtomicU64,
    last_pick: AtomicU64,
}

impl Instances {
    /// Replaces the set; instances that stay keep their connections and their record.
    pub(super) fn update(&self, addresses: &[String], connect_timeout: Duration) {
        let known = self.0.load();
        let mut next: Vec<Arc<Instance>> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if next.iter().any(|instance| instance.address == *address) {
                continue;
            }
            match known.iter().find(|instance| instance.address == *address) {
                Some(instance) => next.push(Arc::clone(instance)),
                None => match Instance::new(address, connect_timeout) {
                    Ok(instance) => next.push(Arc::new(instance)),
                    Err(error) => tracing::warn!(address, %error, "not an address of a service"),
                },
            }
        }
        self.0.store(Arc::new(next));
    }

    /// The instance for the next call; `None` while none is known.
    pub(super) fn pick(&self) -> Option<Picked> {
        let all = self.0.load();
        let picked = match all.as_slice() {
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
        };
        picked.last_pick.store(picked.now(), Relaxed);
        picked.in_flight.fetch_add(1, Relaxed);
        Some(Picked {
            instance: Arc::clone(picked),
            started: Instant::now(),
            code: None,
        })
    }
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
    let (light, heavy) = if one.load() <= two.load() {
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
    fn new(address: &str, connect_timeout: Duration) -> Result<Self, tonic::transport::Error> {
        let url = if address.contains("://") {
            address.to_owned()
        } else {
            format!("http://{address}")
        };
        let channel = Endpoint::from_shared(url)?
            .connect_timeout(connect_timeout)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(10))
            .keep_alive_timeout(Duration::from_secs(3))
            .connect_lazy();
        Ok(Self {
            address: address.to_owned(),
            channel,
            started: Instant::now(),
            in_flight: AtomicI64::new(0),
            lag: AtomicU64::new(0),
            success: AtomicU64::new(FULL_SUCCESS),
            last_end: AtomicU64::new(0),
            last_pick: AtomicU64::new(0),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn is_healthy(&self) -> bool {
        self.success.load(Relaxed) > HEALTHY_SUCCESS
    }

    /// sqrt(lag + 1) * (in flight + 1)
    #[allow(clippy::cast_precision_loss)]
    fn load(&self) -> f64 {
        let lag = (self.lag.load(Relaxed) + 1) as f64;
        let in_flight = (self.in_flight.load(Relaxed).max(0) + 1) as f64;
        lag.sqrt() * in_flight
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
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
        let blend = |old: u64, new: f64| (old as f64 * weight + new * (1.0 - weight)) as u64;
        self.lag.store(
            blend(self.lag.load(Relaxed), lag.as_micros() as f64),
            Relaxed,
        );
        let outcome = if is_success { FULL_SUCCESS as f64 } else { 0.0 };
        // The first call alone does not decide about health.
        let old = self.success.load(Relaxed);
        let success = if first {
            u64::midpoint(old, outcome as u64)
        } else {
            blend(old, outcome)
        };
        self.success.store(success, Relaxed);
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

/// go-zero's `zrpc/internal/codes/accept.go`.
fn is_acceptable(code: Code) -> bool {
    !matches!(
        code,
        Code::DeadlineExceeded
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
            | Code::Unimplemented
            | Code::ResourceExhausted
    )
}
