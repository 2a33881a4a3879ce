//! Redis for whoever needs it: the cache, limits, the tokens of callers. One server, a cluster, or whichever server the
//! sentinels name. A Redis that does not answer is left alone until it does: nobody waits for it twice.

mod away;
mod connection;
mod dialer;
mod sentinel;
mod topology;

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use redis::{Cmd, FromRedisValue};
use tokio::time::{Instant, timeout_at};

pub(crate) use self::away::is_away;
use self::connection::Connection;
use self::topology::Topology;
use crate::config::CacheConf;

/// For a command, with everything that it waits for: while Redis is away, requests go past it.
const LIMIT: Duration = Duration::from_millis(500);

/// Cheap to clone. Connects on first use.
#[derive(Clone)]
pub(crate) struct Link(Arc<Inner>);

struct Inner {
    topology: Topology,
    /// What is done without Redis, for the log.
    otherwise: &'static str,
    open: Mutex<Option<Connection>>,
    /// Held by the one that connects.
    opening: tokio::sync::Mutex<()>,
    is_away: AtomicBool,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Link").field(&self.0.topology).finish()
    }
}

impl Link {
    pub(crate) fn new(conf: &CacheConf, otherwise: &'static str) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Inner {
            topology: Topology::of(conf)?,
            otherwise,
            open: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            is_away: AtomicBool::default(),
        })))
    }

    /// Host and port of the server, where there is one alone, and it is known.
    pub(crate) fn server(&self) -> Option<(String, u16)> {
        let open = self.0.open();
        let connected = open.as_ref().and_then(Connection::server);
        connected.or_else(|| self.0.topology.server()).cloned()
    }

    /// Runs a command. The error is a [`redis::RedisError`] where the command has been sent, and may yet be executed.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> anyhow::Result<T> {
        if self.0.is_away.load(Relaxed) {
            return Err(anyhow!("Redis did not answer a moment ago"));
        }
        let until = Instant::now() + LIMIT;
        match timeout_at(until, self.connection()).await {
            Ok(Ok(connection)) => self.ask_on(connection, command, until).await,
            Ok(Err(error)) => {
                self.lost(&error);
                Err(error)
            }
            Err(_) => {
                let error = anyhow!("no connection in time");
                self.lost(&error);
                Err(error)
            }
        }
    }

    async fn ask_on<T: FromRedisValue>(
        &self,
        mut connection: Connection,
        command: &Cmd,
        until: Instant,
    ) -> anyhow::Result<T> {
        let answer = match timeout_at(until, connection.ask(command)).await {
            Ok(answer) => answer,
            Err(_) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        };
        if let Err(error) = &answer
            && !away::is_away(error)
        {
            tracing::warn!(%error, "Redis refuses a command");
        } else if let Err(error) = &answer {
            // One that was only slow stays: what it still executes comes before what is sent from now on.
            if away::is_over(error) {
                self.0.forget(&connection);
            }
            self.lost(error);
        }
        Ok(redis::from_redis_value(answer?).map_err(redis::RedisError::from)?)
    }

    async fn connection(&self) -> anyhow::Result<Connection> {
        if let Some(connection) = &*self.0.open() {
            return Ok(connection.clone());
        }
        let inner = Arc::clone(&self.0);
        // By itself: it goes on when the caller goes away, or there would be none for callers in a hurry.
        let opened = tokio::spawn(async move { inner.connect().await }).await;
        opened.map_err(anyhow::Error::from)?
    }
}

impl Inner {
    async fn connect(&self) -> anyhow::Result<Connection> {
        let _one = self.opening.lock().await;
        if let Some(connection) = &*self.open() {
            return Ok(connection.clone());
        }
        let connection = self.topology.open().await?;
        *self.open() = Some(connection.clone());
        Ok(connection)
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Unless there is another one already.
    fn forget(&self, connection: &Connection) {
        let mut open = self.open();
        if open.as_ref().is_some_and(|known| known.is(connection)) {
            *open = None;
        }
    }
}
