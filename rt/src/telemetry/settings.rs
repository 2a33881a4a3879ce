//! How one signal is sent: the file's section below OpenTelemetry's own variables
//! (OTel specification, OTLP exporter configuration and SDK environment variables).

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::queue::Limits;
use crate::config::{Batcher, Compression, TelemetryConf, TlsClientConf};
#[cfg(feature = "tls")]
use crate::tls::Connector;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Traces => "TRACES",
            Self::Metrics => "METRICS",
            Self::Logs => "LOGS",
        }
    }

    /// Where a collector takes it over HTTP (OTLP specification, OTLP/HTTP request).
    fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
            Self::Logs => "/v1/logs",
        }
    }
}

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) protocol: Batcher,
    /// With its scheme; for HTTP with its path.
    pub(super) endpoint: String,
    /// The file's; the exporter lays those of the environment over them.
    pub(super) headers: Vec<(String, String)>,
    pub(super) timeout: Duration,
    pub(super) gzip: bool,
    /// The files that `https` needs beside what the system trusts.
    pub(super) tls: TlsClientConf,
}

impl Settings {
    /// `None` if this signal goes nowhere.
    pub(super) fn of(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<Option<Self>> {
        if !is_wanted(signal, conf)? {
            return Ok(None);
        }
        let protocol = protocol(signal, conf)?;
        let Some(endpoint) = endpoint(signal, conf, protocol) else {
            return Ok(None);
        };
        let settings = Self {
            protocol,
            endpoint,
            headers: conf.otlp_headers.clone().into_iter().collect(),
            timeout: match variable(signal, "TIMEOUT") {
                Some((name, text)) => millis(&name, &text)?,
                None => conf.otlp_timeout.duration(),
            },
            gzip: gzip(signal, conf)?,
            tls: tls_files(signal, conf)?,
        };
        settings.check_features()?;
        Ok(Some(settings))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.endpoint.starts_with("https://")
    }

    /// With the keys of this section in its errors.
    #[cfg(feature = "tls")]
    pub(super) fn connector(
        &self,
        protocols: &'static [&'static str],
    ) -> anyhow::Result<Option<Connector>> {
        let keys = ["OtlpCertFile", "OtlpKeyFile", "OtlpCAFile"];
        let connector = || Connector::named(keys, &self.tls, protocols);
        self.is_encrypted().then(connector).transpose()
    }

    /// What this build cannot do is an error at the start, not silence.
    fn check_features(&self) -> anyhow::Result<()> {
        let missing = if self.protocol == Batcher::OtlpHttp && !cfg!(feature = "otlp-http") {
            Some(("OTLP over HTTP", "otlp-http"))
        } else if (self.is_encrypted() || self.tls != TlsClientConf::default())
            && !cfg!(feature = "tls")
        {
            Some(("an https endpoint, or its certificates,", "tls"))
        } else if self.gzip && !cfg!(feature = "otlp-gzip") {
            Some(("gzip", "otlp-gzip"))
        } else {
            None
        };
        match missing {
            Some((what, feature)) => bail!(
                "{what} needs the feature `{feature}` of zgen-rt: in the Cargo.toml of this crate, \
                 add it to the line `zgen-rt = {{ workspace = true, features = [..] }}`"
            ),
            None => Ok(()),
        }
    }
}

/// Of the queues of spans and log records; `OTEL_BSP_*` and `OTEL_BLRP_*` go before the file.
pub(super) fn limits(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<Limits> {
    let prefix = match signal {
        Signal::Logs => "OTEL_BLRP",
        Signal::Traces | Signal::Metrics => "OTEL_BSP",
    };
    let number = |key: &str, file: usize| -> anyhow::Result<usize> {
        let name = format!("{prefix}_{key}");
        let Some(text) = env(&name) else {
            return Ok(file);
        };
        text.parse()
            .with_context(|| format!("{name}: expected a number"))
    };
    let span = |key: &str, file: Duration| -> anyhow::Result<Duration> {
        let name = format!("{prefix}_{key}");
        env(&name).map_or(Ok(file), |text| millis(&name, &text))
    };
    let queue = number("MAX_QUEUE_SIZE", conf.max_queue_size)?.max(1);
    let batch = number("MAX_EXPORT_BATCH_SIZE", conf.max_export_batch_size)?;
    Ok(Limits {
        queue,
        batch: batch.clamp(1, queue),
        delay: span("SCHEDULE_DELAY", conf.batch_timeout.duration())?,
        export: span("EXPORT_TIMEOUT", conf.export_timeout.duration())?,
    })
}

/// How often metrics are sent.
pub(super) fn metric_interval(conf: &TelemetryConf) -> anyhow::Result<Duration> {
    const NAME: &str = "OTEL_METRIC_EXPORT_INTERVAL";
    let interval = match env(NAME) {
        Some(text) => millis(NAME, &text)?,
        None => conf.metric_interval.duration(),
    };
    // The reader would take zero for its own default.
    Ok(interval.max(Duration::from_millis(1)))
}

/// An environment variable that says something.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn is_wanted(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<bool> {
    let name = format!("OTEL_{}_EXPORTER", signal.name());
    match env(&name).as_deref() {
        Some("otlp") => Ok(true),
        // The dev server has them for Prometheus whatever this says.
        Some("none" | "prometheus") => Ok(false),
        Some(other) => bail!("{name}: expected `otlp` or `none`, found `{other}`"),
        None => Ok(match signal {
            Signal::Traces => true,
            Signal::Metrics => conf.metrics,
            Signal::Logs => conf.logs,
        }),
    }
}

/// `key1=value1,key2=value2`, the values as in a URL. What is no header is left out, as OpenTelemetry's exporters do, which
/// read it themselves.
pub(super) fn headers_of_environment(signal: Signal) -> HeaderMap {
    let text = variable(signal, "HEADERS").map(|(_, text)| text);
    let text = text.unwrap_or_default();
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let headers = pairs.filter_map(|(name, value)| {
        let value = value.trim();
        let decoded = decoded(value).unwrap_or_else(|| value.to_owned());
        let value = HeaderValue::try_from(decoded).ok()?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        (!value.is_empty()).then_some((name, value))
    });
    headers.collect()
}

/// `%20` is a space.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// The variable of this signal, else of all; with its name.
fn variable(signal: Signal, key: &str) -> Option<(String, String)> {
    let own = format!("OTEL_EXPORTER_OTLP_{}_{key}", signal.name());
    let common = format!("OTEL_EXPORTER_OTLP_{key}");
    [own, common]
        .into_iter()
        .find_map(|name| env(&name).map(|value| (name, value)))
}

fn protocol(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<Batcher> {
    let Some((name, protocol)) = variable(signal, "PROTOCOL") else {
        return Ok(conf.batcher);
    };
    match protocol.as_str() {
        "grpc" => Ok(Batcher::OtlpGrpc),
        "http/protobuf" => Ok(Batcher::OtlpHttp),
        other => bail!("{name}: expected `grpc` or `http/protobuf`, found `{other}`"),
    }
}

fn endpoint(signal: Signal, conf: &TelemetryConf, protocol: Batcher) -> Option<String> {
    let is_http = protocol == Batcher::OtlpHttp;
    let own = format!("OTEL_EXPORTER_OTLP_{}_ENDPOINT", signal.name());
    if let Some(endpoint) = env(&own) {
        return Some(with_scheme(&endpoint, false));
    }
    if let Some(base) = env("OTEL_EXPORTER_OTLP_ENDPOINT") {
        let base = with_scheme(&base, false);
        return Some(if is_http {
            join(&base, signal.path())
        } else {
            base
        });
    }
    let base = conf.endpoint.as_deref().filter(|text| !text.is_empty())?;
    let base = with_scheme(base, is_http && conf.otlp_http_secure);
    Some(match &conf.otlp_http_path {
        _ if !is_http => base,
        // go-zero's key is about traces, which is all that it sends.
        Some(path) if signal == Signal::Traces => join(&base, path),
        Some(path) => {
            let before = path.strip_suffix(Signal::Traces.path());
            join(
                &base,
                &(before.unwrap_or_default().to_owned() + signal.path()),
            )
        }
        None => join(&base, signal.path()),
    })
}

/// go-zero's files say `localhost:4317`; `OTEL_EXPORTER_OTLP_INSECURE` is about such, and here they are so anyway.
fn with_scheme(endpoint: &str, is_secure: bool) -> String {
    if endpoint.contains("://") {
        endpoint.to_owned()
    } else if is_secure {
        format!("https://{endpoint}")
    } else {
        format!("http://{endpoint}")
    }
}

fn join(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let path = path.trim_start_matches('/');
    format!("{base}/{path}")
}

fn gzip(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<bool> {
    let Some((name, compression)) = variable(signal, "COMPRESSION") else {
        return Ok(conf.otlp_compression == Compression::Gzip);
    };
    match compression.as_str() {
        "gzip" => Ok(true),
        "none" => Ok(false),
        other => bail!("{name}: expected `gzip` or `none`, found `{other}`"),
    }
}

fn tls_files(signal: Signal, conf: &TelemetryConf) -> anyhow::Result<TlsClientConf> {
    let file = |key: &str, conf: &Option<PathBuf>| {
        let variable = variable(signal, key).map(|(_, value)| value.into());
        variable.or_else(|| conf.clone())
    };
    let files = TlsClientConf {
        ca_cert_file: file("CERTIFICATE", &conf.otlp_ca_file),
        cert_file: file("CLIENT_CERTIFICATE", &conf.otlp_cert_file),
        key_file: file("CLIENT_KEY", &conf.otlp_key_file),
        ..TlsClientConf::default()
    };
    ensure!(
        files.cert_file.is_some() == files.key_file.is_some(),
        "OtlpCertFile and OtlpKeyFile: one without the other"
    );
    Ok(files)
}

fn millis(name: &str, text: &str) -> anyhow::Result<Duration> {
    let millis = text.parse();
    let millis = millis.with_context(|| format!("{name}: expected milliseconds"))?;
    Ok(Duration::from_millis(millis))
}
