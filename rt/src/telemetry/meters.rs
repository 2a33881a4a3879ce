//! Metrics on their way to a collector: the SDK collects on a timer, in a thread of its own.

use std::sync::Mutex;
use std::time::Duration;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_otlp::MetricExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};

use super::flow::{Loss, METRICS};
use super::{instruments, queue};

/// Call it inside the tokio runtime that the exporter's connection shall live on.
pub(super) fn start(
    exporter: MetricExporter,
    interval: Duration,
    resource: Resource,
) -> SdkMeterProvider {
    let exporter = Counted {
        exporter,
        is_failing: Mutex::new(false),
    };
    let reader = PeriodicReader::builder(exporter)
        .with_interval(interval)
        .build();
    let provider = SdkMeterProvider::builder()
        .with_reader(reader)
        .with_resource(resource)
        .build();
    // For instruments of the service's own.
    opentelemetry::global::set_meter_provider(provider.clone());
    instruments::start(&provider.meter("zgen-rt"));
    provider
}

/// Sends the last values. The reader blocks until its exporter, which lives on the runtime, is done: so never on a
/// runtime thread.
pub(super) async fn shutdown(provider: SdkMeterProvider, limit: Duration) {
    let flush = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(limit));
    let done = tokio::time::timeout(limit, flush).await;
    if !matches!(done, Ok(Ok(Ok(())))) {
        tracing::warn!("the last metrics were left unsent");
    }
}

/// The exporter with its losses counted.
struct Counted {
    exporter: MetricExporter,
    is_failing: Mutex<bool>,
}

impl PushMetricExporter for Counted {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let result = self.exporter.export(metrics).await;
        match &result {
            Ok(()) => METRICS.sent(1),
            Err(_) => METRICS.lose(Loss::Failed, 1),
        }
        if let Ok(mut is_failing) = self.is_failing.lock() {
            let error = result.as_ref().err().map(ToString::to_string);
            queue::report(METRICS.signal, error, &mut is_failing);
        }
        result
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}
