//! The pool, and what every query is run with.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::Connection as _;

use super::migrate::{self, Migrations};
use super::open::{self, Dialect, Opened};
use super::ready;
use super::transaction::{Connection, Held, Transaction};
use crate::cache::Cache;
use crate::config::DatabaseConf;
use crate::metrics;
use crate::telemetry::instruments::Operation;
use crate::trace::{Failure as _, Span, attr};

/// Cheap to clone. Use [`on_pool!`](crate::on_pool), or [`on_postgres!`](crate::on_postgres) where queries are in
/// PostgreSQL's words, to run one query on whichever database it is.
#[derive(Debug, Clone)]
pub struct Pool {
    pub(super) source: Source,
    /// As spans name it.
    database: Arc<str>,
    /// Host and port; none of a file.
    server: Option<(Arc<str>, u16)>,
    /// Queries that take longer are logged.
    slow: Option<Duration>,
}

#[derive(Debug, Clone)]
pub(super) enum Source {
    #[cfg(feature = "mysql")]
    MySql(sqlx::MySqlPool),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgPool),
    Sqlite(sqlx::SqlitePool),
    /// One connection of one of them, inside [`Pool::transaction`].
    Transaction(Transaction),
}

impl Pool {
    /// Opens the pool. MySQL and PostgreSQL connect on first use, so that a service starts before its database does, unless
    /// `Migrate` says to change the schema first. A SQLite file is created when missing, and brought up to date unless
    /// `Migrate` says not to.
    pub async fn open(
        conf: &DatabaseConf,
        dialect: Dialect,
        migrations: Migrations,
    ) -> anyhow::Result<Self> {
        let Opened {
            source,
            database,
            server,
        } = open::open(conf, dialect).await?;
        migrate::at_start(&source, conf, migrations).await?;
        let pool = Self {
            source,
            database: database.into(),
            server,
            slow: conf.slow_threshold.limit(),
        };
        // A file is there as soon as it is open.
        if pool.sqlite().is_none() {
            ready::watch(pool.clone(), conf.ready);
            migrate::look_at(&pool, conf, migrations);
        }
        Ok(pool)
    }

    /// sqlx's own pool, for what only MySQL can; `None` where the data source is another one.
    #[cfg(feature = "mysql")]
    pub fn mysql(&self) -> Option<&sqlx::MySqlPool> {
        match &self.source {
            Source::MySql(pool) => Some(pool),
            _ => None,
        }
    }

    /// sqlx's own pool, for what only PostgreSQL can; `None` where the data source is another one.
    #[cfg(feature = "postgres")]
    pub fn postgres(&self) -> Option<&sqlx::PgPool> {
        match &self.source {
            Source::Postgres(pool) => Some(pool),
            _ => None,
        }
    }

    /// sqlx's own pool, for what only SQLite can; `None` where the data source is another one.
    pub fn sqlite(&self) -> Option<&sqlx::SqlitePool> {
        match &self.source {
            Source::Sqlite(pool) => Some(pool),
            _ => None,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> sqlx::Result<()> {
        match self.hold().await?.connection()? {
            #[cfg(feature = "mysql")]
            Connection::MySql(db) => db.ping().await,
            #[cfg(feature = "postgres")]
            Connection::Postgres(db) => db.ping().await,
            Connection::Sqlite(db) => db.ping().await,
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.source {
            #[cfg(feature = "mysql")]
            Source::MySql(pool) => pool.is_closed(),
            #[cfg(feature = "postgres")]
            Source::Postgres(pool) => pool.is_closed(),
            Source::Sqlite(pool) => pool.is_closed(),
            Source::Transaction(_) => false,
        }
    }

    /// A connection of the pool, or the transaction's.
    pub async fn hold(&self) -> sqlx::Result<Held> {
        match &self.source {
            #[cfg(feature = "mysql")]
            Source::MySql(pool) => pool.acquire().await.map(Held::MySql),
            #[cfg(feature = "postgres")]
            Source::Postgres(pool) => pool.acquire().await.map(Held::Postgres),
            Source::Sqlite(pool) => pool.acquire().await.map(Held::Sqlite),
            Source::Transaction(transaction) => Ok(transaction.hold().await),
        }
    }

    /// Runs `work` with a pool whose queries are one transaction: committed when it succeeds, undone when it fails or is
    /// dropped. What it deletes from the cache is deleted after the commit. Inside a transaction it is part of that one.
    pub async fn transaction<T, E: From<sqlx::Error>, F: Future<Output = Result<T, E>>>(
        &self,
        cache: &Cache,
        work: impl FnOnce(Self, Cache) -> F,
    ) -> Result<T, E> {
        let transaction = match &self.source {
            #[cfg(feature = "mysql")]
            Source::MySql(pool) => Transaction::of_mysql(pool.begin().await?),
            #[cfg(feature = "postgres")]
            Source::Postgres(pool) => Transaction::of_postgres(pool.begin().await?),
            Source::Sqlite(pool) => {
                // Two readers that both want to write would end in a deadlock.
                let begun = pool.begin_with("BEGIN IMMEDIATE").await?;
                Transaction::of_sqlite(begun)
            }
            Source::Transaction(_) => return work(self.clone(), cache.clone()).await,
        };
        let inside = Self {
            source: Source::Transaction(transaction.clone()),
            ..self.clone()
        };
        let pending = cache.deferred();
        let done = work(inside, pending.clone()).await?;
        pending.settle(transaction.commit()).await?;
        Ok(done)
    }

    /// Runs one query as a span of this name (semantic conventions, database client spans), and logs it when it is slow.
    pub async fn run<T>(
        &self,
        name: &'static str,
        operation: &'static str,
        table: &'static str,
        query: impl Future<Output = sqlx::Result<T>>,
    ) -> sqlx::Result<T> {
        let started = Instant::now();
        let span = self.span(name, operation, table);
        let result = span.run(query).await;
        let took = started.elapsed();
        let error = result.as_ref().err().map(|error| error.code().as_str());
        let done = Operation {
            system: self.system(),
            name: operation,
            table: Some(table),
            database: Some(&self.database),
        };
        metrics::stored(done, error, took, span.recorded_trace());
        if self.slow.is_some_and(|slow| took > slow) {
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            span.enter(|| tracing::warn!(operation, table, took_ms = millis, "slow query"));
        }
        result
    }

    /// Values are never on it.
    fn span(&self, name: &'static str, operation: &'static str, table: &'static str) -> Span {
        let span = Span::client(name);
        if span.is_recording() {
            span.set(attr::DB_SYSTEM_NAME, Cow::Borrowed(self.system()));
            span.set(attr::DB_OPERATION_NAME, Cow::Borrowed(operation));
            span.set(attr::DB_COLLECTION_NAME, Cow::Borrowed(table));
            span.set(attr::DB_NAMESPACE, &*self.database);
            span.set(attr::DB_QUERY_SUMMARY, format!("{operation} {table}"));
            if let Some((host, port)) = &self.server {
                span.set(attr::SERVER_ADDRESS, &**host);
                span.set(attr::SERVER_PORT, *port);
            }
        }
        span
    }

    fn system(&self) -> &'static str {
        match &self.source {
            #[cfg(feature = "mysql")]
            Source::MySql(_) => "mysql",
            #[cfg(feature = "postgres")]
            Source::Postgres(_) => "postgresql",
            Source::Sqlite(_) => "sqlite",
            Source::Transaction(transaction) => transaction.system(),
        }
    }
}
