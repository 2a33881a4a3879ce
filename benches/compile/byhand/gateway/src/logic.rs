//! What the routes do.

use proto::order::order_client::OrderClient;
use proto::order::{CreateOrderRequest, GetOrderRequest};
use serde::{Deserialize, Serialize};
use tonic::Status;
use tonic::transport::Channel;

#[derive(Debug, Deserialize)]
pub struct CreateOrder {
    pub user_id: i64,
    pub product_id: i64,
    pub amount: f64,
}

#[derive(Debug, Serialize)]
pub struct Order {
    pub order_id: i64,
    pub status: String,
    pub created_at: i64,
}

pub async fn create_order(
    mut client: OrderClient<Channel>,
    req: CreateOrder,
) -> Result<Order, Status> {
    let request = CreateOrderRequest {
        user_id: req.user_id,
        product_id: req.product_id,
        amount: req.amount,
    };
    let reply = client.create_order(request).await?.into_inner();
    Ok(Order {
        order_id: reply.order_id,
        status: reply.status,
        created_at: reply.created_at,
    })
}

pub async fn get_order(mut client: OrderClient<Channel>, order_id: i64) -> Result<Order, Status> {
    let request = GetOrderRequest { order_id };
    let reply = client.get_order(request).await?.into_inner();
    Ok(Order {
        order_id: reply.order_id,
        status: reply.status,
        created_at: reply.created_at,
    })
}
