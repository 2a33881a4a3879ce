//! What it means when Redis fails, and looking for one that comes back.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::Duration;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use tokio::time::{Instant, timeout};

use super::{Inner, LIMIT, Link};

/// As go-zero looks for a Redis that comes back.
const PING_INTERVAL: Duration = Duration::from_millis(100);

/// Whether nothing can be had from Redis now. A command that it refuses says nothing about others.
pub(crate) fn is_away(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => matches!(
            kind,
            ServerErrorKind::BusyLoading
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::Moved
                | ServerErrorKind::Ask
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::TryAgain
        ),
        ErrorKind::Extension | ErrorKind::UnexpectedReturnType | ErrorKind::Client => false,
        _ => true,
    }
}

/// Whether the connection is of no use any more: broken, or to a server that has become a replica.
pub(super) fn is_over(error: &RedisError) -> bool {
    let is_demoted = error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly);
    is_demoted || (error.is_unrecoverable_error() && !error.is_timeout())
}

impl Link {
    /// From now on nobody waits for Redis, until it answers.
    pub(super) fn lost(&self, error: &dyn std::fmt::Display) {
        if self.0.is_away.swap(true, Relaxed) {
            return;
        }
        let otherwise = self.0.otherwise;
        tracing::warn!(%error, "Redis is away; until it is back, {otherwise}");
        tokio::spawn(look(Arc::downgrade(&self.0)));
    }

    async fn answers(&self) -> bool {
        let Ok(Ok(connection)) = timeout(LIMIT, self.connection()).await else {
            return false;
        };
        let ping = redis::cmd("PING");
        match timeout(LIMIT, connection.clone().ask(&ping)).await {
            Ok(Err(error)) if is_away(&error) => {
                if is_over(&error) {
                    self.0.forget(&connection);
                }
                false
            }
            // A user who may not ask this is one whom Redis has answered.
            Ok(_) => true,
            Err(_) => false,
        }
    }
}

/// Until somebody answers, or nobody asks any more.
async fn look(inner: Weak<Inner>) {
    let mut since = Instant::now();
    loop {
        tokio::time::sleep(PING_INTERVAL).await;
        let Some(link) = inner.upgrade().map(Link) else {
            return;
        };
        if link.answers().await {
            link.0.is_away.store(false, Relaxed);
            tracing::info!("Redis is back");
            return;
        }
        let open = link.0.open().clone();
        let Some(connection) = open else {
            continue;
        };
        let silent = since.elapsed();
        if link.0.topology.leads_elsewhere(&connection, silent).await {
            link.0.forget(&connection);
            since = Instant::now();
        }
    }
}
