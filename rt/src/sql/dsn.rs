//! Data sources: URLs, and the form that go-sql-driver/mysql reads, which go-zero's files have.

use std::path::PathBuf;
use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

pub(super) enum DataSource {
    MySql {
        options: Box<MySqlConnectOptions>,
        database: String,
    },
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
        if text.starts_with("mysql://") || text.starts_with("mariadb://") {
            let options = MySqlConnectOptions::from_str(text)
                .ok()
                .context("expected `mysql://user:password@host:3306/database`")?;
            let database = options.get_database().unwrap_or_default().to_owned();
            return Ok(Self::MySql {
                options: Box::new(options),
                database,
            });
        }
        if text.contains("://") {
            bail!(
                "expected a `sqlite://` or `mysql://` URL, or `user:password@tcp(host:3306)/database`"
            );
        }
        go_mysql(text)
    }
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

/// `[user[:password]@][protocol[(address)]]/database[?parameters]`; of the parameters only `charset`,
/// `collation` and `tls` mean something here (`parseTime` and `loc` are about Go's own types).
fn go_mysql(text: &str) -> anyhow::Result<DataSource> {
    const SHAPE: &str = "expected `user:password@tcp(host:3306)/database`";
    // Passwords may hold `/` and `@`; the address does not.
    let (front, back) = text.rsplit_once(")/").context(SHAPE)?;
    let (credentials, address) = front.rsplit_once("@tcp(").context(SHAPE)?;
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let (host, port) = match address.rsplit_once(':') {
        // The last colon of a bare `[::1]` is the address's own.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (address, "3306"),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let (database, parameters) = back.split_once('?').unwrap_or((back, ""));
    let mut options = MySqlConnectOptions::new()
        .host(host)
        .port(
            port.parse()
                .context("the port of the address is not a number")?,
        )
        .username(user)
        .database(database);
    if !password.is_empty() {
        options = options.password(password);
    }
    for (key, value) in parameters
        .split('&')
        .filter_map(|pair| pair.split_once('='))
    {
        match key {
            "charset" => options = options.charset(value.split(',').next().unwrap_or(value)),
            "collation" => options = options.collation(value),
            "tls" => options = options.ssl_mode(tls(value)),
            _ => {}
        }
    }
    Ok(DataSource::MySql {
        options: Box::new(options),
        database: database.to_owned(),
    })
}

/// Every other word is the name of a configuration that a Go program registers: it verifies.
fn tls(value: &str) -> MySqlSslMode {
    match value {
        "false" => MySqlSslMode::Disabled,
        "preferred" => MySqlSslMode::Preferred,
        "skip-verify" => MySqlSslMode::Required,
        _ => MySqlSslMode::VerifyIdentity,
    }
}
