//! The least that answers the gRPC API: tonic, no middleware. `limit-service ADDRESS`

#[path = "../../../orders.rs"]
mod orders;

use anyhow::Context as _;
use proto::order::order_server::{Order, OrderServer};
use proto::order::{CreateOrderRequest, CreateOrderResponse, GetOrderRequest, GetOrderResponse};
use tonic::transport::Server;
use tonic::{Request, Response, Status};

struct Orders;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1).context("ADDRESS")?;
    let server = Server::builder().add_service(OrderServer::new(Orders));
    server.serve(address.parse()?).await?;
    Ok(())
}

#[tonic::async_trait]
impl Order for Orders {
    async fn create_order(
        &self,
        request: Request<CreateOrderRequest>,
    ) -> Result<Response<CreateOrderResponse>, Status> {
        let req = request.into_inner();
        let order = orders::insert(req.user_id, req.product_id, req.amount);
        Ok(Response::new(CreateOrderResponse {
            order_id: order.order_id,
            status: order.status,
            created_at: order.created_at,
        }))
    }

    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let found = orders::find(request.into_inner().order_id);
        let order = found.ok_or_else(|| Status::not_found("order not found"))?;
        Ok(Response::new(GetOrderResponse {
            order_id: order.order_id,
            user_id: order.user_id,
            product_id: order.product_id,
            amount: order.amount,
            status: order.status,
            created_at: order.created_at,
        }))
    }
}
