//! Logs and traces of the process: installed once from `main`, flushed last.

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::Resource;

use crate::config::{LogConf, RestConf, RpcServerConf, TelemetryConf};
use crate::{log, trace};

/// How long the last flush may take.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps telemetry running; [`Telemetry::shutdown`] sends what is queued.
#[derive(Debug)]
#[must_use = "call `shutdown` before the process ends, or the last spans are lost"]
pub struct Telemetry(());

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

/// Installs the log subscriber, and the span exporter if an endpoint is set.
///
/// `service` and `version` are the crate's; `OTEL_*` variables win over the file (OTel specification, SDK environment variables).
pub fn init(
    conf: &impl Observed,
    service: &'static str,
    version: &'static str,
) -> anyhow::Result<Telemetry> {
    log::init(conf.log())?;
    let conf = conf.telemetry().cloned().unwrap_or_default();
    let disabled = conf.disabled || env("OTEL_SDK_DISABLED").is_some_and(|value| value == "true");
    let endpoint = env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        .or_else(|| env("OTEL_EXPORTER_OTLP_ENDPOINT"))
        .or(conf.endpoint.clone())
        .filter(|endpoint| !endpoint.is_empty());
    if let Some(endpoint) = endpoint.filter(|_| !disabled) {
        trace::install(trace::Exporter {
            endpoint: with_scheme(&endpoint),
            resource: resource(conf.name.as_deref().unwrap_or(service), version),
            sampler: trace::Sampler::new(ratio(&conf)),
        })
        .with_context(|| format!("OpenTelemetry: cannot export to `{endpoint}`"))?;
    }
    Ok(Telemetry(()))
}

impl Telemetry {
    /// Sends the spans that are queued.
    pub async fn shutdown(self) {
        trace::shutdown(FLUSH_TIMEOUT).await;
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The exporter takes URLs only; go-zero's files say `localhost:4317`.
fn with_scheme(endpoint: &str) -> String {
    if endpoint.contains("://") {
        endpoint.to_owned()
    } else {
        format!("http://{endpoint}")
    }
}

/// `OTEL_TRACES_SAMPLER` and its argument, else the file's ratio.
fn ratio(conf: &TelemetryConf) -> f64 {
    let argument = || env("OTEL_TRACES_SAMPLER_ARG").and_then(|text| text.parse().ok());
    match env("OTEL_TRACES_SAMPLER").as_deref() {
        Some("always_on" | "parentbased_always_on") => 1.0,
        Some("always_off" | "parentbased_always_off") => 0.0,
        Some("traceidratio" | "parentbased_traceidratio") => argument().unwrap_or(1.0),
        _ => conf.sampler,
    }
}

/// Who is speaking (OTel semantic conventions, resource). `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`
/// are read by the SDK's own detectors and win.
fn resource(service: &str, version: &'static str) -> Resource {
    let mut own = vec![
        KeyValue::new("service.version", version),
        KeyValue::new("os.type", std::env::consts::OS),
        KeyValue::new("host.arch", std::env::consts::ARCH),
        KeyValue::new("process.pid", i64::from(std::process::id())),
        KeyValue::new("process.runtime.name", "rust"),
    ];
    if let Some(host) = host_name() {
        own.push(KeyValue::new("host.name", host));
    }
    if let Some(name) = executable_name() {
        own.push(KeyValue::new("process.executable.name", name));
    }
    let named = env("OTEL_SERVICE_NAME").is_some()
        || env("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
    let detected = Resource::builder().build();
    let kept = |attribute: &KeyValue| {
        detected
            .get(&attribute.key)
            .is_none_or(|value| value == Value::from(""))
    };
    let own: Vec<_> = own.into_iter().filter(kept).collect();
    let mut builder = Resource::builder().with_attributes(own);
    if !named {
        builder = builder.with_service_name(service.to_owned());
    }
    builder.build()
}

fn host_name() -> Option<String> {
    let from_file = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    env("HOSTNAME")
        .or_else(from_file)
        .map(|name| name.trim().to_owned())
        .filter(|n| !n.is_empty())
}

fn executable_name() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}
