//! Streams of replies, with the span of the logic around all of their life.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tonic::Status;

use crate::trace::{Failure, Span};

/// What the logic of a streaming method answers: `Ok(Box::pin(stream))`.
pub type Replies<T, E> = Pin<Box<dyn Stream<Item = Result<T, E>> + Send>>;

/// The same for tonic. The span is current whenever the stream is polled, records its failure and ends with it.
pub fn replies<T, E>(span: Span, inner: Replies<T, E>) -> Replies<T, Status>
where
    T: 'static,
    E: Failure + Into<Status> + 'static,
{
    Box::pin(Spanned { span, inner })
}

struct Spanned<T, E> {
    span: Span,
    inner: Replies<T, E>,
}

impl<T, E: Failure + Into<Status>> Stream for Spanned<T, E> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { span, inner } = &mut *self;
        let item = std::task::ready!(span.enter(|| inner.as_mut().poll_next(cx)));
        Poll::Ready(item.map(|reply| {
            reply.map_err(|error| {
                span.fail(&error);
                error.into()
            })
        }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
