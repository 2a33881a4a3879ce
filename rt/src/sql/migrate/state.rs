//! What a database says of its migrations.

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError};

use super::{Migration, Migrations, Source};

/// Where sqlx keeps its record.
pub(super) const RECORD: &str = "_sqlx_migrations";

#[derive(Debug)]
pub(super) struct State {
    /// What was applied; `None`: nobody has kept a record.
    pub(super) record: Option<Vec<AppliedMigration>>,
    /// Whether a table of the store is there.
    pub(super) has_tables: bool,
}

impl State {
    /// Of a database that has tables of these names. Changes nothing.
    pub(super) async fn read<C: Migrate>(
        connection: &mut C,
        names: &[String],
        tables: &[&str],
    ) -> Result<Self, MigrateError> {
        let is_there = |table: &str| names.iter().any(|name| name.eq_ignore_ascii_case(table));
        let record = if is_there(RECORD) {
            Some(connection.list_applied_migrations(RECORD).await?)
        } else {
            None
        };
        Ok(Self {
            record,
            has_tables: tables.iter().any(|table| is_there(table)),
        })
    }

    fn applied(&self) -> &[AppliedMigration] {
        self.record.as_deref().unwrap_or_default()
    }

    /// The files that are not applied.
    pub(super) fn pending<'f>(&self, files: &'f [Migration]) -> Vec<&'f str> {
        let is_pending = |file: &&Migration| {
            let version = file.version();
            !(self.applied().iter()).any(|applied| Some(applied.version) == version)
        };
        let pending = files.iter().filter(is_pending);
        pending.map(|file| file.file).collect()
    }

    /// The first file that is another than the one that was applied.
    pub(super) fn changed<'f>(&self, files: &'f [Migration]) -> Option<&'f str> {
        let is_changed = |file: &&Migration| {
            let mut applied = self.applied().iter();
            let applied = applied.find(|applied| Some(applied.version) == file.version());
            applied
                .zip(file.step())
                .is_some_and(|(applied, step)| applied.checksum != step.checksum)
        };
        files.iter().find(is_changed).map(|file| file.file)
    }

    /// The versions that are no file's.
    pub(super) fn unknown(&self, files: &[Migration]) -> Vec<i64> {
        let versions = self.applied().iter().map(|applied| applied.version);
        let is_file = |version: i64| files.iter().any(|file| file.version() == Some(version));
        versions.filter(|version| !is_file(*version)).collect()
    }
}

/// Looks by a connection of the pool.
pub(super) async fn of(source: &Source, migrations: Migrations) -> anyhow::Result<State> {
    Ok(match source {
        #[cfg(feature = "mysql")]
        Source::MySql(pool) => {
            let mut connection = pool.acquire().await?;
            on_mysql(&mut connection, migrations.tables).await?
        }
        #[cfg(feature = "postgres")]
        Source::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            on_postgres(&mut connection, migrations.tables).await?
        }
        Source::Sqlite(pool) => {
            let mut connection = pool.acquire().await?;
            on_sqlite(&mut connection, migrations.tables).await?
        }
        Source::Transaction(_) => anyhow::bail!("a transaction has no schema of its own"),
    })
}

#[cfg(feature = "mysql")]
pub(super) async fn on_mysql(
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
pub(super) async fn on_postgres(
    connection: &mut sqlx::PgConnection,
    tables: &[&str],
) -> anyhow::Result<State> {
    const SQL: &str = "SELECT table_name::text FROM information_schema.tables \
        WHERE table_schema = ANY (current_schemas(false))";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *connection).await?;
    Ok(State::read(connection, &names, tables).await?)
}

pub(super) async fn on_sqlite(
    connection: &mut sqlx::SqliteConnection,
    tables: &[&str],
) -> anyhow::Result<State> {
    const SQL: &str = "SELECT name FROM sqlite_master WHERE type = 'table'";
    let names: Vec<String> = sqlx::query_scalar(SQL).fetch_all(&mut *connection).await?;
    Ok(State::read(connection, &names, tables).await?)
}
