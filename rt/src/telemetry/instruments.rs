//! Metrics under the names of the semantic conventions 1.42, for OTLP. All of it is recorded by [`crate::metrics`], which
//! has go-zero's names for Prometheus.

use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::metrics::{BoundHistogram, Counter, Histogram, Meter};
use opentelemetry::{KeyValue, StringValue};

use super::observed;
use crate::metrics::{HttpRequest, RpcCall};
use crate::rpc::code_name;
use crate::trace::attr;

/// Seconds: the boundaries that the conventions advise for HTTP and RPC.
const REQUEST_SECONDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];
/// Seconds: those for databases.
const DATABASE_SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0];

struct Instruments {
    http: Histogram<f64>,
    rpc_server: Histogram<f64>,
    rpc_client: Histogram<f64>,
    database: Histogram<f64>,
    dropped: Counter<u64>,
    cache_reads: Counter<u64>,
}

/// Empty while no metrics are sent, which then cost one load.
static INSTRUMENTS: OnceLock<Instruments> = OnceLock::new();

/// Which side of a gRPC call this process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(all(feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
pub(crate) enum Side {
    Server,
    Client,
}

/// Call it inside the tokio runtime.
pub(super) fn start(meter: &Meter) {
    let seconds = |name: &'static str, description: &'static str, boundaries: &[f64]| {
        meter
            .f64_histogram(name)
            .with_unit("s")
            .with_description(description)
            .with_boundaries(boundaries.to_vec())
            .build()
    };
    let requests = |name, description| seconds(name, description, &REQUEST_SECONDS);
    let instruments = Instruments {
        http: requests(
            "http.server.request.duration",
            "Duration of HTTP server requests.",
        ),
        rpc_server: requests(
            "rpc.server.call.duration",
            "Measures the duration of an incoming Remote Procedure Call (RPC).",
        ),
        rpc_client: requests(
            "rpc.client.call.duration",
            "Measures the duration of an outgoing Remote Procedure Call (RPC).",
        ),
        database: seconds(
            "db.client.operation.duration",
            "Duration of database client operations.",
            &DATABASE_SECONDS,
        ),
        dropped: meter
            .u64_counter("zgen.requests.dropped")
            .with_unit("{request}")
            .with_description("Requests and calls refused to protect the process or what it calls.")
            .build(),
        cache_reads: meter
            .u64_counter("zgen.cache.reads")
            .with_unit("{read}")
            .with_description("Reads of the cache, by what came of them.")
            .build(),
    };
    if INSTRUMENTS.set(instruments).is_ok() {
        observed::start(meter);
    }
}

/// The durations of requests or calls that are alike. To find their place among others by hashing what they have in
/// common takes longer than all else about a value, so it is done once.
pub(crate) struct Alike {
    pick: fn(&Instruments) -> &Histogram<f64>,
    attributes: Vec<KeyValue>,
    /// From the first value after metrics were started.
    bound: OnceCell<BoundHistogram<f64>>,
}

#[cfg_attr(
    not(any(feature = "http", feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
impl Alike {
    /// Requests of one route that end alike.
    pub(crate) fn http(request: &HttpRequest<'_>, route: &Arc<str>) -> Self {
        Self::new(|all| &all.http, http_attributes(request, route))
    }

    /// Calls of one method that end alike.
    pub(crate) fn rpc(side: Side, call: &RpcCall<'_>) -> Self {
        let pick: fn(&Instruments) -> &Histogram<f64> = match side {
            Side::Server => |all| &all.rpc_server,
            Side::Client => |all| &all.rpc_client,
        };
        Self::new(pick, rpc_attributes(call))
    }

    fn new(pick: fn(&Instruments) -> &Histogram<f64>, attributes: Vec<KeyValue>) -> Self {
        Self {
            pick,
            attributes,
            bound: OnceCell::new(),
        }
    }

    pub(crate) fn record(&self, took: Duration) {
        if let Some(instruments) = INSTRUMENTS.get() {
            let bind = || (self.pick)(instruments).bind(&self.attributes);
            self.bound.get_or_init(bind).record(took.as_secs_f64());
        }
    }
}

#[cfg_attr(not(feature = "http"), allow(dead_code))]
fn http_attributes(request: &HttpRequest<'_>, route: &Arc<str>) -> Vec<KeyValue> {
    let status = i64::from(request.status);
    let mut attributes = Vec::with_capacity(6);
    attributes.push(KeyValue::new(attr::HTTP_REQUEST_METHOD, request.method));
    attributes.push(KeyValue::new(attr::URL_SCHEME, request.scheme));
    attributes.push(KeyValue::new(
        attr::NETWORK_PROTOCOL_VERSION,
        request.version,
    ));
    attributes.push(KeyValue::new(attr::HTTP_RESPONSE_STATUS_CODE, status));
    if request.route.is_some() {
        let route = StringValue::from(Arc::clone(route));
        attributes.push(KeyValue::new(attr::HTTP_ROUTE, route));
    }
    if status >= 500 {
        attributes.push(KeyValue::new(attr::ERROR_TYPE, status.to_string()));
    }
    attributes
}

#[cfg_attr(
    not(any(feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
fn rpc_attributes(call: &RpcCall<'_>) -> Vec<KeyValue> {
    let method = call.method.trim_start_matches('/').to_owned();
    let status = code_name(call.code);
    let mut attributes = Vec::with_capacity(4);
    attributes.push(KeyValue::new(attr::RPC_SYSTEM_NAME, "grpc"));
    attributes.push(KeyValue::new(attr::RPC_METHOD, method));
    attributes.push(KeyValue::new(attr::RPC_RESPONSE_STATUS_CODE, status));
    if let Some(error_type) = call.error_type {
        attributes.push(KeyValue::new(attr::ERROR_TYPE, error_type));
    }
    attributes
}

/// One query, or one command of the cache.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) system: &'static str,
    pub(crate) name: &'static str,
    pub(crate) table: Option<&'static str>,
    pub(crate) database: Option<&'a str>,
}

pub(crate) fn database(operation: Operation<'_>, error_type: Option<&'static str>, took: Duration) {
    let Some(instruments) = INSTRUMENTS.get() else {
        return;
    };
    let mut attributes = Vec::with_capacity(5);
    attributes.push(KeyValue::new(attr::DB_SYSTEM_NAME, operation.system));
    attributes.push(KeyValue::new(attr::DB_OPERATION_NAME, operation.name));
    if let Some(table) = operation.table {
        attributes.push(KeyValue::new(attr::DB_COLLECTION_NAME, table));
    }
    if let Some(database) = operation.database {
        attributes.push(KeyValue::new(attr::DB_NAMESPACE, database.to_owned()));
    }
    if let Some(error_type) = error_type {
        attributes.push(KeyValue::new(attr::ERROR_TYPE, error_type));
    }
    instruments.database.record(took.as_secs_f64(), &attributes);
}

pub(crate) fn cache_read(result: &'static str) {
    if let Some(instruments) = INSTRUMENTS.get() {
        let result = KeyValue::new("zgen.cache.result", result);
        instruments.cache_reads.add(1, &[result]);
    }
}

#[cfg_attr(
    not(any(feature = "http", feature = "rpc-client", feature = "rpc-server")),
    allow(dead_code)
)]
pub(crate) fn dropped(side: &'static str, layer: &'static str) {
    if let Some(instruments) = INSTRUMENTS.get() {
        let side = KeyValue::new("zgen.side", side);
        let layer = KeyValue::new("zgen.layer", layer);
        instruments.dropped.add(1, &[side, layer]);
    }
}
