//! Tells when and how a gRPC response ends: the status is in its trailers, or in its headers when there is
//! no body.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Code;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

pin_project! {
    /// A response body that reports how the call ended; dropped before its end, as cancelled.
    pub(super) struct Watched<B, F: FnOnce(Code)> {
        #[pin]
        inner: B,
        end: End<F>,
    }
}

/// Tells the final code once; when dropped before, that the call was cancelled.
pub(super) struct End<F: FnOnce(Code)>(Option<F>);

impl<F: FnOnce(Code)> End<F> {
    pub(super) fn new(on_end: F) -> Self {
        Self(Some(on_end))
    }

    fn tell(&mut self, code: Code) {
        if let Some(on_end) = self.0.take() {
            on_end(code);
        }
    }
}

impl<F: FnOnce(Code)> Drop for End<F> {
    fn drop(&mut self) {
        self.tell(Code::Cancelled);
    }
}

/// Only that: a whole `Status` would copy the message and all other headers.
fn code(headers: &HeaderMap) -> Option<Code> {
    let code = headers.get(GRPC_STATUS)?;
    Some(Code::from_bytes(code.as_bytes()))
}

impl<B, F: FnOnce(Code)> Watched<B, F> {
    /// `headers` are the response's: a call without messages ends in them.
    pub(super) fn new(inner: B, headers: &HeaderMap, mut end: End<F>) -> Self {
        if let Some(code) = code(headers) {
            end.tell(code);
        }
        Self { inner, end }
    }
}

impl<B: Body<Data = Bytes>, F: FnOnce(Code)> Body for Watched<B, F> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let frame = std::task::ready!(this.inner.poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_ref() {
                    this.end.tell(code(trailers).unwrap_or(Code::Ok));
                }
            }
            Some(Err(_)) => this.end.tell(Code::Unavailable),
            None => this.end.tell(Code::Unknown),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
