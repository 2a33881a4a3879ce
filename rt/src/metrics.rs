//! Prometheus metrics under go-zero's names (`rest/handler/prometheushandler.go`, `zrpc/internal`), served at
//! the dev server.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Milliseconds, as in `rest/handler/prometheushandler.go`.
const HTTP_BUCKETS: &[f64] = &[5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 750.0, 1000.0];
/// Milliseconds, as in `zrpc/internal/serverinterceptors/prometheusinterceptor.go`.
const RPC_BUCKETS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2000.0, 5000.0,
];

/// Labels of an HTTP request; `path` is the route, never the raw path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct HttpLabels {
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) code: u16,
}

/// Which layer refused a request or call, and on which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DropLabels {
    side: &'static str,
    layer: &'static str,
}

/// Labels of a gRPC call; `method` is `/order.Order/CreateOrder`, `code` the number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RpcLabels {
    pub(crate) method: String,
    pub(crate) code: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MethodLabel {
    method: String,
}

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
    dropped: Family<DropLabels, Counter>,
    retries: Family<MethodLabel, Counter>,
}

#[derive(Clone)]
struct Rpc {
    duration: Family<MethodLabel, Histogram, Buckets>,
    codes: Family<RpcLabels, Counter>,
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
    Metrics {
        registry,
        http_duration,
        http_codes,
        rpc_server,
        rpc_client,
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

    fn observe(&self, method: &str, code: i32, took: Duration) {
        let method = method.to_owned();
        self.duration
            .get_or_create(&MethodLabel {
                method: method.clone(),
            })
            .observe(took.as_secs_f64() * 1000.0);
        self.codes.get_or_create(&RpcLabels { method, code }).inc();
    }
}

/// Counts one HTTP request.
#[cfg_attr(not(feature = "http"), allow(dead_code))]
pub(crate) fn http_request(labels: &HttpLabels, took: Duration) {
    METRICS
        .http_duration
        .get_or_create(labels)
        .observe(took.as_secs_f64() * 1000.0);
    METRICS.http_codes.get_or_create(labels).inc();
}

/// Counts one gRPC call on the side that serves it.
#[cfg_attr(not(feature = "rpc-server"), allow(dead_code))]
pub(crate) fn rpc_served(method: &str, code: i32, took: Duration) {
    METRICS.rpc_server.observe(method, code, took);
}

/// Counts one gRPC call on the side that makes it.
#[cfg_attr(not(feature = "rpc-client"), allow(dead_code))]
pub(crate) fn rpc_called(method: &str, code: i32, took: Duration) {
    METRICS.rpc_client.observe(method, code, took);
}

/// Counts an attempt after the first one of a call.
#[cfg_attr(not(feature = "rpc-client"), allow(dead_code))]
pub(crate) fn rpc_retried(method: &str) {
    let method = method.to_owned();
    METRICS.retries.get_or_create(&MethodLabel { method }).inc();
}

/// Counts one that a layer such as `breaker` refused; `side` is `http_server`, `rpc_server` or `rpc_client`.
#[cfg_attr(
    not(any(feature = "http", feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
pub(crate) fn dropped(side: &'static str, layer: &'static str) {
    let labels = DropLabels { side, layer };
    METRICS.dropped.get_or_create(&labels).inc();
}

/// The exposition text (OpenMetrics 1.0).
pub fn text() -> String {
    let mut out = String::new();
    if encode(&mut out, &METRICS.registry).is_err() {
        tracing::warn!("metrics could not be encoded");
    }
    out
}
