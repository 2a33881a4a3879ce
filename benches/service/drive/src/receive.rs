//! An OTLP collector over gRPC that takes everything, as cheaply as can be, and counts spans. SIGTERM or SIGINT ends
//! it, with the count.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::{Buf as _, Bytes};
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::encoding::{WireType, decode_key, decode_varint};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// `resource_spans`, `scope_spans`, `spans` (opentelemetry/proto/trace/v1): the fields on the way to a span.
const WAY: [u32; 3] = [1, 2, 2];

static SPANS: AtomicU64 = AtomicU64::new(0);

pub async fn run(address: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    loop {
        let (io, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
        };
        tokio::spawn(async move {
            let service = service_fn(take);
            let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            // A client that goes is no matter.
            let _ = connection.serve_connection(TokioIo::new(io), service).await;
        });
    }
    println!("{} spans received", SPANS.load(Relaxed));
    Ok(())
}

type Frames = StreamBody<stream::Iter<std::array::IntoIter<Result<Frame<Bytes>, Infallible>, 2>>>;

async fn take(request: Request<Incoming>) -> Result<Response<Frames>, hyper::Error> {
    let is_trace = request.uri().path().ends_with("TraceService/Export");
    let mut body = request.into_body().collect().await?.to_bytes();
    if is_trace && body.len() > 5 {
        // The frame's own head (gRPC over HTTP/2, Length-Prefixed-Message).
        body.advance(5);
        SPANS.fetch_add(count(body, &WAY), Relaxed);
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", hyper::header::HeaderValue::from_static("0"));
    let frames = [
        Ok(Frame::data(Bytes::from_static(&[0; 5]))),
        Ok(Frame::trailers(trailers)),
    ];
    let mut response = Response::new(StreamBody::new(stream::iter(frames)));
    response.headers_mut().insert(
        "content-type",
        hyper::header::HeaderValue::from_static("application/grpc"),
    );
    Ok(response)
}

/// How often the last field of `way` occurs, without decoding what is not on it.
fn count(mut message: Bytes, way: &[u32]) -> u64 {
    let Some((field, rest)) = way.split_first() else {
        return 1;
    };
    let mut found = 0;
    while message.has_remaining() {
        // Of what cannot be read nothing more is counted.
        let Ok((tag, WireType::LengthDelimited)) = decode_key(&mut message) else {
            break;
        };
        let length = decode_varint(&mut message).ok();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let Some(length) = length.filter(|length| *length <= message.len()) else {
            break;
        };
        let inner = message.split_to(length);
        if tag == *field {
            found += count(inner, rest);
        }
    }
    found
}
