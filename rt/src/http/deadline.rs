//! How long a request may take: the configuration says it for all, a group of routes for its own.

use std::future::Future;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The end of a request's time; whoever knows better moves it.
#[derive(Debug, Clone)]
pub(super) struct Deadline {
    started: Instant,
    end: watch::Sender<Option<Instant>>,
}

impl Deadline {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        let started = Instant::now();
        let end = limit.and_then(|limit| started.checked_add(limit));
        Self {
            started,
            end: watch::Sender::new(end),
        }
    }

    fn set(&self, limit: Duration) {
        let end = self.started.checked_add(limit);
        self.end.send_replace(end.filter(|_| !limit.is_zero()));
    }

    /// Runs `work` to its end, or to that of its time: then `None`.
    pub(super) async fn bound<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut end = self.end.subscribe();
        let mut work = std::pin::pin!(work);
        loop {
            let at = *end.borrow_and_update();
            let passed = async {
                match at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                Ok(()) = end.changed() => {}
                () = passed => return None,
            }
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
