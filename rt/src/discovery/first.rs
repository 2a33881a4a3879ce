//! A process that calls others is ready when it has found them, or has looked for long enough: before, its
//! first requests would fail for no reason.

use tokio::sync::watch;

/// How many services have been looked for and not been found so far.
static LOOKED_FOR: std::sync::LazyLock<watch::Sender<usize>> =
    std::sync::LazyLock::new(|| watch::Sender::new(0));

/// A service that is being looked for, until it is found or given up.
#[derive(Debug)]
pub(super) struct Search(());

impl Search {
    pub(super) fn begin() -> Self {
        LOOKED_FOR.send_modify(|count| *count += 1);
        Self(())
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        LOOKED_FOR.send_modify(|count| *count -= 1);
    }
}

/// Returns when every service that this process calls has an instance, or after 5 s.
#[cfg(feature = "http")]
pub(crate) async fn found() {
    /// A service may well be started after its callers, so nobody waits for ever.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

    let mut looked_for = LOOKED_FOR.subscribe();
    let found = looked_for.wait_for(|count| *count == 0);
    if tokio::time::timeout(PATIENCE, found).await.is_err() {
        tracing::warn!("ready, although not every service that is called has been found");
    }
}
