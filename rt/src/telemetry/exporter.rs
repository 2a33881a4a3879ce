//! What sends each signal over a connection of ours: gRPC, or HTTP with the feature `otlp-http`. Metrics and logs go by the
//! exporters of OpenTelemetry.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::Context as _;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry_otlp::{
    Compression, LogExporter, MetricExporter, WithExportConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::logs::{LogBatch, LogExporter as _, SdkLogRecord};
use tonic::client::Grpc;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};

#[cfg(feature = "otlp-http")]
use super::http::{Client, Poster};
use super::logs::scope;
use super::queue::Export;
use super::settings::{self, Settings, Signal};
use super::spans::{Spans, To};
use crate::config::Batcher;
use crate::dial::Dial;

/// A collector that is gone without a word is noticed by this.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) fn spans(settings: &Settings, resource: &Resource) -> anyhow::Result<Spans> {
    let mut headers = headers(settings)?;
    headers.extend(settings::headers_of_environment(Signal::Traces));
    let to = match settings.protocol {
        Batcher::OtlpGrpc => {
            let client = Grpc::new(channel(settings)?);
            #[cfg(feature = "otlp-gzip")]
            let client = if settings.gzip {
                let gzip = tonic::codec::CompressionEncoding::Gzip;
                client.send_compressed(gzip).accept_compressed(gzip)
            } else {
                client
            };
            To::Grpc { client, headers }
        }
        #[cfg(feature = "otlp-http")]
        Batcher::OtlpHttp => To::Http(Poster::new(settings, headers)?),
        #[cfg(not(feature = "otlp-http"))]
        Batcher::OtlpHttp => unreachable_protocol()?,
    };
    Ok(Spans::new(to, resource, settings.timeout))
}

pub(super) fn logs(settings: &Settings, resource: &Resource) -> anyhow::Result<LogExporter> {
    let builder = LogExporter::builder();
    let mut exporter = match settings.protocol {
        Batcher::OtlpGrpc => grpc(builder.with_tonic(), settings)?.build()?,
        #[cfg(feature = "otlp-http")]
        Batcher::OtlpHttp => over_http(builder.with_http(), settings)?.build()?,
        #[cfg(not(feature = "otlp-http"))]
        Batcher::OtlpHttp => unreachable_protocol()?,
    };
    exporter.set_resource(resource);
    Ok(exporter)
}

pub(super) fn metrics(settings: &Settings) -> anyhow::Result<MetricExporter> {
    let builder = MetricExporter::builder();
    let exporter = match settings.protocol {
        Batcher::OtlpGrpc => grpc(builder.with_tonic(), settings)?.build()?,
        #[cfg(feature = "otlp-http")]
        Batcher::OtlpHttp => over_http(builder.with_http(), settings)?.build()?,
        #[cfg(not(feature = "otlp-http"))]
        Batcher::OtlpHttp => unreachable_protocol()?,
    };
    Ok(exporter)
}

/// [`Settings::of`] has said it better.
#[cfg(not(feature = "otlp-http"))]
fn unreachable_protocol<T>() -> anyhow::Result<T> {
    anyhow::bail!("OTLP over HTTP is not compiled in")
}

fn grpc<B: WithExportConfig + WithTonicConfig>(
    builder: B,
    settings: &Settings,
) -> anyhow::Result<B> {
    let builder = builder
        .with_channel(channel(settings)?)
        .with_metadata(MetadataMap::from_headers(headers(settings)?))
        .with_timeout(settings.timeout);
    Ok(if settings.gzip {
        builder.with_compression(Compression::Gzip)
    } else {
        builder
    })
}

fn channel(settings: &Settings) -> anyhow::Result<Channel> {
    // How it is reached is `Dial`'s affair.
    let endpoint = settings.endpoint.replacen("https://", "http://", 1);
    let endpoint = Endpoint::from_shared(endpoint)?
        .connect_timeout(settings.timeout)
        .timeout(settings.timeout)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    #[cfg(feature = "tls")]
    if let Some(tls) = settings.connector(&["h2"])? {
        return Ok(Dial::over(tls).connect(endpoint));
    }
    Ok(Dial::new(None)?.connect(endpoint))
}

#[cfg(feature = "otlp-http")]
fn over_http<B: WithExportConfig + opentelemetry_otlp::WithHttpConfig>(
    builder: B,
    settings: &Settings,
) -> anyhow::Result<B> {
    let headers = headers(settings)?;
    let headers = headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let builder = builder
        .with_endpoint(&settings.endpoint)
        .with_http_client(Client::new(settings)?)
        .with_protocol(opentelemetry_otlp::Protocol::HttpBinary)
        .with_headers(headers.collect())
        .with_timeout(settings.timeout);
    Ok(if settings.gzip {
        builder.with_compression(Compression::Gzip)
    } else {
        builder
    })
}

fn headers(settings: &Settings) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in &settings.headers {
        let key = HeaderName::try_from(name.as_str());
        let key = key.with_context(|| format!("OtlpHeaders: `{name}` is no name of a header"))?;
        let value = HeaderValue::try_from(value.as_str());
        // Not the value itself: it is most likely a token.
        let value = value
            .with_context(|| format!("OtlpHeaders.{name}: has characters that no header has"))?;
        headers.insert(key, value);
    }
    Ok(headers)
}

impl Export<VecDeque<SdkLogRecord>> for LogExporter {
    /// Those that are rejected, the exporter keeps to itself.
    async fn export(&self, batch: VecDeque<SdkLogRecord>) -> Result<usize, OTelSdkError> {
        let scope = scope();
        let batch: Vec<_> = batch.iter().map(|record| (record, &scope)).collect();
        let batch = LogBatch::new(&batch);
        opentelemetry_sdk::logs::LogExporter::export(self, batch).await?;
        Ok(0)
    }
}
