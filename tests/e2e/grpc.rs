//! The few gRPC calls that the tests make themselves, with messages written by hand: no code that zgen generates.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::tokio_stream::Stream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;

#[derive(Clone, PartialEq, prost::Message)]
struct HealthRequest {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HealthResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NewOrder {
    #[prost(int64, tag = "1")]
    pub(crate) user_id: i64,
    #[prost(int64, tag = "2")]
    pub(crate) product_id: i64,
    #[prost(double, tag = "3")]
    pub(crate) amount: f64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OrderTaken {
    #[prost(int64, tag = "1")]
    pub(crate) order_id: i64,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Serving {
    Yes,
    No,
    /// There is no such service.
    Unknown,
}

/// One connection to the server at `HOST:PORT`.
pub(crate) async fn connect(address: &str) -> anyhow::Result<Channel> {
    Ok(Endpoint::from_shared(format!("http://{address}"))?
        .connect()
        .await?)
}

/// What `grpc.health.v1` says.
pub(crate) async fn health(channel: &Channel, service: &str) -> anyhow::Result<Serving> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await?;
    let request = HealthRequest {
        service: service.to_owned(),
    };
    let path = PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let codec = ProstCodec::<HealthRequest, HealthResponse>::default();
    match client.unary(Request::new(request), path, codec).await {
        Ok(answer) if answer.get_ref().status == 1 => Ok(Serving::Yes),
        Ok(_) => Ok(Serving::No),
        Err(status) if status.code() == Code::NotFound => Ok(Serving::Unknown),
        Err(status) => Err(status.into()),
    }
}

/// Calls `CreateOrder` with the message that comes out of `held`: until then the call is under way.
pub(crate) async fn create_order(
    channel: &Channel,
    held: Held,
    traceparent: &str,
) -> Result<OrderTaken, Status> {
    let mut client = Grpc::new(channel.clone());
    let ready = client.ready().await;
    ready.map_err(|error| Status::unknown(error.to_string()))?;
    let mut request = Request::new(held);
    let value = traceparent.parse();
    let value = value.map_err(|_| Status::invalid_argument("traceparent"))?;
    request.metadata_mut().insert("traceparent", value);
    let path = PathAndQuery::from_static("/order.Order/CreateOrder");
    let codec = ProstCodec::<NewOrder, OrderTaken>::default();
    let answer = client.client_streaming(request, path, codec).await?;
    Ok(answer.into_inner())
}

/// A request whose message is not sent yet.
pub(crate) struct Held {
    message: mpsc::Receiver<NewOrder>,
    /// Told when the message is first asked for, which is after the head of the request was sent.
    asked: Option<mpsc::UnboundedSender<()>>,
}

impl Held {
    pub(crate) fn new(message: mpsc::Receiver<NewOrder>, asked: mpsc::UnboundedSender<()>) -> Self {
        Self {
            message,
            asked: Some(asked),
        }
    }
}

impl Stream for Held {
    type Item = NewOrder;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<NewOrder>> {
        if let Some(asked) = self.asked.take() {
            // Nobody listens any more only when the test has failed.
            let _ = asked.send(());
        }
        self.message.poll_recv(context)
    }
}
