//! The bodies of the HTTP API, the same in `limit` and `common`.

use serde::{Deserialize, Serialize};

use crate::orders::Order;

#[derive(Debug, Deserialize)]
pub struct CreateOrderReq {
    pub user_id: i64,
    pub product_id: i64,
    pub amount: f64,
}

#[derive(Debug, Serialize)]
pub struct CreateOrderResp {
    pub order_id: i64,
    pub status: String,
    pub created_at: i64,
}

#[derive(Debug, Serialize)]
pub struct GetOrderResp {
    pub order_id: i64,
    pub user_id: i64,
    pub product_id: i64,
    pub amount: f64,
    pub status: String,
    pub created_at: i64,
}

impl From<Order> for CreateOrderResp {
    fn from(order: Order) -> Self {
        Self {
            order_id: order.order_id,
            status: order.status,
            created_at: order.created_at,
        }
    }
}

impl From<Order> for GetOrderResp {
    fn from(order: Order) -> Self {
        Self {
            order_id: order.order_id,
            user_id: order.user_id,
            product_id: order.product_id,
            amount: order.amount,
            status: order.status,
            created_at: order.created_at,
        }
    }
}
