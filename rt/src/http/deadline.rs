//! How long a request may take: the configuration says it for all, a group of routes for its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
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

    /// Whether the time is over; `sleep` is made when it is first waited for, since most requests are answered at once.
    pub(super) fn poll_end(
        &self,
        mut sleep: Pin<&mut Option<Sleep>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // It is moved while the work is polled, if at all.
        let end = self.end();
        if sleep.as_ref().as_pin_ref().map(|sleep| sleep.deadline()) != end {
            sleep.set(end.map(sleep_until));
        }
        match sleep.as_pin_mut() {
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// Gives the routes below this much time instead of the configured `Timeout`; zero is no limit.
pub async fn time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    if let Some(deadline) = request.extensions().get::<Deadline>() {
        deadline.set(limit);
    }
    next.run(request).await
}
