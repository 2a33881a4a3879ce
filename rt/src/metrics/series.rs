//! The series that a thread has found before: those of a route or method and of how its requests end.

use std::cell::RefCell;
use std::sync::Arc;

use super::{
    Counter, Histogram, HttpLabels, HttpRequest, METRICS, MethodLabel, Rpc, RpcCall, RpcLabels,
    observe,
};
use crate::memo::Memo;
use crate::telemetry::instruments::{Alike, Side};

#[cfg_attr(not(feature = "http"), allow(dead_code))]
pub(super) fn http(request: &HttpRequest<'_>) {
    HTTP_SERIES.with_borrow_mut(|known| {
        let series = known.get(|series| series.is_of(request), || HttpSeries::of(request));
        series.exported.record(request.took);
        observe(&series.duration, request.took, request.trace);
        series.requests.inc();
    });
}

impl Rpc {
    fn series(&self, side: Side, call: &RpcCall<'_>) -> RpcSeries {
        let method: Arc<str> = call.method.into();
        let label = MethodLabel {
            method: Arc::clone(&method),
        };
        let code = call.code.into();
        RpcSeries {
            side,
            method: Arc::clone(&method),
            code: call.code,
            exported: Alike::rpc(side, call),
            duration: self.duration.get_or_create_owned(&label),
            calls: self.codes.get_or_create_owned(&RpcLabels { method, code }),
        }
    }

    pub(super) fn count(&self, side: Side, call: &RpcCall<'_>) {
        let is_it = |series: &RpcSeries| {
            series.side == side && series.code == call.code && *series.method == *call.method
        };
        RPC_SERIES.with_borrow_mut(|known| {
            let series = known.get(is_it, || self.series(side, call));
            series.exported.record(call.took);
            observe(&series.duration, call.took, call.trace);
            series.calls.inc();
        });
    }
}

/// Where the calls of one method that end alike are counted.
struct RpcSeries {
    side: Side,
    method: Arc<str>,
    code: tonic::Code,
    exported: Alike,
    duration: Histogram,
    calls: Counter,
}

/// Where the requests of one route that end alike are counted.
struct HttpSeries {
    route: Arc<str>,
    method: &'static str,
    scheme: &'static str,
    version: &'static str,
    status: u16,
    exported: Alike,
    duration: Histogram,
    requests: Counter,
}

thread_local! {
    static HTTP_SERIES: RefCell<Memo<HttpSeries>> = const { RefCell::new(Memo::new()) };
    static RPC_SERIES: RefCell<Memo<RpcSeries>> = const { RefCell::new(Memo::new()) };
}

impl HttpSeries {
    fn of(request: &HttpRequest<'_>) -> Self {
        let route: Arc<str> = request.route.unwrap_or_default().into();
        let labels = HttpLabels {
            path: Arc::clone(&route),
            method: request.method,
            code: request.status,
        };
        Self {
            exported: Alike::http(request, &route),
            duration: METRICS.http_duration.get_or_create_owned(&labels),
            requests: METRICS.http_codes.get_or_create_owned(&labels),
            route,
            method: request.method,
            scheme: request.scheme,
            version: request.version,
            status: request.status,
        }
    }

    fn is_of(&self, request: &HttpRequest<'_>) -> bool {
        self.status == request.status
            && self.method == request.method
            && *self.route == *request.route.unwrap_or_default()
            && self.scheme == request.scheme
            && self.version == request.version
    }
}
