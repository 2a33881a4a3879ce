//! Connections to change a schema by: of their own, so that no limit of the pool and no lock outlives its use.

use std::time::Duration;

use anyhow::anyhow;
use sqlx::ConnectOptions;
use tokio::time::{Instant, timeout};

use super::state::State;
use super::{Migrations, Source};
use crate::trace::Failure as _;

/// For one attempt.
const LIMIT: Duration = Duration::from_secs(5);
/// For a database that starts together with the process.
const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const SOON: Duration = Duration::from_secs(1);

/// Connects as soon as the database lets one.
#[cfg(any(feature = "mysql", feature = "postgres"))]
pub(super) async fn patiently<O: ConnectOptions>(options: &O) -> anyhow::Result<O::Connection>
where
    O::Connection: Sized,
{
    let begun = Instant::now();
    let mut is_said = false;
    loop {
        let reason = match timeout(LIMIT, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            // Its own text may hold names of hosts and users.
            Ok(Err(error)) => match &error {
                sqlx::Error::Database(_) => error.describe(),
                _ => "no connection".to_owned(),
            },
            Err(_) => "no answer in time".to_owned(),
        };
        if begun.elapsed() > PATIENCE {
            return Err(anyhow!(
                "the database does not let itself be used: {reason}"
            ));
        }
        if !is_said {
            tracing::warn!(reason, "migrations wait for the database");
            is_said = true;
        }
        tokio::time::sleep(SOON).await;
    }
}

/// Looks by a connection of the pool.
pub(super) async fn state(source: &Source, migrations: Migrations) -> anyhow::Result<State> {
    Ok(match source {
        #[cfg(feature = "mysql")]
        Source::MySql(pool) => {
            let mut connection = pool.acquire().await?;
            mysql_state(&mut connection, migrations.tables).await?
        }
        #[cfg(feature = "postgres")]
        Source::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            postgres_state(&mut connection, migrations.tables).await?
        }
        Source::Sqlite(pool) => {
            let mut connection = pool.acquire().await?;
            sqlite_state(&mut connection, migrations.tables).await?
        }
        Source::Transaction(_) => anyhow::bail!("a transaction has no schema of its own"),
    })
}

#[cfg(feature = "mysql")]
pub(super) async fn mysql_state(
    connection: &mut sqlx::MySqlConnection,
    tables: &[&str],
) -> anyhow::Result<State> {
    // MySQL 8 has names as bytes.
    const SQL: &str = "SELECT CONVERT(table_name USING utf8mb4) FROM information_schema.tables \
        WHERE table_schema = DATABASE()";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *connection).await?;
    Ok(State::read(connection, &names, tables).await?)
}

#[cfg(feature = "postgres")]
pub(super) async fn postgres_state(
    connection: &mut sqlx::PgConnection,
    tables: &[&str],
) -> anyhow::Result<State> {
    const SQL: &str = "SELECT table_name::text FROM information_schema.tables \
        WHERE table_schema = ANY (current_schemas(false))";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *connection).await?;
    Ok(State::read(connection, &names, tables).await?)
}

pub(super) async fn sqlite_state(
    connection: &mut sqlx::SqliteConnection,
    tables: &[&str],
) -> anyhow::Result<State> {
    const SQL: &str = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *connection).await?;
    Ok(State::read(connection, &names, tables).await?)
}
