//! Logs, traces and metrics of the process: installed once from `main`, flushed last.
//!
//! All three go out over OTLP, from a queue or a timer of their own: a collector that is slow or gone makes no request
//! slower, and what is lost is counted ([`flow`]).

pub(crate) mod encode;
mod exporter;
pub(crate) mod flow;
#[cfg(feature = "otlp-http")]
mod http;
pub(crate) mod instruments;
mod logs;
mod meters;
pub(crate) mod observed;
pub(crate) mod packed;
pub(crate) mod process;
pub(crate) mod queue;
mod resource;
pub(crate) mod scraped;
mod settings;
mod spans;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::metrics::SdkMeterProvider;

pub(crate) use self::logs::Bridge;
use self::queue::Queue;
use self::settings::{Settings, Signal, env};
use crate::config::{LogConf, RestConf, RpcServerConf, TelemetryConf};
use crate::{log, trace};

/// How long the last flush may take.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Who records, in OpenTelemetry's words: the instrumentation.
pub(crate) const SCOPE: &str = "zgen-rt";

/// Keeps telemetry running; [`Telemetry::shutdown`] sends what is queued.
#[derive(Debug, Default)]
#[must_use = "call `shutdown` before the process ends, or the last spans are lost"]
pub struct Telemetry {
    logs: Option<Arc<Queue<VecDeque<SdkLogRecord>>>>,
    meters: Option<SdkMeterProvider>,
}

/// A top level that says what is logged and traced.
pub trait Observed {
    fn log(&self) -> LogConf;
    fn telemetry(&self) -> Option<&TelemetryConf>;
}

impl Observed for RestConf {
    fn log(&self) -> LogConf {
        self.log
    }

    fn telemetry(&self) -> Option<&TelemetryConf> {
        self.open_telemetry.as_ref()
    }
}

impl Observed for RpcServerConf {
    fn log(&self) -> LogConf {
        self.log
    }

    fn telemetry(&self) -> Option<&TelemetryConf> {
        self.open_telemetry.as_ref()
    }
}

/// Installs the log subscriber, and the exporters of what an endpoint is set for.
///
/// `service` and `version` are the crate's; `OTEL_*` variables win over the file (OTel specification, SDK environment
/// variables). Call it inside the tokio runtime: the connections live on it.
pub fn init(
    conf: &impl Observed,
    service: &'static str,
    version: &'static str,
) -> anyhow::Result<Telemetry> {
    let log = conf.log();
    let conf = conf.telemetry().cloned().unwrap_or_default();
    if conf.disabled || env("OTEL_SDK_DISABLED").is_some_and(|value| value == "true") {
        log::init(log, None)?;
        return Ok(Telemetry::default());
    }
    let resource = resource::resource(conf.name.as_deref().unwrap_or(service), version);
    install(log, &conf, &resource).context("OpenTelemetry")
}

fn install(log: LogConf, conf: &TelemetryConf, resource: &Resource) -> anyhow::Result<Telemetry> {
    // What is wrong with one signal is said before anything is started.
    let spans = Settings::of(Signal::Traces, conf)?;
    let metrics = Settings::of(Signal::Metrics, conf)?;
    let logs = Settings::of(Signal::Logs, conf)?;
    let logs = match logs {
        Some(settings) => {
            let exporter = exporter::logs(&settings, resource)?;
            let limits = settings::limits(Signal::Logs, conf)?;
            Some(Arc::new(Queue::start(exporter, limits, &flow::LOGS)))
        }
        None => None,
    };
    log::init(log, logs.clone().map(Bridge::new))?;
    if let Some(settings) = spans {
        let exporter = exporter::spans(&settings, resource)?;
        let limits = settings::limits(Signal::Traces, conf)?;
        let queue = Queue::start(exporter, limits, &flow::SPANS);
        trace::install(trace::Sink::Queue(queue), trace::Sampler::of(conf)?)?;
    }
    let meters = match metrics {
        Some(settings) => {
            let exporter = exporter::metrics(&settings)?;
            let interval = settings::metric_interval(conf)?;
            Some(meters::start(exporter, interval, resource.clone()))
        }
        None => None,
    };
    Ok(Telemetry { logs, meters })
}

impl Telemetry {
    /// Sends what is queued, within five seconds.
    pub async fn shutdown(self) {
        let spans = trace::shutdown(FLUSH_TIMEOUT);
        let logs = async {
            if let Some(logs) = self.logs {
                logs.close(FLUSH_TIMEOUT).await;
            }
        };
        let metrics = async {
            if let Some(meters) = self.meters {
                meters::shutdown(meters, FLUSH_TIMEOUT).await;
            }
        };
        tokio::join!(spans, logs, metrics);
    }
}
