//! Which span is current: a thread-local that travels with the task.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::ids::Ids;
use super::propagation::Carried;
use super::record::Recording;

/// A position in a trace, and the span that records there if the trace is sampled.
#[derive(Debug, Clone)]
pub(crate) struct Active {
    pub(crate) ids: Ids,
    pub(crate) recording: Option<Arc<Recording>>,
    /// `tracestate` and `baggage` of the caller, handed on as they came.
    pub(crate) carried: Option<Arc<Carried>>,
}

thread_local! {
    static CURRENT: RefCell<Option<Active>> = const { RefCell::new(None) };
}

impl Active {
    pub(crate) fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }
}

/// The ids of the current request, if there is one; for logs.
pub fn current_ids() -> Option<Ids> {
    CURRENT.with_borrow(|current| current.as_ref().map(|active| active.ids))
}

pin_project! {
    /// Makes a span current whenever the inner future is polled.
    pub(crate) struct Scoped<F> {
        active: Option<Active>,
        #[pin]
        inner: F,
    }
}

impl<F> Scoped<F> {
    pub(crate) fn new(active: Option<Active>, inner: F) -> Self {
        Self { active, inner }
    }

    pub(super) fn set_active(self: Pin<&mut Self>, active: Option<Active>) {
        *self.project().active = active;
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::swap(this.active);
        this.inner.poll(cx)
    }
}

pub(super) fn enter<T>(mut active: Option<Active>, work: impl FnOnce() -> T) -> T {
    let _entered = Entered::swap(&mut active);
    work()
}

/// Swaps back even when the poll panics: the thread goes on to serve other requests.
struct Entered<'a>(&'a mut Option<Active>);

impl<'a> Entered<'a> {
    fn swap(active: &'a mut Option<Active>) -> Self {
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, active));
        Self(active)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.with_borrow_mut(|current| std::mem::swap(current, self.0));
    }
}

/// Carries the current span into a task: `tokio::spawn(work().in_context())`.
pub trait InContext: Future + Sized {
    fn in_context(self) -> impl Future<Output = Self::Output> {
        Scoped::new(Active::current(), self)
    }
}

impl<F: Future> InContext for F {}
