//! From ready to stopped: unready first, then time for others to notice, then a drain with a deadline
//! (go-zero's `core/proc/shutdown.go`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::config::ShutdownConf;

/// Whether the process takes requests. Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }
}

/// Resolves on the first SIGTERM or SIGINT.
pub async fn signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "cannot listen for SIGINT");
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "cannot listen for SIGTERM");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending::<()>().await;
}

/// Waits for the signal, turns unready, lets `leave` deregister, and gives callers time to notice.
/// A second signal cuts the waiting short.
pub(crate) async fn wind_down(
    conf: ShutdownConf,
    readiness: &Readiness,
    leave: impl Future<Output = ()>,
) {
    signal().await;
    tracing::info!("shutting down");
    readiness.set(false);
    leave.await;
    tokio::select! {
        () = tokio::time::sleep(conf.wrap_up_time.duration()) => {}
        () = signal() => {}
    }
}

/// Runs a server whose graceful end begins when `stopping` fires; gives it `limit` from then on.
pub(crate) async fn drain<T>(
    server: impl Future<Output = T>,
    stopping: impl Future<Output = ()>,
    limit: Duration,
) -> Option<T> {
    let overdue = async {
        stopping.await;
        tokio::select! {
            () = tokio::time::sleep(limit) => {}
            () = signal() => {}
        }
    };
    tokio::select! {
        done = server => Some(done),
        () = overdue => {
            tracing::warn!("requests in flight were cut");
            None
        }
    }
}
