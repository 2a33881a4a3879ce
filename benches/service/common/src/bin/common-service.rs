//! The same service with the usual tracing crates. `common-service ADDRESS`

#[path = "../../../orders.rs"]
mod orders;

use anyhow::Context as _;
use proto::order::order_server::{Order, OrderServer};
use proto::order::{CreateOrderRequest, CreateOrderResponse, GetOrderRequest, GetOrderResponse};
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;

struct Orders;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let address = std::env::args().nth(1).context("ADDRESS")?;
    let _provider = common::init("order-rpc")?;
    let server = Server::builder()
        .timeout(common::TIMEOUT)
        .layer(
            TraceLayer::new_for_grpc()
                .make_span_with(common::server_span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
        .add_service(OrderServer::new(Orders));
    server.serve(address.parse()?).await?;
    Ok(())
}

#[tonic::async_trait]
impl Order for Orders {
    #[tracing::instrument(name = "CreateOrderLogic", skip_all)]
    async fn create_order(
        &self,
        request: Request<CreateOrderRequest>,
    ) -> Result<Response<CreateOrderResponse>, Status> {
        let req = request.into_inner();
        validate_user(&req).await?;
        validate_product(&req).await?;
        let order = insert_order(&req).await;
        Ok(Response::new(CreateOrderResponse {
            order_id: order.order_id,
            status: order.status,
            created_at: order.created_at,
        }))
    }

    #[tracing::instrument(name = "GetOrderLogic", skip_all)]
    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        let found = find_order(request.into_inner().order_id).await;
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

#[tracing::instrument(name = "ValidateUser", skip_all)]
async fn validate_user(_req: &CreateOrderRequest) -> Result<(), Status> {
    Ok(())
}

#[tracing::instrument(name = "ValidateProduct", skip_all)]
async fn validate_product(_req: &CreateOrderRequest) -> Result<(), Status> {
    Ok(())
}

#[tracing::instrument(
    name = "InsertOrder",
    skip_all,
    fields(otel.kind = "client", db.system.name = "memory", db.operation.name = "INSERT")
)]
async fn insert_order(req: &CreateOrderRequest) -> orders::Order {
    orders::insert(req.user_id, req.product_id, req.amount)
}

#[tracing::instrument(
    name = "FindOrder",
    skip_all,
    fields(otel.kind = "client", db.system.name = "memory", db.operation.name = "SELECT")
)]
async fn find_order(order_id: i64) -> Option<orders::Order> {
    orders::find(order_id)
}
