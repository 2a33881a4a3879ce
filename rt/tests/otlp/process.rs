//! A gateway in a process of its own, which does what it is told on its standard input.

use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use http::HeaderValue;
use zgen_rt::lifecycle::Readiness;
use zgen_rt::{cache::Cache, http as rt_http, metrics, telemetry};

use crate::support::{Refused, request, rest_conf, send};

const CONF: &str = "ZGEN_RT_CONF";
/// In front of the lines that are answers.
const MARK: &str = "> ";

/// What `child` runs.
pub(crate) async fn obey() {
    let Ok(keys) = std::env::var(CONF) else {
        return;
    };
    let conf = rest_conf(&keys);
    let telemetry = match telemetry::init(&conf, "it", "1.2.3") {
        Ok(telemetry) => telemetry,
        Err(error) => return println!("{MARK}{error:#}"),
    };
    let app = rt_http::stack::<Refused, ()>(routes(), &conf, &Readiness::default());
    let app = app.with_state(());
    println!("{MARK}ready");
    loop {
        let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next());
        let Ok(Some(Ok(line))) = line.await else {
            break;
        };
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["load", count] => println!("{MARK}{}", load(&app, count.parse().unwrap()).await),
            ["metrics"] => metrics::text()
                .lines()
                .for_each(|line| println!("{MARK}{line}")),
            [path, ref headers @ ..] => println!("{MARK}{}", ask(&app, path, headers).await),
            [] => {}
        }
    }
    let started = Instant::now();
    telemetry.shutdown().await;
    println!("{MARK}ended in {} ms", started.elapsed().as_millis());
}

fn routes() -> Router {
    let cache = Cache::new(None).unwrap();
    let logged = async || {
        tracing::warn!(number = 7, big = u64::MAX, text = "a", "on purpose");
        tracing::warn!(target: "h2::codec", "of the exporter");
        tracing::warn!(target: "zgen_rt::telemetry::queue", "of the exporter");
        "logged"
    };
    let cached = async move || {
        let before: Option<u8> = cache.get("ReadCache", "k").await;
        let ttl = Duration::from_mins(1);
        cache.set("UpdateCache", "k", &1, ttl).await;
        format!("{before:?}")
    };
    let meter = metrics::meter("own");
    let own = async move || {
        meter.u64_counter("own.count").build().add(3, &[]);
        "own"
    };
    Router::new()
        .route("/orders/{order_id}", get("order"))
        .route("/logged", get(logged))
        .route("/cached", get(cached))
        .route("/own", get(own))
        .route("/broken", get(http::StatusCode::BAD_GATEWAY))
}

async fn ask(app: &Router, path: &str, headers: &[&str]) -> String {
    let mut request = request("GET", path, "");
    for header in headers.iter().filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once('=').unwrap();
        let name = http::HeaderName::try_from(name).unwrap();
        let value = HeaderValue::try_from(value).unwrap();
        request.headers_mut().insert(name, value);
    }
    let answer = send(app, request).await;
    let trace = answer.headers.get("traceparent");
    let trace = trace.map_or("", |trace| trace.to_str().unwrap());
    format!("{} {trace}", answer.status.as_u16())
}

/// The median time of one request, in microseconds.
async fn load(app: &Router, count: usize) -> u128 {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let started = Instant::now();
        ask(app, "/orders/7", &[]).await;
        times.push(started.elapsed().as_micros());
        // As requests from elsewhere would leave room.
        tokio::task::yield_now().await;
    }
    times.sort_unstable();
    times[count / 2]
}

pub(crate) struct Gateway {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Read all the time, or the process would wait for somebody to.
    log: Option<JoinHandle<String>>,
}

impl Gateway {
    /// With these keys below `OpenTelemetry`, and these variables.
    pub(crate) fn start(keys: &str, variables: &[(&str, &str)]) -> Self {
        let mut gateway = Self::spawn(keys, variables);
        assert_eq!(gateway.answer(), "ready");
        gateway
    }

    /// Why it does not start.
    pub(crate) fn refusal(keys: &str, variables: &[(&str, &str)]) -> String {
        Self::spawn(keys, variables).answer()
    }

    fn spawn(keys: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "child", "--nocapture"])
            .env(CONF, format!("OpenTelemetry: {{{keys}}}"))
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        Self {
            child,
            lines,
            log: Some(log),
        }
    }

    pub(crate) fn tell(&mut self, line: &str) -> String {
        let mut stdin = self.child.stdin.as_ref().unwrap();
        writeln!(stdin, "{line}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        loop {
            let Some(Ok(line)) = self.lines.next() else {
                panic!("{}", self.log.take().unwrap().join().unwrap());
            };
            // The harness may have begun a line of its own.
            if let Some((_, answer)) = line.split_once(MARK) {
                return answer.to_owned();
            }
        }
    }

    /// Name and labels to value, of what Prometheus would get.
    pub(crate) fn metrics(&mut self) -> String {
        let mut text = self.tell("metrics");
        while !text.ends_with("# EOF") {
            text = text + "\n" + &self.answer();
        }
        text
    }

    /// One sample.
    pub(crate) fn metric(&mut self, sample: &str) -> u64 {
        let text = self.metrics();
        let line = text.lines().find_map(|line| line.strip_prefix(sample));
        let value = line.unwrap_or_else(|| panic!("no {sample} in\n{text}"));
        value.trim().parse().unwrap()
    }

    /// Waits until a sample has such a value.
    pub(crate) fn metric_until(&mut self, sample: &str, is_so: impl Fn(u64) -> bool) -> u64 {
        let started = Instant::now();
        loop {
            let value = self.metric(sample);
            if is_so(value) {
                return value;
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "{sample} {value}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Has it end; what it said last, and its log.
    pub(crate) fn end(mut self) -> (String, String) {
        drop(self.child.stdin.take());
        let last = self.answer();
        assert!(self.child.wait().unwrap().success());
        (last, self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
