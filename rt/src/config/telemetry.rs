//! The section `OpenTelemetry`, or `Telemetry` as in go-zero (`core/trace/config.go`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::conf::Millis;

/// Where spans, metrics and logs go, and which. `OTEL_*` variables go before all of it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
// The keys of a file.
#[allow(clippy::struct_excessive_bools)]
pub struct TelemetryConf {
    /// `service.name`, if it shall not be `Name`.
    pub name: Option<String>,
    /// `http://host:4317`, or `host:4317`; without one nothing is exported.
    pub endpoint: Option<String>,
    /// Share of new traces that are recorded, 0 to 1. A caller's decision is kept.
    pub sampler: f64,
    /// Requests that are recorded whatever the share and the caller say.
    pub priority: Vec<PriorityConf>,
    pub disabled: bool,
    pub metrics: bool,
    pub logs: bool,
    pub batcher: Batcher,
    /// Sent with every export; often a token.
    pub otlp_headers: BTreeMap<String, String>,
    /// In place of `/v1/traces`; only by `otlphttp`.
    pub otlp_http_path: Option<String>,
    /// `https` for an endpoint that has no scheme; only by `otlphttp`.
    pub otlp_http_secure: bool,
    /// In PEM, in place of the system's.
    pub otlp_ca_file: Option<PathBuf>,
    /// Who this process is to a collector that asks, in PEM; with its key.
    pub otlp_cert_file: Option<PathBuf>,
    pub otlp_key_file: Option<PathBuf>,
    pub otlp_compression: Compression,
    /// Of one export, with its retries.
    pub otlp_timeout: Millis,
    /// Spans, and log records, that wait at most; more are dropped and counted.
    pub max_queue_size: usize,
    pub max_export_batch_size: usize,
    /// How long a span or log record waits for others.
    pub batch_timeout: Millis,
    /// How long the queue waits for one batch.
    pub export_timeout: Millis,
    pub metric_interval: Millis,
}

impl Default for TelemetryConf {
    fn default() -> Self {
        Self {
            name: None,
            endpoint: None,
            sampler: 1.0,
            priority: Vec::new(),
            disabled: false,
            metrics: true,
            logs: false,
            batcher: Batcher::default(),
            otlp_headers: BTreeMap::new(),
            otlp_http_path: None,
            otlp_http_secure: false,
            otlp_ca_file: None,
            otlp_cert_file: None,
            otlp_key_file: None,
            otlp_compression: Compression::default(),
            // These are the specification's (OTel SDK environment variables).
            otlp_timeout: Millis::new(10_000),
            max_queue_size: 2048,
            max_export_batch_size: 512,
            batch_timeout: Millis::new(5000),
            export_timeout: Millis::new(30_000),
            metric_interval: Millis::new(60_000),
        }
    }
}

/// Headers carry tokens.
impl std::fmt::Debug for TelemetryConf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TelemetryConf")
            .field("name", &self.name)
            .field("endpoint", &self.endpoint)
            .field("sampler", &self.sampler)
            .field("batcher", &self.batcher)
            .field("otlp_headers", &self.otlp_headers.keys())
            .finish_non_exhaustive()
    }
}

/// go-zero's exporters that speak OTLP; it has others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Batcher {
    #[default]
    OtlpGrpc,
    OtlpHttp,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    #[default]
    None,
    Gzip,
}

/// One kind of request that is always recorded: by one of `Header`, `Route` and `Attribute`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PriorityConf {
    /// The name of a request header, or of metadata.
    pub header: Option<String>,
    /// `/api/v1/orders/{order_id}`, `/order.Order/CreateOrder`, or the beginning of such with `*` behind it.
    pub route: Option<String>,
    /// What is on the span from its start; see `trace::PRIORITY_ATTRIBUTES`.
    #[serde(deserialize_with = "known_attribute")]
    pub attribute: Option<String>,
    /// Of the header or attribute; without any, it need only be there.
    pub values: Vec<String>,
}

fn known_attribute<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let known = crate::trace::PRIORITY_ATTRIBUTES;
    let attribute = Option::<String>::deserialize(deserializer)?;
    if let Some(name) = &attribute
        && !known.contains(&name.as_str())
    {
        let known = known.join(", ");
        return Err(serde::de::Error::custom(format!("expected one of {known}")));
    }
    Ok(attribute)
}
