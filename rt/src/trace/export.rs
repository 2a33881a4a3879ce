//! Hands finished spans to the SDK's batch processor and its OTLP exporter.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanProcessor};

use super::sampler::Sampler;

/// Where spans go, and which.
#[derive(Debug, Clone)]
pub(crate) struct Exporter {
    /// `http://host:4317`
    pub(crate) endpoint: String,
    pub(crate) resource: Resource,
    pub(crate) sampler: Sampler,
}

struct Installed {
    processor: Box<dyn SpanProcessor>,
    sampler: Sampler,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Starts exporting. Call once, inside the tokio runtime that the exporter's connection shall live on.
pub(crate) fn install(exporter: Exporter) -> anyhow::Result<()> {
    let mut processor = BatchSpanProcessor::builder(
        SpanExporter::builder()
            .with_tonic()
            .with_endpoint(exporter.endpoint)
            .build()?,
    )
    // The defaults are the specification's (queue 2048, batch 512, 5 s) and `OTEL_BSP_*` overrides them.
    .with_batch_config(BatchConfigBuilder::default().build())
    .build();
    processor.set_resource(&exporter.resource);
    install_processor(Box::new(processor), exporter.sampler)
}

pub(crate) fn install_processor(
    processor: Box<dyn SpanProcessor>,
    sampler: Sampler,
) -> anyhow::Result<()> {
    let installed = Installed { processor, sampler };
    INSTALLED
        .set(installed)
        .map_err(|_| anyhow::anyhow!("telemetry is already installed"))
}

pub(crate) fn is_installed() -> bool {
    INSTALLED.get().is_some()
}

pub(crate) fn sampler() -> Option<Sampler> {
    INSTALLED.get().map(|installed| installed.sampler)
}

pub(crate) fn finished(span: SpanData) {
    if let Some(installed) = INSTALLED.get() {
        installed.processor.on_end(span);
    }
}

/// Sends what is queued and stops. The processor blocks until its exporter, which lives on the runtime, is
/// done: so never on a runtime thread.
pub(crate) async fn shutdown(deadline: Duration) {
    let flush = tokio::task::spawn_blocking(move || {
        if let Some(installed) = INSTALLED.get()
            && let Err(error) = installed.processor.shutdown_with_timeout(deadline)
        {
            tracing::warn!(%error, "spans were left unsent");
        }
    });
    if tokio::time::timeout(deadline, flush).await.is_err() {
        tracing::warn!("gave up waiting for the collector");
    }
}
