//! The end of a server, step by step.

use std::time::Duration;

use super::{Readiness, signal};
use crate::config::ShutdownConf;

/// Waits for the signal, turns unready, lets `leave` deregister, and gives callers time to notice.
/// A second signal cuts the waiting short.
pub(crate) async fn wind_down(
    conf: ShutdownConf,
    readiness: &Readiness,
    leave: impl Future<Output = ()>,
) {
    signal().await;
    tracing::info!("shutting down");
    readiness.end();
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
