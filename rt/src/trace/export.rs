//! Where finished spans go.

use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;

use super::sampler::Sampler;
use crate::telemetry::encode;
use crate::telemetry::packed::Packed;
use crate::telemetry::queue::Queue;

/// What takes finished spans, without waiting.
#[derive(Debug)]
pub(crate) enum Sink {
    /// To a collector, encoded.
    Queue(Queue<Packed>),
    #[cfg(feature = "testing")]
    Captured(super::testing::Captured),
}

struct Installed {
    sink: Sink,
    sampler: Sampler,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Starts recording; once in a process.
pub(crate) fn install(sink: Sink, sampler: Sampler) -> anyhow::Result<()> {
    let installed = Installed { sink, sampler };
    INSTALLED
        .set(installed)
        .map_err(|_| anyhow::anyhow!("telemetry is already installed"))
}

/// `None` while nothing is recorded.
pub(crate) fn sampler() -> Option<&'static Sampler> {
    INSTALLED.get().map(|installed| &installed.sampler)
}

// Tests keep it as it is.
#[cfg_attr(not(feature = "testing"), allow(clippy::needless_pass_by_value))]
pub(crate) fn finished(span: SpanData) {
    match INSTALLED.get().map(|installed| &installed.sink) {
        Some(Sink::Queue(queue)) if queue.has_room() => {
            encode::span(&span, |span| queue.push(span));
        }
        #[cfg(feature = "testing")]
        Some(Sink::Captured(captured)) => captured.push(span),
        _ => {}
    }
}

/// Sends what is queued.
pub(crate) async fn shutdown(limit: Duration) {
    if let Some(Sink::Queue(queue)) = INSTALLED.get().map(|installed| &installed.sink) {
        queue.close(limit).await;
    }
}
