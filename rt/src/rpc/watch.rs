//! Tells when and how a gRPC response ends: the status is in its trailers, or in its headers when there is
//! no body.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::{Code, Status};

/// What is told once: the final code.
type OnEnd = Box<dyn FnOnce(Code) + Send>;

pin_project! {
    /// A response body that reports how the call ended; dropped before its end, as cancelled.
    pub(super) struct Watched<B> {
        #[pin]
        inner: B,
        end: End,
    }
}

/// Tells once; when dropped before, that the call was cancelled.
pub(super) struct End(Option<OnEnd>);

impl End {
    pub(super) fn new(on_end: impl FnOnce(Code) + Send + 'static) -> Self {
        Self(Some(Box::new(on_end)))
    }

    fn tell(&mut self, code: Code) {
        if let Some(on_end) = self.0.take() {
            on_end(code);
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.tell(Code::Cancelled);
    }
}

impl<B> Watched<B> {
    /// `headers` are the response's: a call without messages ends in them.
    pub(super) fn new(inner: B, headers: &HeaderMap, mut end: End) -> Self {
        if let Some(status) = Status::from_header_map(headers) {
            end.tell(status.code());
        }
        Self { inner, end }
    }
}

impl<B: Body<Data = Bytes>> Body for Watched<B> {
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
                    let status = Status::from_header_map(trailers);
                    this.end
                        .tell(status.map_or(Code::Ok, |status| status.code()));
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
