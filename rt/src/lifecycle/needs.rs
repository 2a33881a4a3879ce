//! What a process cannot work without: until it is there, the process is not ready.

use std::sync::LazyLock;

use tokio::sync::watch;

/// How many such things are not there now.
static MISSING: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// Something of that kind; not there at first.
#[cfg(feature = "sql")]
#[derive(Debug)]
pub(crate) struct Need {
    is_there: bool,
}

#[cfg(feature = "sql")]
impl Need {
    pub(crate) fn new() -> Self {
        MISSING.send_modify(|count| *count += 1);
        Self { is_there: false }
    }

    /// Whether this is news.
    pub(crate) fn set(&mut self, is_there: bool) -> bool {
        if self.is_there == is_there {
            return false;
        }
        self.is_there = is_there;
        MISSING.send_modify(|count| {
            *count = if is_there {
                count.saturating_sub(1)
            } else {
                *count + 1
            };
        });
        true
    }
}

#[cfg(feature = "sql")]
impl Drop for Need {
    fn drop(&mut self) {
        self.set(true);
    }
}

/// Tells whether everything is there, now and whenever that changes.
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) struct Needs(watch::Receiver<usize>);

#[cfg(any(feature = "http", feature = "rpc-server"))]
impl Needs {
    pub(crate) fn watch() -> Self {
        Self(MISSING.subscribe())
    }

    #[cfg(feature = "rpc-server")]
    pub(crate) fn are_met_now(&self) -> bool {
        *self.0.borrow() == 0
    }

    pub(crate) async fn are_met(&mut self) {
        let met = self.0.wait_for(|missing| *missing == 0);
        if met.await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) async fn are_missed(&mut self) {
        let missed = self.0.wait_for(|missing| *missing > 0);
        if missed.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
