//! How long a request may take: the configuration says it for all, a group of routes for its own.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::{Instant, Sleep, sleep_until};

/// The end of a request's time; whoever knows better moves it, in the request's own task.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    started: Instant,
    end: Arc<Mutex<Option<Instant>>>,
}

impl Deadline {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        let started = Instant::now();
        let end = limit.and_then(|limit| started.checked_add(limit));
        Self {
            started,
            end: Arc::new(Mutex::new(end)),
        }
    }

    fn set(&self, limit: Duration) {
        let end = self.started.checked_add(limit);
        let end = end.filter(|_| !limit.is_zero());
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }

    fn end(&self) -> Option<Instant> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` to its end, or to that of its time: then `None`.
    pub(super) async fn bound<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        // Made when it is first waited for: most requests are answered at once.
        let mut sleep = pin!(None::<Sleep>);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Some(done));
            }
            // It is moved while `work` is polled, if at all.
            let end = self.end();
            if sleep.as_ref().as_pin_ref().map(|sleep| sleep.deadline()) != end {
                sleep.set(end.map(sleep_until));
            }
            match sleep.as_mut().as_pin_mut() {
                Some(sleep) => sleep.poll(cx).map(|()| None),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// Gives the routes below this much time instead of the configured `Timeout`; zero is no limit.
pub async fn time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    if let Some(deadline) = request.extensions().get::<Deadline>() {
        deadline.set(limit);
    }
    next.run(request).await
}
