//! Applying, or only recording, one process at a time.

use std::ops::Deref;

#[cfg(any(feature = "mysql", feature = "postgres"))]
use anyhow::Context as _;
use anyhow::{anyhow, bail};
use sqlx::migrate::MigrateError;
use sqlx::{Acquire, Connection as _};

use super::state::{self, RECORD, State};
use super::{Migration, files};
use crate::args::Migrate;
use crate::trace::Failure as _;

/// Seconds that a process waits for another one that migrates.
#[cfg(feature = "mysql")]
const DAY: u32 = 86_400;

#[cfg(feature = "mysql")]
pub(super) async fn on_mysql(
    connection: &mut sqlx::MySqlConnection,
    files: &[Migration],
    tables: &[&str],
    task: Migrate,
) -> anyhow::Result<()> {
    // Beside sqlx's own, which MariaDB grants nobody: it takes "for ever" for "not at all". The end of the connection
    // gives both back.
    sqlx::query("SELECT GET_LOCK(CONCAT('zgen ', MD5(DATABASE())), ?)")
        .bind(DAY)
        .execute(&mut *connection)
        .await
        .context("waiting for another process that migrates")?;
    let state = state::on_mysql(connection, tables).await?;
    carry_out(connection, &state, files, task).await
}

#[cfg(feature = "postgres")]
pub(super) async fn on_postgres(
    connection: &mut sqlx::PgConnection,
    files: &[Migration],
    tables: &[&str],
    task: Migrate,
) -> anyhow::Result<()> {
    // Beside sqlx's own, so that what is looked at before is what there is.
    sqlx::query("SELECT pg_advisory_lock(hashtext('zgen ' || current_database()))")
        .execute(&mut *connection)
        .await
        .context("waiting for another process that migrates")?;
    let state = state::on_postgres(connection, tables).await?;
    carry_out(connection, &state, files, task).await
}

pub(super) async fn on_sqlite(
    connection: &mut sqlx::SqliteConnection,
    files: &[Migration],
    task: Migrate,
) -> anyhow::Result<()> {
    let is_plain = files
        .iter()
        .filter_map(Migration::step)
        .all(|step| !step.no_tx);
    // Another process may be about to do the same, for longer than a query may take.
    let _ = sqlx::query("PRAGMA busy_timeout = 60000")
        .execute(&mut *connection)
        .await;
    let done = if is_plain {
        in_one(connection, files, task).await
    } else {
        let state = state::on_sqlite(connection, &[]).await?;
        carry_out(&mut *connection, &state, files, task).await
    };
    let _ = sqlx::query("PRAGMA busy_timeout = 2000")
        .execute(&mut *connection)
        .await;
    done
}

/// SQLite has no locks but transactions: all of it is one, from before the first look.
async fn in_one(
    connection: &mut sqlx::SqliteConnection,
    files: &[Migration],
    task: Migrate,
) -> anyhow::Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let state = state::on_sqlite(&mut transaction, &[]).await?;
    carry_out(&mut *transaction, &state, files, task).await?;
    transaction.commit().await?;
    Ok(())
}

/// What is to be done, on a connection that nobody else changes the schema by.
async fn carry_out<'c, C>(
    connection: C,
    state: &State,
    files: &[Migration],
    task: Migrate,
) -> anyhow::Result<()>
where
    C: Acquire<'c>,
    <C::Connection as Deref>::Target: sqlx::migrate::Migrate,
{
    expect(state, files, task)?;
    let migrator = files::migrator(files);
    let done = match task {
        Migrate::Apply => migrator.run(connection).await,
        Migrate::Record(version) => migrator.skip(connection, Some(version)).await,
    };
    finish(done, state, files, task)
}

/// Tables that nobody has a record of would make the first migration fail, and MySQL would keep the half of it.
fn expect(state: &State, files: &[Migration], task: Migrate) -> anyhow::Result<()> {
    let is_unknown = state.record.is_none() && state.has_tables;
    match (task, files.first()) {
        (Migrate::Apply, Some(first)) if is_unknown => {
            let version = first.version().unwrap_or_default();
            bail!(
                "the database has tables of this service and no record of migrations: if they are as {} makes them, \
                 say so once, with `--migrated {version}`",
                first.file
            )
        }
        (Migrate::Record(version), _) if !files.iter().any(|it| it.version() == Some(version)) => {
            bail!("there is no migration {version}")
        }
        _ => Ok(()),
    }
}

fn finish(
    done: Result<(), MigrateError>,
    before: &State,
    files: &[Migration],
    task: Migrate,
) -> anyhow::Result<()> {
    done.map_err(|error| refused(error, files))?;
    let is_done = |file: &&str| match task {
        Migrate::Apply => true,
        Migrate::Record(last) => {
            let version = file
                .split_once('_')
                .and_then(|(version, _)| version.parse().ok());
            version.is_some_and(|version: i64| version <= last)
        }
    };
    let names: Vec<_> = before.pending(files).into_iter().filter(is_done).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        match task {
            Migrate::Apply => tracing::info!(names, "migrations applied"),
            Migrate::Record(_) => tracing::info!(names, "migrations recorded, not run"),
        }
    }
    Ok(())
}

/// The database's own text, which quotes the statement and values, is for the log.
fn refused(error: MigrateError, files: &[Migration]) -> anyhow::Error {
    let name = |version| files::name(files, version);
    match error {
        MigrateError::ExecuteMigration(cause, version) => {
            let file = name(version);
            tracing::error!(file, error = %cause, "a migration has failed");
            anyhow!("{file} has failed: {}", cause.describe())
        }
        MigrateError::Execute(cause) => {
            tracing::error!(error = %cause, "migrating has failed");
            anyhow!("{}", cause.describe())
        }
        MigrateError::VersionMismatch(version) => anyhow!(
            "{} was changed after it had been applied: put back what was there, and write the change into a file of \
             its own",
            name(version)
        ),
        MigrateError::Dirty(version) => anyhow!(
            "{} has failed halfway before: bring the database in order by hand, then delete the row of version \
             {version} from `{RECORD}`",
            name(version)
        ),
        other => anyhow!(other),
    }
}
