//! The futures of [`Span::run`] and [`step`]. Written out: an `async fn` keeps its argument beside what it moves it into,
//! so the future of a handler would double with every span around it, and be copied as often.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::active::Scoped;
use super::span::{Failure, Span};

pin_project! {
    pub(super) struct Run<'a, F> {
        span: &'a Span,
        #[pin]
        work: Scoped<F>,
    }
}

impl<'a, F> Run<'a, F> {
    pub(super) fn new(span: &'a Span, work: Scoped<F>) -> Self {
        Self { span, work }
    }
}

impl<T, E: Failure, F: Future<Output = Result<T, E>>> Future for Run<'_, F> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = ready!(this.work.as_mut().poll(cx));
        // A span ends with its last handle, and this future may be kept after its end.
        this.work.set_active(None);
        if let Err(error) = &result {
            this.span.fail(error);
        }
        Poll::Ready(result)
    }
}

pin_project! {
    struct Step<F> {
        name: &'static str,
        // From the first poll to the end.
        span: Option<Span>,
        #[pin]
        work: Scoped<F>,
    }
}

impl<T, E: Failure, F: Future<Output = Result<T, E>>> Future for Step<F> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let span = this.span.get_or_insert_with(|| {
            let span = Span::internal(this.name);
            this.work.as_mut().set_active(span.active());
            span
        });
        let result = ready!(this.work.as_mut().poll(cx));
        this.work.set_active(None);
        if let Err(error) = &result {
            span.fail(error);
        }
        *this.span = None;
        Poll::Ready(result)
    }
}

/// Runs one named step of a method as a span of its own.
pub fn step<T, E: Failure>(
    name: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> impl Future<Output = Result<T, E>> {
    Step {
        name,
        span: None,
        work: Scoped::new(None, work),
    }
}
