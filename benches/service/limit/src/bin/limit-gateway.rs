//! The least that answers the HTTP API: axum, no middleware. `limit-gateway ADDRESS URL_OF_SERVICE`

#[path = "../../../orders.rs"]
mod orders;
#[path = "../../../types.rs"]
mod types;

use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use proto::order::order_client::OrderClient;
use proto::order::{CreateOrderRequest, GetOrderRequest};
use tonic::transport::{Channel, Endpoint};

use crate::types::{CreateOrderReq, CreateOrderResp, GetOrderResp};

type Client = OrderClient<Channel>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let address = args.next().context("ADDRESS")?;
    let service = args.next().context("URL_OF_SERVICE")?;
    let channel = Endpoint::from_shared(service)?
        .tcp_nodelay(true)
        .connect_lazy();
    let app = Router::new()
        .route("/api/v1/orders", post(create_order))
        .route("/api/v1/orders/{order_id}", get(get_order))
        .with_state(OrderClient::new(channel));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn create_order(
    State(mut client): State<Client>,
    Json(req): Json<CreateOrderReq>,
) -> Result<Json<CreateOrderResp>, StatusCode> {
    if orders::alone() {
        return Ok(Json(
            orders::insert(req.user_id, req.product_id, req.amount).into(),
        ));
    }
    let request = CreateOrderRequest {
        user_id: req.user_id,
        product_id: req.product_id,
        amount: req.amount,
    };
    let reply = client.create_order(request).await.map_err(status)?;
    let reply = reply.into_inner();
    Ok(Json(CreateOrderResp {
        order_id: reply.order_id,
        status: reply.status,
        created_at: reply.created_at,
    }))
}

async fn get_order(
    State(mut client): State<Client>,
    Path(order_id): Path<i64>,
) -> Result<Json<GetOrderResp>, StatusCode> {
    if orders::alone() {
        let found = orders::find(order_id).ok_or(StatusCode::NOT_FOUND)?;
        return Ok(Json(found.into()));
    }
    let reply = client.get_order(GetOrderRequest { order_id }).await;
    let reply = reply.map_err(status)?.into_inner();
    Ok(Json(GetOrderResp {
        order_id: reply.order_id,
        user_id: reply.user_id,
        product_id: reply.product_id,
        amount: reply.amount,
        status: reply.status,
        created_at: reply.created_at,
    }))
}

fn status(status: tonic::Status) -> StatusCode {
    match status.code() {
        tonic::Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_GATEWAY,
    }
}
