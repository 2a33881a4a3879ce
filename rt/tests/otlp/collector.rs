//! A collector on loopback: gRPC and HTTP on ports of their own, in any mood.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode, Uri};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};
use tonic::{Code, Request, Response, Status};

use crate::tls::{Encrypted, Papers};

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Mood {
    #[default]
    Takes,
    /// All spans but one of each batch.
    TakesMost,
    Refuses,
    /// Says that it may be asked again.
    IsBusy,
    Hangs,
}

#[derive(Debug, Default)]
pub(crate) struct Seen {
    mood: Mood,
    /// How often it was busy.
    pub(crate) busy: usize,
    pub(crate) spans: Vec<Span>,
    pub(crate) metrics: Vec<Metric>,
    /// With the scope's name, which is the event's target.
    pub(crate) logs: Vec<(String, LogRecord)>,
    pub(crate) resources: Vec<Resource>,
    /// Of each request.
    pub(crate) headers: Vec<HeaderMap>,
    /// Of each request over HTTP.
    pub(crate) paths: Vec<String>,
}

type Shared = Arc<Mutex<Seen>>;

/// Dropped, it is gone, and its connections with it.
pub(crate) struct Collector {
    seen: Shared,
    grpc: SocketAddr,
    http: SocketAddr,
    _runtime: Runtime,
}

impl Collector {
    pub(crate) fn start() -> Self {
        Self::start_at(0)
    }

    /// With a port for gRPC.
    pub(crate) fn start_at(port: u16) -> Self {
        Self::start_with(port, None)
    }

    /// With a certificate, and asking for those of this authority.
    pub(crate) fn start_with(port: u16, tls: Option<&Papers>) -> Self {
        let runtime = Runtime::new().unwrap();
        let seen = Shared::default();
        let bind = async |port| {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port))
                .await
                .unwrap()
        };
        let (grpc, http) = runtime.block_on(async { (bind(port).await, bind(0).await) });
        let addresses = (grpc.local_addr().unwrap(), http.local_addr().unwrap());
        let service = Service(Arc::clone(&seen));
        let traces = TraceServiceServer::new(service.clone()).accept_compressed(Gzip);
        let metrics = MetricsServiceServer::new(service.clone()).accept_compressed(Gzip);
        let logs = LogsServiceServer::new(service).accept_compressed(Gzip);
        let mut server = tonic::transport::Server::builder();
        if let Some(papers) = tls {
            let config = ServerTlsConfig::new()
                .identity(Identity::from_pem(&papers.certificate, &papers.key))
                .client_ca_root(Certificate::from_pem(&papers.authority));
            server = server.tls_config(config).unwrap();
        }
        let server = server
            .add_service(traces)
            .add_service(metrics)
            .add_service(logs)
            .serve_with_incoming(TcpIncoming::from(grpc));
        runtime.spawn(server);
        let app = Router::new()
            .fallback(over_http)
            .with_state(Arc::clone(&seen));
        match tls {
            None => runtime.spawn(async move { axum::serve(http, app).await }),
            Some(papers) => {
                let listener = Encrypted(http, papers.acceptor());
                runtime.spawn(async move { axum::serve(listener, app).await })
            }
        };
        Self {
            seen,
            grpc: addresses.0,
            http: addresses.1,
            _runtime: runtime,
        }
    }

    pub(crate) fn grpc(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// Without a scheme, as go-zero's files say it.
    pub(crate) fn http(&self) -> String {
        self.http.to_string()
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.seen.lock().unwrap().mood = mood;
    }

    /// Looks until it is so.
    pub(crate) fn wait<T>(&self, what: &str, look: impl Fn(&Seen) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = look(&self.seen.lock().unwrap()) {
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(30), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn forget(&self) {
        *self.seen.lock().unwrap() = Seen::default();
    }

    pub(crate) fn look<T>(&self, look: impl Fn(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }
}

#[derive(Clone)]
struct Service(Shared);

impl Service {
    async fn receive(
        &self,
        headers: HeaderMap,
        take: impl FnOnce(&mut Seen),
    ) -> Result<(), Status> {
        let mood = self.0.lock().unwrap().mood;
        match mood {
            Mood::Takes | Mood::TakesMost => {
                let mut seen = self.0.lock().unwrap();
                seen.headers.push(headers);
                take(&mut seen);
                Ok(())
            }
            Mood::Refuses => Err(Status::permission_denied("no")),
            Mood::IsBusy => {
                self.0.lock().unwrap().busy += 1;
                Err(Status::unavailable("later"))
            }
            Mood::Hangs => std::future::pending().await,
        }
    }

    fn answer(&self) -> ExportTraceServiceResponse {
        let takes_most = self.0.lock().unwrap().mood == Mood::TakesMost;
        let partly = || ExportTracePartialSuccess {
            rejected_spans: 1,
            error_message: "no more".to_owned(),
        };
        ExportTraceServiceResponse {
            partial_success: takes_most.then(partly),
        }
    }
}

fn traces(seen: &mut Seen, request: ExportTraceServiceRequest) {
    for part in request.resource_spans {
        seen.resources.extend(part.resource);
        for scope in part.scope_spans {
            seen.spans.extend(scope.spans);
        }
    }
}

fn metrics(seen: &mut Seen, request: ExportMetricsServiceRequest) {
    for part in request.resource_metrics {
        seen.resources.extend(part.resource);
        for scope in part.scope_metrics {
            seen.metrics.extend(scope.metrics);
        }
    }
}

fn logs(seen: &mut Seen, request: ExportLogsServiceRequest) {
    for part in request.resource_logs {
        seen.resources.extend(part.resource);
        for scope in part.scope_logs {
            let name = scope.scope.map(|scope| scope.name).unwrap_or_default();
            let records = scope.log_records.into_iter();
            seen.logs
                .extend(records.map(|record| (name.clone(), record)));
        }
    }
}

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (headers, _, request) = request.into_parts();
        let take = |seen: &mut Seen| traces(seen, request);
        self.receive(headers.into_headers(), take).await?;
        Ok(Response::new(self.answer()))
    }
}

#[tonic::async_trait]
impl MetricsService for Service {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let (headers, _, request) = request.into_parts();
        let take = |seen: &mut Seen| metrics(seen, request);
        self.receive(headers.into_headers(), take).await?;
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Service {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let (headers, _, request) = request.into_parts();
        let take = |seen: &mut Seen| logs(seen, request);
        self.receive(headers.into_headers(), take).await?;
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

/// By the end of the path; a body that is compressed is only looked at from outside.
async fn over_http(
    State(seen): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    let path = uri.path().to_owned();
    let is_plain = !headers.contains_key("content-encoding");
    let service = Service(Arc::clone(&seen));
    let take = |seen: &mut Seen| {
        if is_plain {
            match path.rsplit('/').next() {
                Some("traces") => traces(seen, Message::decode(body).unwrap()),
                Some("metrics") => metrics(seen, Message::decode(body).unwrap()),
                _ => logs(seen, Message::decode(body).unwrap()),
            }
        } else {
            assert!(body.starts_with(&[0x1f, 0x8b]), "no gzip");
        }
        seen.paths.push(path);
    };
    let received = service.receive(headers, take).await;
    let status = match received.map_err(|status| status.code()) {
        // The others' answers are as empty.
        Ok(()) => return (StatusCode::OK, service.answer().encode_to_vec()),
        Err(Code::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => StatusCode::FORBIDDEN,
    };
    (status, Vec::new())
}

pub(crate) fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(flag)) => flag.to_string(),
        Some(any_value::Value::DoubleValue(number)) => number.to_string(),
        _ => String::new(),
    }
}

pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    text(found.and_then(|attribute| attribute.value.as_ref()))
}
