//! Server-sent events (the WHATWG's HTML, section 9.2), framed as go-zero frames them: `data: <json>`.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _};
use serde::Serialize;
use tokio::sync::mpsc;
use tonic::Status;

/// Less than the idle time after which proxies close a connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The answer of a route with `sse: true`: a stream of values, sent one by one as they come.
///
/// The route's time limit ends with the first byte of the answer. A caller that goes away drops the stream.
pub struct Events<T>(Pin<Box<dyn Stream<Item = T> + Send>>);

impl<T> Events<T> {
    pub fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }
}

impl<T: Send + 'static> Events<T> {
    /// What a service streams, each reply as a value of this gateway's.
    ///
    /// The caller has its status 200 by then: a stream that fails ends the answer, and the failure is logged.
    pub fn of_replies<R>(
        replies: impl Stream<Item = Result<R, Status>> + Send + 'static,
        convert: impl Fn(R) -> T + Send + 'static,
    ) -> Self {
        Self::of_checked_replies(replies, move |reply| Ok::<_, Infallible>(convert(reply)))
    }

    /// The same where there are replies that this gateway cannot show: the first of them ends the answer, too.
    pub fn of_checked_replies<R, E: fmt::Display>(
        replies: impl Stream<Item = Result<R, Status>> + Send + 'static,
        convert: impl Fn(R) -> Result<T, E> + Send + 'static,
    ) -> Self {
        let values = replies.map(move |reply| match reply {
            Ok(reply) => convert(reply).map_err(|error| error.to_string()),
            Err(status) => Err(status.to_string()),
        });
        Self::new(values.scan((), |(), value| {
            let value = value.inspect_err(|error| tracing::error!(error, "the stream has failed"));
            std::future::ready(value.ok())
        }))
    }

    /// Both ends of a queue: what is sent into it is sent to the caller; the answer ends when the sender is dropped.
    /// Sending fails once the caller is gone.
    pub fn channel(capacity: usize) -> (mpsc::Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(capacity);
        let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
            let value = receiver.recv().await?;
            Some((value, receiver))
        });
        (sender, Self::new(stream))
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events(..)")
    }
}

impl<T: Serialize + 'static> IntoResponse for Events<T> {
    fn into_response(self) -> Response {
        let frames = self.0.filter_map(|value| {
            let event = Event::default().json_data(value);
            // A value that is no JSON is the service's fault; the others still arrive.
            let event =
                event.inspect_err(|error| tracing::error!(%error, "an event could not be written"));
            std::future::ready(event.ok().map(Ok::<_, Infallible>))
        });
        let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
        Sse::new(frames).keep_alive(keep_alive).into_response()
    }
}
