//! How long a request may take: the configuration says it for all, a group of routes for its own.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::{Instant, Sleep, sleep_until};

thread_local! {
    /// What the work that is being polled has asked for. Not among the extensions of a request: most ask for nothing, and
    /// a place that both sides share would be made for each.
    static ASKED: Cell<Option<Duration>> = const { Cell::new(None) };
}

/// The end of a request's time; the work itself may move it.
#[derive(Debug)]
pub(super) struct Deadline {
    started: Instant,
    end: Option<Instant>,
}

impl Deadline {
    pub(super) fn new(started: Instant, limit: Option<Duration>) -> Self {
        Self {
            started,
            end: limit.and_then(|limit| started.checked_add(limit)),
        }
    }

    /// Polls the work, and does as it asks.
    pub(super) fn around<T>(&mut self, poll: impl FnOnce() -> T) -> T {
        // The work may be part of another request's, which has asked for something itself.
        let others = ASKED.take();
        let polled = poll();
        if let Some(limit) = ASKED.replace(others) {
            let end = self.started.checked_add(limit);
            self.end = end.filter(|_| !limit.is_zero());
        }
        polled
    }

    /// Whether the time is over; `sleep` is made when it is first waited for, since most requests are answered at once.
    pub(super) fn poll_end(
        &self,
        mut sleep: Pin<&mut Option<Sleep>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // It is moved while the work is polled, if at all.
        if sleep.as_ref().as_pin_ref().map(|sleep| sleep.deadline()) != self.end {
            sleep.set(self.end.map(sleep_until));
        }
        match sleep.as_pin_mut() {
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// Gives the routes below this much time instead of the configured `Timeout`; zero is no limit.
pub async fn time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    ASKED.set(Some(limit));
    next.run(request).await
}
