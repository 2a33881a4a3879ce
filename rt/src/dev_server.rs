//! Metrics and health for operators on a port of their own (go-zero's `internal/devserver`).

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::config::DevServerConf;
use crate::lifecycle::Readiness;
use crate::metrics;

/// Binds and serves in the background for as long as the process lives. Without a section nothing starts.
pub async fn start(conf: Option<&DevServerConf>, readiness: &Readiness) -> anyhow::Result<()> {
    let Some(conf) = conf.filter(|conf| conf.enabled) else {
        return Ok(());
    };
    check(conf)?;
    let address = format!("{}:{}", conf.host, conf.port);
    let listener = TcpListener::bind(&address)
        .await
        .with_context(|| format!("DevServer: cannot listen on {address}"))?;
    let router = Router::new()
        .route(&conf.metrics_path, get(serve_metrics))
        .route(&conf.health_path, get(serve_health))
        .with_state(readiness.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the dev server stopped");
        }
    });
    Ok(())
}

/// What axum would take as a panic.
fn check(conf: &DevServerConf) -> anyhow::Result<()> {
    let is_plain = |path: &str| path.starts_with('/') && !path.contains([':', '*', '{', '}']);
    for (key, path) in [
        ("MetricsPath", &conf.metrics_path),
        ("HealthPath", &conf.health_path),
    ] {
        ensure!(
            is_plain(path),
            "DevServer.{key}: expected a path such as `/status`"
        );
    }
    ensure!(
        conf.metrics_path != conf.health_path,
        "DevServer.HealthPath: is the same as MetricsPath"
    );
    Ok(())
}

async fn serve_metrics() -> impl IntoResponse {
    (
        [(
            CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        )],
        metrics::text(),
    )
}

async fn serve_health(State(readiness): State<Readiness>) -> impl IntoResponse {
    if readiness.is_ready() {
        (StatusCode::OK, "OK")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
    }
}
