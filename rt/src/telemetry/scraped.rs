//! What Prometheus gets beside the counted: the process, pools of connections, and what became of telemetry itself.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::flow::{self, Loss};
use super::{observed, process};

/// Looked at for each scrape.
#[derive(Debug)]
pub(crate) struct Scraped;

#[derive(Debug, EncodeLabelSet)]
struct Signal {
    signal: &'static str,
}

#[derive(Debug, EncodeLabelSet)]
struct Lost {
    signal: &'static str,
    reason: &'static str,
}

#[derive(Debug, EncodeLabelSet)]
struct Connections {
    pool: String,
    state: &'static str,
}

impl Collector for Scraped {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        telemetry(&mut encoder)?;
        pools(&mut encoder)?;
        process(&mut encoder)
    }
}

fn telemetry(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let help = "spans, log records and exports of metrics that a collector took";
    let mut family = encoder.encode_descriptor("otel_exported", help, None, MetricType::Counter)?;
    for flow in flow::all() {
        let signal = flow.signal;
        ConstCounter::new(flow.exported()).encode(family.encode_family(&Signal { signal })?)?;
    }
    let help = "spans, log records and exports of metrics that were lost";
    let mut family = encoder.encode_descriptor("otel_dropped", help, None, MetricType::Counter)?;
    for flow in flow::all() {
        for loss in Loss::ALL {
            let labels = Lost {
                signal: flow.signal,
                reason: loss.name(),
            };
            ConstCounter::new(flow.lost(loss)).encode(family.encode_family(&labels)?)?;
        }
    }
    let help = "spans and log records that wait to be sent";
    let mut family = encoder.encode_descriptor("otel_queued", help, None, MetricType::Gauge)?;
    for flow in flow::all().into_iter().filter(|flow| flow.capacity() > 0) {
        let signal = flow.signal;
        ConstGauge::new(flow.waiting()).encode(family.encode_family(&Signal { signal })?)?;
    }
    Ok(())
}

fn pools(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let pools = observed::pools();
    if pools.is_empty() {
        return Ok(());
    }
    let help = "connections of a pool, and how many there may be";
    let mut family = encoder.encode_descriptor("db_connections", help, None, MetricType::Gauge)?;
    for (pool, state) in pools {
        for (count, state) in [
            (state.used, "used"),
            (state.idle, "idle"),
            (state.max, "max"),
        ] {
            let pool = pool.clone();
            let labels = Connections { pool, state };
            ConstGauge::new(u64::from(count)).encode(family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

/// Under the names that every Prometheus client uses.
fn process(encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let Some(usage) = process::usage() else {
        return Ok(());
    };
    let seconds = (usage.user + usage.system).as_secs_f64();
    let help = "Total user and system CPU time spent in seconds.";
    let metric =
        encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
    ConstCounter::new(seconds).encode(metric)?;
    let gauges = [
        (
            "process_resident_memory_bytes",
            "Resident memory size in bytes.",
            usage.resident,
        ),
        (
            "process_virtual_memory_bytes",
            "Virtual memory size in bytes.",
            usage.virtual_size,
        ),
        (
            "process_open_fds",
            "Number of open file descriptors.",
            usage.open_files,
        ),
        (
            "process_threads",
            "Number of OS threads in the process.",
            usage.threads,
        ),
    ];
    for (name, help, value) in gauges {
        let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        ConstGauge::new(value).encode(metric)?;
    }
    Ok(())
}
