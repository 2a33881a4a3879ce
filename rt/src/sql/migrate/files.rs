//! The files as sqlx's migrator wants them.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration as Step, MigrationType, Migrator};

use super::Migration;

impl Migration {
    /// The number before the first `_`.
    pub(super) fn version(&self) -> Option<i64> {
        self.file.split_once('_')?.0.parse().ok()
    }

    /// Read as sqlx reads a file of this name.
    pub(super) fn step(&self) -> Option<Step> {
        let (_, name) = self.file.split_once('_')?;
        let kind = MigrationType::from_filename(name);
        let description = name.strip_suffix(kind.suffix())?.replace('_', " ");
        Some(Step::new(
            self.version()?,
            description.into(),
            kind,
            self.sql.into_sql_str(),
            self.sql.starts_with("-- no-transaction"),
        ))
    }
}

pub(super) fn migrator(files: &[Migration]) -> Migrator {
    let steps = files.iter().filter_map(Migration::step).collect();
    let mut migrator = Migrator::with_migrations(steps);
    // What a later release has added is no reason not to start: a rollback, or an instance that is not replaced yet.
    migrator.set_ignore_missing(true);
    migrator
}

/// The name of the file with a version.
pub(super) fn name(files: &[Migration], version: i64) -> String {
    let file = files.iter().find(|file| file.version() == Some(version));
    file.map_or_else(|| format!("version {version}"), |file| file.file.to_owned())
}
