//! Data sources: URLs, and the forms that Go's drivers read, which go-zero's files have.

use std::path::PathBuf;

use anyhow::bail;
#[cfg(feature = "mysql")]
use sqlx::mysql::MySqlConnectOptions;
#[cfg(feature = "postgres")]
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

pub(super) enum DataSource {
    #[cfg(feature = "mysql")]
    MySql(Box<MySqlConnectOptions>),
    #[cfg(feature = "postgres")]
    Postgres(Box<PgConnectOptions>),
    Sqlite {
        options: Box<SqliteConnectOptions>,
        path: Option<PathBuf>,
    },
}

impl DataSource {
    /// Errors never show the text: it holds a password.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest.strip_prefix("//").unwrap_or(rest));
        }
        if text.starts_with("mysql://") || text.starts_with("mariadb://") || text.contains("@tcp(")
        {
            return mysql(text);
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") || is_words(text) {
            return postgres(text);
        }
        bail!(
            "expected a `sqlite://`, `mysql://` or `postgres://` URL, `user:password@tcp(host:3306)/database`, or \
             `host=.. user=.. password=.. dbname=..`"
        );
    }
}

/// libpq's form: the first word has a name.
fn is_words(text: &str) -> bool {
    let name = text.split_once('=').map_or("", |(name, _)| name).trim();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

#[cfg(feature = "mysql")]
fn mysql(text: &str) -> anyhow::Result<DataSource> {
    super::mysql::options(text).map(|options| DataSource::MySql(Box::new(options)))
}

#[cfg(not(feature = "mysql"))]
fn mysql(_: &str) -> anyhow::Result<DataSource> {
    missing("MySQL", "mysql")
}

#[cfg(feature = "postgres")]
fn postgres(text: &str) -> anyhow::Result<DataSource> {
    let options = if is_words(text) {
        super::postgres::words(text)
    } else {
        super::postgres::url(text)
    };
    options.map(|options| DataSource::Postgres(Box::new(options)))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> anyhow::Result<DataSource> {
    missing("PostgreSQL", "postgres")
}

#[cfg(not(all(feature = "mysql", feature = "postgres")))]
fn missing(database: &str, feature: &str) -> anyhow::Result<DataSource> {
    bail!(
        "{database} needs the feature `{feature}` of zgen-rt; add it in the Cargo.toml of this crate: \
         `zgen-rt = {{ .., features = [.., \"{feature}\"] }}`"
    )
}

fn sqlite(rest: &str) -> anyhow::Result<DataSource> {
    let file = rest.split('?').next().unwrap_or_default();
    if file.is_empty() {
        bail!("expected a file, such as `sqlite://data/order.db`");
    }
    if file == ":memory:" {
        let options = SqliteConnectOptions::new().in_memory(true);
        return Ok(DataSource::Sqlite {
            options: Box::new(options),
            path: None,
        });
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        // Readers and the writer do not wait for each other.
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(std::time::Duration::from_secs(2));
    Ok(DataSource::Sqlite {
        options: Box::new(options),
        path: Some(file.into()),
    })
}
