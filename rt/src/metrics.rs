//! The one place where something is counted: for Prometheus under go-zero's names
//! (`rest/handler/prometheushandler.go`, `zrpc/internal`, `core/stores/sqlx`, `core/stores/redis`), served at the dev
//! server, and for OTLP under those of the semantic conventions.

mod series;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use opentelemetry::metrics::Meter;
use opentelemetry::trace::TraceId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::HistogramWithExemplars;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::registry::Registry;

use crate::telemetry::instruments::{self, Operation, Side};
use crate::telemetry::scraped::Scraped;
use crate::trace::trace_hex;

/// Milliseconds, as in `rest/handler/prometheushandler.go`.
const HTTP_BUCKETS: &[f64] = &[5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 750.0, 1000.0];
/// Milliseconds, as in `zrpc/internal/serverinterceptors/prometheusinterceptor.go`.
const RPC_BUCKETS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2000.0, 5000.0,
];
/// Milliseconds, as in `core/stores/sqlx/metrics.go` and `core/stores/redis/metrics.go`.
const STORE_BUCKETS: &[f64] = &[
    0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2000.0,
    5000.0, 10_000.0, 15_000.0,
];

/// Labels of an HTTP request; `path` is the route, never the raw path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    path: Arc<str>,
    method: &'static str,
    code: u16,
}

/// Which layer refused a request or call, and on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DropLabels {
    side: &'static str,
    layer: &'static str,
}

/// Labels of a gRPC call; `method` is `/order.Order/CreateOrder`, `code` the number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RpcLabels {
    method: Arc<str>,
    code: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MethodLabel {
    method: Arc<str>,
}

/// What a read of the cache found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    result: &'static str,
}

/// Labels of a query; a command of Redis has no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StoreLabels {
    table: Option<&'static str>,
    command: &'static str,
}

/// A trace in which such a value was seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Example {
    trace_id: String,
}

type Histogram = HistogramWithExemplars<Example>;

#[derive(Debug, Clone)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

struct Metrics {
    registry: Registry,
    http_duration: Family<HttpLabels, Histogram, Buckets>,
    http_codes: Family<HttpLabels, Counter>,
    rpc_server: Rpc,
    rpc_client: Rpc,
    sql: Store,
    redis: Store,
    cache_reads: Family<CacheLabels, Counter>,
    dropped: Family<DropLabels, Counter>,
    retries: Family<MethodLabel, Counter>,
}

#[derive(Clone)]
struct Rpc {
    duration: Family<MethodLabel, Histogram, Buckets>,
    codes: Family<RpcLabels, Counter>,
}

/// A database or Redis.
#[derive(Clone)]
struct Store {
    duration: Family<StoreLabels, Histogram, Buckets>,
    errors: Family<StoreLabels, Counter>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(|| {
    let mut registry = Registry::default();
    let http_duration = Family::new_with_constructor(Buckets(HTTP_BUCKETS));
    let http_codes = Family::default();
    registry.register(
        "http_server_requests_duration_ms",
        "http server requests duration(ms)",
        http_duration.clone(),
    );
    // The encoder appends `_total` to counters.
    registry.register(
        "http_server_requests_code",
        "http server requests code count",
        http_codes.clone(),
    );
    let rpc_server = Rpc::registered(&mut registry, "server");
    let rpc_client = Rpc::registered(&mut registry, "client");
    let sql = Store::registered(&mut registry, "sql");
    let redis = Store::registered(&mut registry, "redis");
    let cache_reads = Family::default();
    registry.register(
        "cache_reads",
        "reads of the cache, by what they found: hit, miss or fail",
        cache_reads.clone(),
    );
    let dropped = Family::default();
    registry.register(
        "dropped_requests",
        "requests and calls refused to protect the process or what it calls",
        dropped.clone(),
    );
    let retries = Family::default();
    registry.register(
        "rpc_client_retries",
        "rpc client attempts after the first of a call",
        retries.clone(),
    );
    registry.register_collector(Box::new(Scraped));
    Metrics {
        registry,
        http_duration,
        http_codes,
        rpc_server,
        rpc_client,
        sql,
        redis,
        cache_reads,
        dropped,
        retries,
    }
});

impl Rpc {
    fn registered(registry: &mut Registry, side: &str) -> Self {
        let rpc = Self {
            duration: Family::new_with_constructor(Buckets(RPC_BUCKETS)),
            codes: Family::default(),
        };
        registry.register(
            format!("rpc_{side}_requests_duration_ms"),
            format!("rpc {side} requests duration(ms)"),
            rpc.duration.clone(),
        );
        registry.register(
            format!("rpc_{side}_requests_code"),
            format!("rpc {side} requests code count"),
            rpc.codes.clone(),
        );
        rpc
    }
}

impl Store {
    fn registered(registry: &mut Registry, store: &str) -> Self {
        let this = Self {
            duration: Family::new_with_constructor(Buckets(STORE_BUCKETS)),
            errors: Family::default(),
        };
        registry.register(
            format!("{store}_client_requests_duration_ms"),
            format!("{store} client requests duration(ms)"),
            this.duration.clone(),
        );
        registry.register(
            format!("{store}_client_requests_error"),
            format!("{store} client requests error count"),
            this.errors.clone(),
        );
        this
    }
}

fn observe(histogram: &Histogram, took: Duration, trace: Option<TraceId>) {
    let example = trace.map(|trace| Example {
        // It is ASCII throughout.
        trace_id: String::from_utf8(trace_hex(trace).to_vec()).unwrap_or_default(),
    });
    let seen = example.is_some().then(SystemTime::now);
    histogram.observe(took.as_secs_f64() * 1000.0, example, seen);
}

/// One HTTP request that was served.
#[derive(Debug)]
pub(crate) struct HttpRequest<'a> {
    pub(crate) method: &'static str,
    /// The template, never the raw path.
    pub(crate) route: Option<&'a str>,
    pub(crate) scheme: &'static str,
    /// `1.1`
    pub(crate) version: &'static str,
    pub(crate) status: u16,
    pub(crate) took: Duration,
    /// Its trace, if that is recorded.
    pub(crate) trace: Option<TraceId>,
}

#[cfg_attr(not(feature = "http"), allow(dead_code))]
pub(crate) fn http_request(request: &HttpRequest<'_>) {
    series::http(request);
}

/// One gRPC call.
#[derive(Debug)]
pub(crate) struct RpcCall<'a> {
    /// `/order.Order/CreateOrder`
    pub(crate) method: &'a str,
    pub(crate) code: tonic::Code,
    /// What its span says, for a code that is an error on this side.
    pub(crate) error_type: Option<&'static str>,
    pub(crate) took: Duration,
    /// Its trace, if that is recorded.
    pub(crate) trace: Option<TraceId>,
}

/// Counts a call on the side that serves it.
#[cfg_attr(not(feature = "rpc-server"), allow(dead_code))]
pub(crate) fn rpc_served(call: &RpcCall<'_>) {
    METRICS.rpc_server.count(Side::Server, call);
}

/// Counts a call on the side that makes it.
#[cfg_attr(not(feature = "rpc-client"), allow(dead_code))]
pub(crate) fn rpc_called(call: &RpcCall<'_>) {
    METRICS.rpc_client.count(Side::Client, call);
}

/// Counts one query, or one command of the cache.
pub(crate) fn stored(
    operation: Operation<'_>,
    error: Option<&'static str>,
    took: Duration,
    trace: Option<TraceId>,
) {
    instruments::database(operation, error, took);
    let store = match operation.system {
        "redis" => &METRICS.redis,
        // The cache inside of the process is no store.
        "memory" => return,
        _ => &METRICS.sql,
    };
    let labels = StoreLabels {
        table: operation.table,
        command: operation.name,
    };
    observe(&store.duration.get_or_create(&labels), took, trace);
    if error.is_some() {
        store.errors.get_or_create(&labels).inc();
    }
}

/// Counts one read of the cache: `hit`, `miss` or `fail`.
pub(crate) fn cache_read(result: &'static str) {
    instruments::cache_read(result);
    let labels = CacheLabels { result };
    METRICS.cache_reads.get_or_create(&labels).inc();
}

/// Counts an attempt after the first one of a call.
#[cfg_attr(not(feature = "rpc-client"), allow(dead_code))]
pub(crate) fn rpc_retried(method: &str) {
    let method = method.into();
    METRICS.retries.get_or_create(&MethodLabel { method }).inc();
}

/// Counts one that a layer such as `breaker` refused; `side` is `http_server`, `rpc_server` or `rpc_client`.
#[cfg_attr(
    not(any(feature = "http", feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
pub(crate) fn dropped(side: &'static str, layer: &'static str) {
    instruments::dropped(side, layer);
    let labels = DropLabels { side, layer };
    METRICS.dropped.get_or_create(&labels).inc();
}

/// For instruments of the service's own, sent with the others over OTLP; without effect while no metrics are sent.
/// Call it after [`telemetry::init`](crate::telemetry::init).
pub fn meter(name: &'static str) -> Meter {
    opentelemetry::global::meter(name)
}

/// The exposition text (OpenMetrics 1.0).
pub fn text() -> String {
    let mut out = String::new();
    if encode(&mut out, &METRICS.registry).is_err() {
        tracing::warn!("metrics could not be encoded");
    }
    out
}
