//! A gRPC service that does as it is asked: `grpc.health.v1`, whose request is one text.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::Stream;
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use zgen_rt::config::{RpcClientConf, RpcServerConf};
use zgen_rt::rpc::{Channel, Services};

/// Answers after `delay` and counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Obedient {
    pub(crate) delay: Duration,
    pub(crate) served: Arc<AtomicUsize>,
}

#[tonic::async_trait]
impl Health for Obedient {
    /// `slow`, `panic`, `code 5`, or `header NAME`: its value is the message of an ABORTED.
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        self.served.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.delay).await;
        match request.get_ref().service.split_once(' ') {
            Some(("code", code)) => Err(Status::new(
                Code::from_i32(code.parse().unwrap()),
                "as asked",
            )),
            Some(("header", name)) => {
                let value = request.metadata().get(name);
                let value = value.map_or("", |value| value.to_str().unwrap());
                Err(Status::aborted(value))
            }
            _ => match request.get_ref().service.as_str() {
                "slow" => std::future::pending().await,
                "panic" => panic!("hunter2"),
                _ => Ok(Response::new(HealthCheckResponse {
                    status: ServingStatus::Serving.into(),
                })),
            },
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// One message, then silence.
    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        use futures_util::StreamExt as _;
        let one = HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        };
        let stream = futures_util::stream::iter([Ok(one)]).chain(futures_util::stream::pending());
        Ok(Response::new(Box::pin(stream)))
    }
}

/// A server on loopback, gone when the handle is.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) served: Arc<AtomicUsize>,
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// Closes the listener and every connection.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

pub(crate) async fn serve(conf: &RpcServerConf, service: Obedient) -> Running {
    serve_at("127.0.0.1:0", conf, service).await
}

pub(crate) async fn serve_at(at: &str, conf: &RpcServerConf, service: Obedient) -> Running {
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = Arc::clone(&service.served);
    let app = Services::new()
        .with(HealthServer::new(service))
        .into_router(conf);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tonic::transport::Server::builder()
        .add_routes(Routes::from(app))
        .serve_with_incoming_shutdown(TcpIncoming::from(listener), async {
            let _ = stopped.await;
        });
    let task = tokio::spawn(async move { running.await.unwrap() });
    Running {
        address,
        served,
        stop,
        task,
    }
}

/// An address at which nothing listens.
pub(crate) async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

pub(crate) fn client(addresses: &[SocketAddr], timeout: &str) -> HealthClient<Channel> {
    let endpoints: Vec<_> = addresses.iter().map(|a| format!("'{a}'")).collect();
    let endpoints = endpoints.join(", ");
    let conf = format!("{{Endpoints: [{endpoints}], Timeout: {timeout}}}");
    let conf: RpcClientConf = super::conf(&conf);
    HealthClient::new(Channel::new("It", &conf).unwrap())
}

pub(crate) fn asking(service: impl Into<String>) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.into(),
    }
}
