//! One pool for MySQL and SQLite, chosen by the data source, with a span per query.

mod dsn;

use std::ops::Deref;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::mysql::{MySqlPoolOptions, MySqlQueryResult};
use sqlx::sqlite::{SqlitePoolOptions, SqliteQueryResult};

use self::dsn::DataSource;
use crate::Code;
use crate::config::DatabaseConf;
use crate::metrics;
use crate::telemetry::instruments::Operation;
use crate::telemetry::observed::{self, PoolState};
use crate::trace::{Failure, Span, attr};

/// How long a query waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// The pool reserves a place for each connection, so that there is no number for "no limit".
const MOST_CONNECTIONS: u32 = 10_000;

/// Cheap to clone. Use [`on_pool!`](crate::on_pool) to run one query on either.
#[derive(Debug, Clone)]
pub enum Pool {
    MySql {
        pool: sqlx::MySqlPool,
        database: String,
    },
    Sqlite {
        pool: sqlx::SqlitePool,
        database: String,
    },
}

/// Runs the same expression on whichever pool it is.
///
/// ```ignore
/// on_pool!(&self.pool, pool => sqlx::query(SQL).bind(id).fetch_optional(pool).await)
/// ```
#[macro_export]
macro_rules! on_pool {
    ($pool:expr, $name:ident => $query:expr) => {
        match $pool {
            $crate::sql::Pool::MySql { pool: $name, .. } => $query,
            $crate::sql::Pool::Sqlite { pool: $name, .. } => $query,
        }
    };
}

impl Pool {
    /// Opens the pool. MySQL connects on first use, so that a service starts before its database does; a
    /// SQLite file is created when missing, and `sqlite_schema` applied to it.
    pub async fn open(conf: &DatabaseConf, sqlite_schema: &'static str) -> anyhow::Result<Self> {
        let max_connections = match conf.max_open_conns {
            // As in Go: no limit.
            0 => MOST_CONNECTIONS,
            some => some.min(MOST_CONNECTIONS),
        };
        match DataSource::parse(&conf.data_source).context("Database.DataSource")? {
            DataSource::MySql { options, database } => {
                let pool = MySqlPoolOptions::new()
                    .max_connections(max_connections)
                    .acquire_timeout(ACQUIRE_TIMEOUT)
                    .connect_lazy_with(*options);
                let (watched, max) = (pool.clone(), max_connections);
                observed::watch_pool(database.clone(), move || {
                    let idle = watched.num_idle();
                    state(watched.is_closed(), watched.size(), idle, max)
                });
                Ok(Self::MySql { pool, database })
            }
            DataSource::Sqlite { options, path } => {
                if let Some(folder) = path.as_deref().and_then(std::path::Path::parent) {
                    std::fs::create_dir_all(folder).with_context(|| {
                        format!("Database.DataSource: cannot create {}", folder.display())
                    })?;
                }
                // A database in memory lives in one connection.
                let connections = if path.is_some() { max_connections } else { 1 };
                let pool = SqlitePoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(ACQUIRE_TIMEOUT)
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(*options)
                    .await
                    .context("Database.DataSource: cannot open the SQLite file")?;
                sqlx::raw_sql(sqlite_schema)
                    .execute(&pool)
                    .await
                    .context("cannot apply the schema")?;
                let stem = path.as_deref().and_then(std::path::Path::file_stem);
                let database =
                    stem.map_or_else(|| "memory".to_owned(), |s| s.to_string_lossy().into_owned());
                let watched = pool.clone();
                observed::watch_pool(database.clone(), move || {
                    let idle = watched.num_idle();
                    state(watched.is_closed(), watched.size(), idle, connections)
                });
                Ok(Self::Sqlite { pool, database })
            }
        }
    }

    /// The span of one query (semantic conventions, database client spans). Values are never on it.
    pub fn span(
        &self,
        name: &'static str,
        operation: &'static str,
        table: &'static str,
    ) -> Query<'_> {
        let span = Span::client(name);
        let (system, database) = match self {
            Self::MySql { database, .. } => ("mysql", database),
            Self::Sqlite { database, .. } => ("sqlite", database),
        };
        if span.is_recording() {
            span.set(attr::DB_SYSTEM_NAME, system);
            span.set(attr::DB_OPERATION_NAME, operation);
            span.set(attr::DB_COLLECTION_NAME, table);
            span.set(attr::DB_NAMESPACE, database.as_str());
            span.set(attr::DB_QUERY_SUMMARY, format!("{operation} {table}"));
        }
        Query {
            span,
            operation: Operation {
                system,
                name: operation,
                table: Some(table),
                database: Some(database),
            },
        }
    }
}

/// `None` when it is closed, so that nobody looks at it any more.
fn state(is_closed: bool, size: u32, idle: usize, max: u32) -> Option<PoolState> {
    let idle = u32::try_from(idle).unwrap_or(u32::MAX).min(size);
    (!is_closed).then_some(PoolState {
        used: size - idle,
        idle,
        max,
    })
}

/// One query: a span, and a duration in the metrics.
#[derive(Debug)]
pub struct Query<'a> {
    span: Span,
    operation: Operation<'a>,
}

impl Query<'_> {
    /// Runs the query as this span, records its failure, and counts it.
    pub async fn run<T, E: Failure>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let result = self.span.run(work).await;
        let error = result.as_ref().err().map(|error| error.code().as_str());
        let trace = self.span.recorded_trace();
        metrics::stored(self.operation, error, started.elapsed(), trace);
        result
    }
}

impl Deref for Query<'_> {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

/// The key that the database gave to an inserted row.
pub trait InsertId {
    fn insert_id(&self) -> i64;
}

impl InsertId for MySqlQueryResult {
    fn insert_id(&self) -> i64 {
        // MySQL's keys are unsigned; one above i64 would need 2^63 rows.
        i64::try_from(self.last_insert_id()).unwrap_or(i64::MAX)
    }
}

impl InsertId for SqliteQueryResult {
    fn insert_id(&self) -> i64 {
        self.last_insert_rowid()
    }
}

impl Failure for sqlx::Error {
    fn code(&self) -> Code {
        match self {
            Self::RowNotFound => Code::NotFound,
            Self::Database(error) if error.is_unique_violation() => Code::AlreadyExists,
            Self::Io(_) | Self::PoolTimedOut | Self::PoolClosed => Code::Unavailable,
            _ => Code::Internal,
        }
    }

    /// A database's own text quotes values; its code says enough.
    fn describe(&self) -> String {
        match self {
            Self::Database(error) => match error.code() {
                Some(code) => format!("database error {code}"),
                None => "database error".to_owned(),
            },
            other => other.to_string(),
        }
    }
}
