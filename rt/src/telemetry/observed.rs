//! Metrics that nobody records: looked at when they are sent.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;
use tokio::runtime::{Handle, RuntimeMetrics};

use super::flow::{self, Flow, Loss};
use super::process;
use crate::trace::attr;

/// Call it inside the tokio runtime.
pub(super) fn start(meter: &Meter) {
    observe_flows(meter);
    observe_process(meter);
    observe_runtime(meter);
    observe_pools(meter);
}

/// How full a pool of connections is.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "sql"), allow(dead_code))]
pub(crate) struct PoolState {
    pub(crate) used: u32,
    pub(crate) idle: u32,
    pub(crate) max: u32,
}

type Pool = (String, Box<dyn Fn() -> Option<PoolState> + Send + Sync>);

static POOLS: Mutex<Vec<Pool>> = Mutex::new(Vec::new());

/// Has a pool looked at whenever metrics are sent, until it says `None`.
#[cfg_attr(not(feature = "sql"), allow(dead_code))]
pub(crate) fn watch_pool(
    name: String,
    state: impl Fn() -> Option<PoolState> + Send + Sync + 'static,
) {
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    pools.push((name, Box::new(state)));
}

pub(crate) fn pools() -> Vec<(String, PoolState)> {
    let mut states = Vec::new();
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    pools.retain(|(name, state)| {
        let state = state();
        states.extend(state.map(|state| (name.clone(), state)));
        state.is_some()
    });
    states
}

fn observe_pools(meter: &Meter) {
    const NAME: &str = "db.client.connection.pool.name";
    meter
        .i64_observable_up_down_counter("db.client.connection.count")
        .with_unit("{connection}")
        .with_description("The number of connections that are in the state of the attribute.")
        .with_callback(|observer| {
            for (name, state) in pools() {
                for (count, state) in [(state.used, "used"), (state.idle, "idle")] {
                    let state = KeyValue::new("db.client.connection.state", state);
                    let name = KeyValue::new(NAME, name.clone());
                    observer.observe(count.into(), &[name, state]);
                }
            }
        })
        .build();
    meter
        .i64_observable_up_down_counter("db.client.connection.max")
        .with_unit("{connection}")
        .with_description("The maximum number of open connections allowed.")
        .with_callback(|observer| {
            for (name, state) in pools() {
                observer.observe(state.max.into(), &[KeyValue::new(NAME, name)]);
            }
        })
        .build();
}

/// The SDK's own, which it keeps to itself: `otel.sdk.*`.
fn observe_flows(meter: &Meter) {
    const ITEMS: [(&Flow, &str, &str); 2] = [
        (&flow::SPANS, "span", "{span}"),
        (&flow::LOGS, "log", "{log_record}"),
    ];
    for (flow, item, unit) in ITEMS {
        let counter = |name: String, good: fn(&Flow) -> u64, losses: &'static [Loss]| {
            meter
                .u64_observable_counter(name)
                .with_unit(unit)
                .with_callback(move |observer| {
                    observer.observe(good(flow), &[]);
                    for loss in losses {
                        let kind = KeyValue::new(attr::ERROR_TYPE, loss.name());
                        observer.observe(flow.lost(*loss), &[kind]);
                    }
                })
                .build();
        };
        counter(
            format!("otel.sdk.exporter.{item}.exported"),
            Flow::exported,
            &[Loss::Timeout, Loss::Failed],
        );
        // What the exporter was given has been processed, whatever came of it.
        counter(
            format!("otel.sdk.processor.{item}.processed"),
            |flow| flow.exported() + flow.lost(Loss::Timeout) + flow.lost(Loss::Failed),
            &[Loss::QueueFull, Loss::Shutdown],
        );
        let level = |name: String, value: fn(&Flow) -> u64| {
            meter
                .i64_observable_up_down_counter(name)
                .with_unit(unit)
                .with_callback(move |observer| {
                    observer.observe(i64::try_from(value(flow)).unwrap_or(i64::MAX), &[]);
                })
                .build();
        };
        level(
            format!("otel.sdk.processor.{item}.queue.size"),
            Flow::waiting,
        );
        level(
            format!("otel.sdk.processor.{item}.queue.capacity"),
            Flow::capacity,
        );
    }
}

/// Name, unit, and the number itself.
type Part = (&'static str, &'static str, fn(process::Usage) -> u64);

fn observe_process(meter: &Meter) {
    let started = Instant::now();
    meter
        .f64_observable_gauge("process.uptime")
        .with_unit("s")
        .with_callback(move |observer| observer.observe(started.elapsed().as_secs_f64(), &[]))
        .build();
    meter
        .f64_observable_counter("process.cpu.time")
        .with_unit("s")
        .with_callback(|observer| {
            if let Some(usage) = process::usage() {
                for (mode, time) in [("user", usage.user), ("system", usage.system)] {
                    observer.observe(time.as_secs_f64(), &[KeyValue::new("cpu.mode", mode)]);
                }
            }
        })
        .build();
    let parts: [Part; 4] = [
        ("process.memory.usage", "By", |usage| usage.resident),
        ("process.memory.virtual", "By", |usage| usage.virtual_size),
        ("process.thread.count", "{thread}", |usage| usage.threads),
        (
            "process.unix.file_descriptor.count",
            "{file_descriptor}",
            |usage| usage.open_files,
        ),
    ];
    for (name, unit, part) in parts {
        meter
            .i64_observable_up_down_counter(name)
            .with_unit(unit)
            .with_callback(move |observer| {
                if let Some(usage) = process::usage() {
                    observer.observe(i64::try_from(part(usage)).unwrap_or(i64::MAX), &[]);
                }
            })
            .build();
    }
}

type Look = fn(&RuntimeMetrics) -> usize;

/// No convention has names for tokio yet.
fn observe_runtime(meter: &Meter) {
    let Ok(handle) = Handle::try_current() else {
        return;
    };
    let metrics = handle.metrics();
    let parts: [(_, _, Look); 3] = [
        ("tokio.workers", "{thread}", RuntimeMetrics::num_workers),
        (
            "tokio.tasks.alive",
            "{task}",
            RuntimeMetrics::num_alive_tasks,
        ),
        (
            "tokio.queue.depth",
            "{task}",
            RuntimeMetrics::global_queue_depth,
        ),
    ];
    for (name, unit, part) in parts {
        let metrics = metrics.clone();
        meter
            .u64_observable_gauge(name)
            .with_unit(unit)
            .with_callback(move |observer| observer.observe(part(&metrics) as u64, &[]))
            .build();
    }
}
