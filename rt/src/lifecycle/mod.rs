//! From ready to stopped: unready first, then time for others to notice, then a drain with a deadline
//! (go-zero's `core/proc/shutdown.go`).

#[cfg(any(feature = "http", feature = "rpc-server"))]
mod drain;
#[cfg(any(feature = "http", feature = "rpc-server", feature = "sql"))]
mod needs;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) use self::drain::{drain, wind_down};
#[cfg(feature = "sql")]
pub(crate) use self::needs::Need;
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) use self::needs::Needs;

const NOT_READY: u8 = 0;
const READY: u8 = 1;
/// For good.
#[cfg(any(feature = "http", feature = "rpc-server"))]
const ENDING: u8 = 2;

/// Whether the process takes requests. Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicU8>);

impl Readiness {
    pub fn is_ready(&self) -> bool {
        self.0.load(Relaxed) == READY
    }

    /// Without effect once the process is about to end.
    pub fn set(&self, ready: bool) {
        let (old, new) = if ready {
            (NOT_READY, READY)
        } else {
            (READY, NOT_READY)
        };
        // An error means that it is so already, or never will be again.
        let _ = self.0.compare_exchange(old, new, Relaxed, Relaxed);
    }

    #[cfg(any(feature = "http", feature = "rpc-server"))]
    fn end(&self) {
        self.0.store(ENDING, Relaxed);
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
