//! The service.

mod logic;
#[path = "../../settings.rs"]
mod settings;

use proto::order::order_server::OrderServer;
use redis::aio::ConnectionManager;
use serde::Deserialize;
use sqlx::AnyPool;
use tonic::transport::Server;

use crate::logic::Orders;
use crate::settings::Metrics;

#[derive(Debug, Deserialize)]
struct Settings {
    listen: String,
    database: String,
    redis: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = settings::load()?;
    let _provider = common::init("order-rpc")?;
    sqlx::any::install_default_drivers();
    let orders = Orders {
        pool: AnyPool::connect(&settings.database).await?,
        cache: ConnectionManager::new(redis::Client::open(settings.redis)?).await?,
        metrics: Metrics::new(),
    };
    let (health, healths) = tonic_health::server::health_reporter();
    health.set_serving::<OrderServer<Orders>>().await;
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    tracing::info!(metrics = orders.metrics.text(), "listening");
    Server::builder()
        .timeout(common::TIMEOUT)
        .add_service(healths)
        .add_service(reflection)
        .add_service(OrderServer::new(orders))
        .serve_with_shutdown(settings.listen.parse()?, async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}
