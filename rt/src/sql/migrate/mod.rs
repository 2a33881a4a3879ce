//! Migrations: files in sqlx's own form, applied by sqlx's own migrator, so that `sqlx migrate` sees the same.

mod apply;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod connect;
mod files;
mod state;

use std::time::Duration;

use anyhow::Context as _;

use self::state::State;
use super::open::{self, Dialect};
use super::pool::{Pool, Source};
use crate::args::Migrate;
use crate::config::DatabaseConf;

/// Between two looks at a database that is away.
const SOON: Duration = Duration::from_secs(1);

/// One file of `migrations/`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Such as `0001_order.sql`: a version and a description.
    pub file: &'static str,
    pub sql: &'static str,
}

/// What makes the tables of a store and changes them, for each kind of database.
#[derive(Debug, Clone, Copy, Default)]
pub struct Migrations {
    /// For the server whose words the queries are in.
    pub server: &'static [Migration],
    pub sqlite: &'static [Migration],
    /// What the tables are called.
    pub tables: &'static [&'static str],
}

impl Migrations {
    /// For the kind of database that it is.
    fn of(self, source: &Source) -> &'static [Migration] {
        match source {
            Source::Sqlite(_) => self.sqlite,
            _ => self.server,
        }
    }
}

/// Does what `--migrate` and `--migrated` ask for, whatever `Database.Migrate` says.
pub async fn migrate(
    conf: &DatabaseConf,
    dialect: Dialect,
    migrations: Migrations,
    task: Migrate,
) -> anyhow::Result<()> {
    let opened = open::open(conf, dialect).await?;
    run(&opened.source, migrations, task)
        .await
        .context("migrating the database")
}

/// What a process does before it serves: a file is its own affair, a server is changed if `Database.Migrate` says so.
pub(super) async fn at_start(
    source: &Source,
    conf: &DatabaseConf,
    migrations: Migrations,
) -> anyhow::Result<()> {
    let is_file = matches!(source, Source::Sqlite(_));
    if conf.migrate.unwrap_or(is_file) {
        run(source, migrations, Migrate::Apply)
            .await
            .context("Database.Migrate")?;
    }
    Ok(())
}

/// Says in the log what a database lacks that nobody here changes.
pub(super) fn look_at(pool: &Pool, conf: &DatabaseConf, migrations: Migrations) {
    if conf.migrate == Some(true) || migrations.of(&pool.source).is_empty() {
        return;
    }
    let pool = pool.clone();
    tokio::spawn(async move {
        while !pool.is_closed() {
            match state::of(&pool.source, migrations).await {
                Ok(state) => return say(&state, migrations.of(&pool.source)),
                // That the database is away is said elsewhere.
                Err(_) => tokio::time::sleep(SOON).await,
            }
        }
    });
}

fn say(state: &State, files: &[Migration]) {
    let pending = state.pending(files).join(", ");
    let unknown = state.unknown(files);
    if let Some(file) = state.changed(files) {
        tracing::warn!(file, "a migration was changed after it had been applied");
    }
    if !unknown.is_empty() {
        tracing::info!(versions = ?unknown, "the database has migrations of a later release");
    }
    match (&state.record, state.has_tables) {
        (Some(_), _) if pending.is_empty() => {}
        (Some(_), _) => tracing::warn!(pending, "the database lacks migrations"),
        (None, false) => tracing::warn!(pending, "the database lacks the tables"),
        // Made by hand or by another tool, which may well be right.
        (None, true) => tracing::info!("the database has no record of migrations"),
    }
}

async fn run(source: &Source, migrations: Migrations, task: Migrate) -> anyhow::Result<()> {
    let files = migrations.of(source);
    match source {
        #[cfg(feature = "mysql")]
        Source::MySql(pool) => {
            let mut connection = connect::patiently(&*pool.connect_options()).await?;
            apply::on_mysql(&mut connection, files, migrations.tables, task).await
        }
        #[cfg(feature = "postgres")]
        Source::Postgres(pool) => {
            let mut connection = connect::patiently(&*pool.connect_options()).await?;
            apply::on_postgres(&mut connection, files, migrations.tables, task).await
        }
        Source::Sqlite(pool) => {
            let mut connection = pool.acquire().await?;
            apply::on_sqlite(&mut connection, files, task).await
        }
        Source::Transaction(_) => Ok(()),
    }
}
