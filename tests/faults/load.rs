//! Constant load: so many orders a second, whatever becomes of those before (an open loop, so a stall is seen
//! by all who would have come during it).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

const ORDER: &str = r#"{"user_id":7,"product_id":42,"amount":99.5}"#;
/// What does not come within this has failed.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) type Http = Client<HttpConnector, Full<Bytes>>;

pub(crate) fn http() -> Http {
    Client::builder(TokioExecutor::new()).build_http()
}

/// One request and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) begun: SystemTime,
    pub(crate) took: Duration,
    /// The status, or why there is none.
    pub(crate) outcome: Result<u16, String>,
}

impl Sample {
    pub(crate) fn is_ok(&self) -> bool {
        self.outcome == Ok(200)
    }
}

/// Running until [`Load::stop`].
pub(crate) struct Load {
    targets: watch::Sender<Vec<String>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Vec<Sample>>,
}

impl Load {
    /// Sends `rate` orders a second, to one of `targets` after the other.
    pub(crate) fn start(rate: u32, targets: &[&str]) -> Self {
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        let targets = watch::Sender::new(targets);
        let stop = watch::Sender::new(false);
        let task = tokio::spawn(run(rate, targets.subscribe(), stop.subscribe()));
        Self {
            targets,
            stop,
            task,
        }
    }

    /// From now on elsewhere, as a load balancer does when an instance is no longer ready.
    pub(crate) fn retarget(&self, targets: &[&str]) {
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        self.targets.send_replace(targets);
    }

    /// All requests, when the last one has ended.
    pub(crate) async fn stop(self) -> anyhow::Result<Vec<Sample>> {
        self.stop.send_replace(true);
        Ok(self.task.await?)
    }

    /// One order.
    pub(crate) async fn order(client: &Http, address: &str) -> Sample {
        let (begun, started) = (SystemTime::now(), Instant::now());
        let exchange = async {
            let request = Request::post(format!("http://{address}/api/v1/orders"))
                .header("content-type", "application/json")
                .body(Full::from(ORDER));
            let request = request.map_err(|error| error.to_string())?;
            let response = client.request(request).await;
            let response = response.map_err(|error| format!("{error:?}"))?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await;
            body.map_err(|error| format!("{error:?}"))?;
            Ok(status)
        };
        let outcome = tokio::time::timeout(PATIENCE, exchange).await;
        Sample {
            begun,
            took: started.elapsed(),
            outcome: outcome.unwrap_or_else(|_| Err("no answer".to_owned())),
        }
    }
}

async fn run(
    rate: u32,
    targets: watch::Receiver<Vec<String>>,
    stop: watch::Receiver<bool>,
) -> Vec<Sample> {
    let client = http();
    let next = Arc::new(AtomicUsize::new(0));
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut requests = JoinSet::new();
    while !*stop.borrow() {
        ticks.tick().await;
        let client = client.clone();
        let turn = next.fetch_add(1, Relaxed);
        let target = {
            let targets = targets.borrow();
            targets[turn % targets.len()].clone()
        };
        requests.spawn(async move { Load::order(&client, &target).await });
    }
    requests.join_all().await
}

/// The times that requests took, in order.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Self {
        let mut times: Vec<_> = samples.into_iter().map(|sample| sample.took).collect();
        times.sort();
        Self(times)
    }

    /// `per_mille` of the requests took no longer.
    pub(crate) fn quantile(&self, per_mille: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let at = (self.0.len() * per_mille / 1000).min(last);
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [p50, p99] = [500, 990].map(|share| self.quantile(share).as_secs_f64() * 1e3);
        write!(
            f,
            "{} requests, p50 {p50:.1} ms, p99 {p99:.1} ms",
            self.len()
        )
    }
}

/// What went wrong, for a message.
pub(crate) fn failures(samples: &[Sample]) -> Vec<&Sample> {
    samples.iter().filter(|sample| !sample.is_ok()).collect()
}

/// Those that began in a span of time.
pub(crate) fn between(samples: &[Sample], from: SystemTime, to: SystemTime) -> Vec<&Sample> {
    let is_there = |sample: &&Sample| sample.begun >= from && sample.begun < to;
    samples.iter().filter(is_there).collect()
}
