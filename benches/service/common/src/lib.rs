//! Tracing as most teams set it up: tower-http's `TraceLayer`, tracing-opentelemetry, OTLP in batches.
//!
//! `OTLP` is the collector's URL, without which nothing is exported; `SAMPLER` the share that is; `LOG_LEVEL` as in
//! `RUST_LOG`.

use std::time::Duration;

use http::Request;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tonic::metadata::MetadataMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

pub const TIMEOUT: Duration = Duration::from_secs(3);

/// Logs as JSON to stderr, spans to the collector. Call it inside the tokio runtime.
pub fn init(service: &'static str) -> anyhow::Result<Option<SdkTracerProvider>> {
    let level = std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".to_owned());
    let log = tracing_subscriber::fmt::layer()
        .json()
        .with_writer(std::io::stderr)
        .with_filter(EnvFilter::new(level));
    let registry = tracing_subscriber::registry().with(log);
    let Ok(endpoint) = std::env::var("OTLP") else {
        registry.init();
        return Ok(None);
    };
    let share: f64 = std::env::var("SAMPLER").map_or(Ok(1.0), |share| share.parse())?;
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()?;
    let resource = opentelemetry_sdk::Resource::builder().with_service_name(service);
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
            share,
        ))))
        .with_resource(resource.build())
        .build();
    // The exporter's own connection would be traced too.
    let ours = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(["h2", "hyper", "tonic", "tower"].map(|name| (name, LevelFilter::OFF)));
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer(service));
    registry.with(spans.with_filter(ours)).init();
    Ok(Some(provider))
}

/// The span of an incoming request, below the caller's.
pub fn server_span<B>(request: &Request<B>) -> Span {
    let matched = request.extensions().get::<axum::extract::MatchedPath>();
    let route = matched.map_or(request.uri().path(), |route| route.as_str());
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        http.request.method = %request.method(),
        http.route = route,
        url.path = request.uri().path(),
    );
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    // An error says that the layer is not there: telemetry is off.
    let _ = span.set_parent(caller);
    span
}

/// Hands the current span on to the service that is called.
pub fn inject(metadata: &mut MetadataMap) {
    let mut headers = std::mem::take(metadata).into_headers();
    let context = Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(&mut headers));
    *metadata = MetadataMap::from_headers(headers);
}
