//! The same gateway with the usual tracing crates. `common-gateway ADDRESS URL_OF_SERVICE`

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
use proto::order::{CreateOrderRequest, CreateOrderResponse, GetOrderRequest, GetOrderResponse};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::types::{CreateOrderReq, CreateOrderResp, GetOrderResp};

type Client = OrderClient<InterceptedService<Channel, Traced>>;

#[derive(Clone)]
struct Traced;

impl Interceptor for Traced {
    fn call(
        &mut self,
        mut request: tonic::Request<()>,
    ) -> Result<tonic::Request<()>, tonic::Status> {
        common::inject(request.metadata_mut());
        Ok(request)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let address = args.next().context("ADDRESS")?;
    let service = args.next().context("URL_OF_SERVICE")?;
    let _provider = common::init("order-api")?;
    let channel = Endpoint::from_shared(service)?
        .tcp_nodelay(true)
        .timeout(common::TIMEOUT)
        .connect_lazy();
    let app = Router::new()
        .route("/api/v1/orders", post(create_order))
        .route("/api/v1/orders/{order_id}", get(get_order))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            common::TIMEOUT,
        ))
        .layer(RequestBodyLimitLayer::new(1 << 20))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(common::server_span)
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        )
        .with_state(OrderClient::with_interceptor(channel, Traced));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}

#[tracing::instrument(name = "CreateOrderHandler", skip_all, fields(order.user_id = req.user_id))]
async fn create_order(
    State(client): State<Client>,
    Json(req): Json<CreateOrderReq>,
) -> Result<Json<CreateOrderResp>, StatusCode> {
    create_order_logic(client, req).await
}

#[tracing::instrument(
    name = "CreateOrderLogic",
    skip_all,
    fields(order.user_id = req.user_id, order.product_id = req.product_id, order.amount = req.amount)
)]
async fn create_order_logic(
    client: Client,
    req: CreateOrderReq,
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
    let reply = call_create_order(client, request).await.map_err(status)?;
    let reply = reply.into_inner();
    Ok(Json(CreateOrderResp {
        order_id: reply.order_id,
        status: reply.status,
        created_at: reply.created_at,
    }))
}

#[tracing::instrument(
    name = "order.Order/CreateOrder",
    skip_all,
    fields(otel.kind = "client", rpc.system.name = "grpc", rpc.method = "order.Order/CreateOrder")
)]
async fn call_create_order(
    mut client: Client,
    request: CreateOrderRequest,
) -> Result<tonic::Response<CreateOrderResponse>, tonic::Status> {
    client.create_order(request).await
}

#[tracing::instrument(name = "GetOrderHandler", skip_all, fields(order.order_id = order_id))]
async fn get_order(
    State(client): State<Client>,
    Path(order_id): Path<i64>,
) -> Result<Json<GetOrderResp>, StatusCode> {
    get_order_logic(client, order_id).await
}

#[tracing::instrument(name = "GetOrderLogic", skip_all, fields(order.order_id = order_id))]
async fn get_order_logic(client: Client, order_id: i64) -> Result<Json<GetOrderResp>, StatusCode> {
    if orders::alone() {
        let found = orders::find(order_id).ok_or(StatusCode::NOT_FOUND)?;
        return Ok(Json(found.into()));
    }
    let reply = call_get_order(client, GetOrderRequest { order_id }).await;
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

#[tracing::instrument(
    name = "order.Order/GetOrder",
    skip_all,
    fields(otel.kind = "client", rpc.system.name = "grpc", rpc.method = "order.Order/GetOrder")
)]
async fn call_get_order(
    mut client: Client,
    request: GetOrderRequest,
) -> Result<tonic::Response<GetOrderResponse>, tonic::Status> {
    client.get_order(request).await
}

fn status(status: tonic::Status) -> StatusCode {
    match status.code() {
        tonic::Code::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_GATEWAY,
    }
}
