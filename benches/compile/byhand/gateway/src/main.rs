//! The gateway.

mod logic;
#[path = "../../settings.rs"]
mod settings;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use proto::order::order_client::OrderClient;
use serde::Deserialize;
use tonic::transport::{Channel, Endpoint};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::logic::CreateOrder;
use crate::settings::Metrics;

#[derive(Debug, Deserialize)]
struct Settings {
    listen: String,
    order_url: String,
}

#[derive(Clone)]
struct App {
    order: OrderClient<Channel>,
    metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
#[error("upstream: {0}")]
struct Failed(#[from] tonic::Status);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        tracing::error!(error = %self, "request failed");
        StatusCode::BAD_GATEWAY.into_response()
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = settings::load()?;
    let _provider = common::init("order-api")?;
    let app = App {
        order: OrderClient::new(Endpoint::from_shared(settings.order_url)?.connect_lazy()),
        metrics: Metrics::new(),
    };
    let routes = Router::new()
        .route("/api/v1/orders", post(create_order))
        .route("/api/v1/orders/{order_id}", get(get_order))
        .route("/metrics", get(async |State(app): State<App>| app.metrics.text()))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            common::TIMEOUT,
        ))
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(CorsLayer::new())
        .layer(TraceLayer::new_for_http().make_span_with(common::server_span))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind(settings.listen).await?;
    axum::serve(listener, routes)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

async fn create_order(
    State(app): State<App>,
    Json(req): Json<CreateOrder>,
) -> Result<Response, Failed> {
    app.metrics.requests.inc();
    Ok(Json(logic::create_order(app.order, req).await?).into_response())
}

async fn get_order(State(app): State<App>, Path(order_id): Path<i64>) -> Result<Response, Failed> {
    app.metrics.requests.inc();
    Ok(Json(logic::get_order(app.order, order_id).await?).into_response())
}
