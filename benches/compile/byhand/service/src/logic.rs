//! What the methods do.

use proto::order::order_server::Order;
use proto::order::{CreateOrderRequest, CreateOrderResponse, GetOrderRequest, GetOrderResponse};
use redis::AsyncCommands as _;
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};
use sqlx::AnyPool;
use tonic::{Request, Response, Status};

use crate::settings::Metrics;

pub struct Orders {
    pub pool: AnyPool,
    pub cache: ConnectionManager,
    pub metrics: Metrics,
}

#[derive(Debug, Serialize, Deserialize, sqlx::FromRow)]
struct Row {
    order_id: i64,
    user_id: i64,
    product_id: i64,
    amount: f64,
    status: String,
    created_at: i64,
}

#[tonic::async_trait]
impl Order for Orders {
    async fn create_order(
        &self,
        request: Request<CreateOrderRequest>,
    ) -> Result<Response<CreateOrderResponse>, Status> {
        self.metrics.requests.inc();
        let req = request.into_inner();
        let status = "created";
        let insert = "INSERT INTO orders (user_id, product_id, amount, status, created_at) VALUES (?, ?, ?, ?, 0)";
        let done = sqlx::query(insert)
            .bind(req.user_id)
            .bind(req.product_id)
            .bind(req.amount)
            .bind(status)
            .execute(&self.pool)
            .await
            .map_err(internal)?;
        Ok(Response::new(CreateOrderResponse {
            order_id: done.last_insert_id().unwrap_or_default(),
            status: status.to_owned(),
            created_at: 0,
        }))
    }

    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        self.metrics.requests.inc();
        let id = request.into_inner().order_id;
        let key = format!("order:{id}");
        let mut cache = self.cache.clone();
        let known: Option<String> = cache.get(&key).await.map_err(internal)?;
        let row: Row = match known {
            Some(text) => serde_json::from_str(&text).map_err(internal)?,
            None => {
                let row: Row = sqlx::query_as("SELECT * FROM orders WHERE order_id = ?")
                    .bind(id)
                    .fetch_one(&self.pool)
                    .await
                    .map_err(internal)?;
                let text = serde_json::to_string(&row).map_err(internal)?;
                let () = cache.set(&key, text).await.map_err(internal)?;
                row
            }
        };
        Ok(Response::new(GetOrderResponse {
            order_id: row.order_id,
            user_id: row.user_id,
            product_id: row.product_id,
            amount: row.amount,
            status: row.status,
            created_at: row.created_at,
        }))
    }
}

fn internal(error: impl std::fmt::Display) -> Status {
    tracing::error!(%error, "a call failed");
    Status::internal("internal error")
}
