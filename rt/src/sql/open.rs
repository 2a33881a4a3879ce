//! Opening a pool: one driver for each kind of data source.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use sqlx::sqlite::SqlitePoolOptions;

use super::dsn::DataSource;
use super::pool::Source;
use crate::config::DatabaseConf;
use crate::telemetry::observed::{self, PoolState};

/// The pool reserves a place for each connection, so that there is no number for "no limit".
const MOST_CONNECTIONS: u32 = 10_000;

/// Whose words a store's queries are in; SQLite understands both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    MySql,
    Postgres,
}

/// A pool, with what spans say of it.
pub(super) struct Opened {
    pub(super) source: Source,
    pub(super) database: String,
    /// Host and port.
    pub(super) server: Option<(Arc<str>, u16)>,
}

/// Servers are connected to on first use, so that a service starts before its
/// database does.
pub(super) async fn open(conf: &DatabaseConf, dialect: Dialect) -> anyhow::Result<Opened> {
    let source = DataSource::parse(&conf.data_source).context("Database.DataSource")?;
    check(&source, dialect)?;
    match source {
        #[cfg(feature = "mysql")]
        DataSource::MySql(options) => {
            let database = options.get_database().unwrap_or_default().to_owned();
            let server = Some((options.get_host().into(), options.get_port()));
            let pool = pool_options::<sqlx::MySql>(conf).connect_lazy_with(*options);
            watch(&pool, &database, max_connections(conf));
            Ok(Opened {
                source: Source::MySql(pool),
                database,
                server,
            })
        }
        #[cfg(feature = "postgres")]
        DataSource::Postgres(options) => {
            let database = options.get_database().unwrap_or_default().to_owned();
            let server = Some((options.get_host().into(), options.get_port()));
            let pool = pool_options::<sqlx::Postgres>(conf).connect_lazy_with(*options);
            watch(&pool, &database, max_connections(conf));
            Ok(Opened {
                source: Source::Postgres(pool),
                database,
                server,
            })
        }
        DataSource::Sqlite { options, path } => {
            if let Some(folder) = path.as_deref().and_then(std::path::Path::parent) {
                std::fs::create_dir_all(folder).with_context(|| {
                    format!("Database.DataSource: cannot create {}", folder.display())
                })?;
            }
            // A database in memory lives in one connection.
            let connections = if path.is_some() {
                max_connections(conf)
            } else {
                1
            };
            let pool = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(conf.acquire_timeout.duration())
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_with(*options)
                .await
                .context("Database.DataSource: cannot open the SQLite file")?;
            let stem = path.as_deref().and_then(std::path::Path::file_stem);
            let stem = stem.map(|stem| stem.to_string_lossy().into_owned());
            let database = stem.unwrap_or_else(|| "memory".to_owned());
            watch(&pool, &database, connections);
            Ok(Opened {
                source: Source::Sqlite(pool),
                database,
                server: None,
            })
        }
    }
}

/// A store only runs on the server that its queries are written for.
fn check(source: &DataSource, dialect: Dialect) -> anyhow::Result<()> {
    let (is_mysql, is_postgres) = match source {
        #[cfg(feature = "mysql")]
        DataSource::MySql(_) => (true, false),
        #[cfg(feature = "postgres")]
        DataSource::Postgres(_) => (false, true),
        DataSource::Sqlite { .. } => (false, false),
    };
    match dialect {
        Dialect::MySql if is_postgres => {
            bail!("Database.DataSource: this store is written for MySQL, not for PostgreSQL")
        }
        Dialect::Postgres if is_mysql => {
            bail!("Database.DataSource: this store is written for PostgreSQL, not for MySQL")
        }
        _ => Ok(()),
    }
}

fn max_connections(conf: &DatabaseConf) -> u32 {
    match conf.max_open_conns {
        // As in Go: no limit.
        0 => MOST_CONNECTIONS,
        some => some.min(MOST_CONNECTIONS),
    }
}

#[cfg(any(feature = "mysql", feature = "postgres"))]
fn pool_options<D: sqlx::Database>(conf: &DatabaseConf) -> sqlx::pool::PoolOptions<D> {
    sqlx::pool::PoolOptions::new()
        .max_connections(max_connections(conf))
        .acquire_timeout(conf.acquire_timeout.duration())
        .idle_timeout(conf.conn_max_idle_time.limit())
        .max_lifetime(conf.conn_max_lifetime.limit())
}

fn watch<D: sqlx::Database>(pool: &sqlx::Pool<D>, database: &str, max: u32) {
    let watched = pool.clone();
    observed::watch_pool(database.to_owned(), move || {
        let idle = watched.num_idle();
        state(watched.is_closed(), watched.size(), idle, max)
    });
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
