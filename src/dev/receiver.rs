//! A small OTLP/gRPC trace receiver on a free loopback port.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use super::decode;
use super::span::Span;

/// A batch of spans with long attributes passes tonic's usual 4 MiB.
const LARGEST_REQUEST: usize = 64 << 20;

/// Collects the spans that processes on this machine export to it. Stops when dropped.
#[derive(Debug)]
pub struct Receiver {
    endpoint: String,
    spans: watch::Sender<Vec<Span>>,
    server: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Receiver {
    /// Listens on a port that the system chooses. Needs a tokio runtime.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let spans = watch::Sender::new(Vec::new());
        let service = TraceServiceServer::new(Store(spans.clone()))
            .max_decoding_message_size(LARGEST_REQUEST);
        let server = Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming);
        Ok(Self {
            endpoint,
            spans,
            server: tokio::spawn(server),
        })
    }

    /// What belongs into `OTEL_EXPORTER_OTLP_ENDPOINT`: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A copy of what has been collected and not been taken.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.borrow().clone()
    }

    /// Hands over what has been collected, so that a long session does not grow.
    pub fn take(&self) -> Vec<Span> {
        self.spans.send_replace(Vec::new())
    }

    /// Waits until the spans collected so far satisfy `done`, and returns them; `None` when time is up first.
    pub async fn wait_for(
        &self,
        mut done: impl FnMut(&[Span]) -> bool,
        timeout: Duration,
    ) -> Option<Vec<Span>> {
        let mut spans = self.spans.subscribe();
        let wait = spans.wait_for(|spans| done(spans));
        let found = tokio::time::timeout(timeout, wait).await.ok()?.ok()?;
        Some(found.clone())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Store(watch::Sender<Vec<Span>>);

#[tonic::async_trait]
impl TraceService for Store {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let arrived = decode::spans(request.into_inner().resource_spans);
        self.0.send_modify(|spans| spans.extend(arrived));
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}
