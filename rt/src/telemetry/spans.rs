//! Spans on their way to a collector, as [`encode`] has written them. The exporter of OpenTelemetry's own takes them as the
//! SDK has them; what it does about failures is done here too (OTLP specification, Failures).

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes};
use http::HeaderMap;
use http::uri::PathAndQuery;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::encode;
#[cfg(feature = "otlp-http")]
use super::http::Poster;
use super::packed::Packed;
use super::queue::Export;

/// After the first attempt.
const RETRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(1600);
const JITTER_MILLIS: u64 = 100;
/// A collector may ask for more, up to this.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// Sends what a queue has gathered.
pub(super) struct Spans {
    pub(super) to: To,
    head: Vec<u8>,
    timeout: Duration,
}

pub(super) enum To {
    Grpc {
        client: Grpc<Channel>,
        headers: HeaderMap,
    },
    #[cfg(feature = "otlp-http")]
    Http(Poster),
}

/// Why a batch was not taken, and whether it may be sent again.
pub(super) struct Refusal {
    pub(super) error: String,
    pub(super) again: Again,
}

pub(super) enum Again {
    Never,
    Later,
    /// Not before this is over.
    After(Duration),
}

impl Spans {
    pub(super) fn new(to: To, resource: &Resource, timeout: Duration) -> Self {
        Self {
            to,
            head: encode::head(resource),
            timeout,
        }
    }

    async fn send(&self, body: Bytes) -> Result<Answer, Refusal> {
        match &self.to {
            To::Grpc { client, headers } => call(client.clone(), headers, body)
                .await
                .map_err(|status| Refusal::of(&status)),
            #[cfg(feature = "otlp-http")]
            To::Http(poster) => poster.post(body).await,
        }
    }
}

impl Export<Packed> for Spans {
    async fn export(&self, batch: Packed) -> Result<usize, OTelSdkError> {
        let body = Bytes::from(encode::request(&self.head, super::SCOPE, &batch));
        drop(batch);
        let started = Instant::now();
        let (mut pause, mut longest) = (FIRST_PAUSE, LONGEST_PAUSE);
        let mut retries = 0;
        loop {
            let refusal = match self.send(body.clone()).await {
                Ok(answer) => return Ok(answer.rejected()),
                Err(refusal) => refusal,
            };
            let failed = Err(OTelSdkError::InternalFailure(refusal.error));
            let asked = match refusal.again {
                Again::Never => return failed,
                Again::Later => Duration::ZERO,
                Again::After(asked) => asked.min(LONGEST_ASKED),
            };
            if asked > longest {
                longest = LONGEST_ASKED;
            }
            pause = pause.max(asked);
            let jitter = Duration::from_millis(rand::random_range(0..=JITTER_MILLIS));
            let sleep = (pause + jitter).min(longest);
            if retries == RETRIES || started.elapsed() + sleep >= self.timeout {
                return failed;
            }
            retries += 1;
            tokio::time::sleep(sleep).await;
            pause = (pause * 2).min(longest);
        }
    }
}

async fn call(
    mut client: Grpc<Channel>,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Answer, Status> {
    const EXPORT: PathAndQuery =
        PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    let mut request = Request::new(body);
    *request.metadata_mut() = MetadataMap::from_headers(headers.clone());
    let ready = client.ready().await;
    ready.map_err(|error| Status::from_error(error.into()))?;
    Ok(client.unary(request, EXPORT, Encoded).await?.into_inner())
}

impl Refusal {
    /// Without the collector's message, which may repeat a token.
    fn of(status: &Status) -> Self {
        let code = status.code();
        let mut error = format!("gRPC code {code:?}");
        let mut cause = status.source();
        while let Some(found) = cause {
            error = format!("{error}: {found}");
            cause = found.source();
        }
        let asked = || status.get_details_retry_info()?.retry_delay;
        let again = match code {
            Code::ResourceExhausted => asked().map_or(Again::Never, Again::After),
            Code::Unavailable => asked().map_or(Again::Later, Again::After),
            Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Aborted
            | Code::OutOfRange
            | Code::DataLoss => Again::Later,
            _ => Again::Never,
        };
        Self { error, again }
    }
}

/// `ExportTraceServiceResponse`, as far as it is of use: the message in it may repeat a token.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Answer {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<PartialSuccess>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PartialSuccess {
    #[prost(int64, tag = "1")]
    rejected_spans: i64,
}

impl Answer {
    fn rejected(&self) -> usize {
        let partly = self.partial_success.as_ref();
        let rejected = partly.map_or(0, |partly| partly.rejected_spans);
        usize::try_from(rejected).unwrap_or_default()
    }
}

/// A message that is bytes already.
struct Encoded;

impl Codec for Encoded {
    type Encode = Bytes;
    type Decode = Answer;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Encoded {
    type Item = Answer;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Answer>, Status> {
        // It has taken the batch, whatever it says.
        let answer = Answer::decode(&mut *buffer).unwrap_or_default();
        buffer.advance(buffer.remaining());
        Ok(Some(answer))
    }
}
