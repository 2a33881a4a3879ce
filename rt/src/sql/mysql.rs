//! MySQL's data sources: URLs, and the form that go-sql-driver/mysql reads.

use std::str::FromStr as _;

use anyhow::Context as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

/// Errors never show the text: it holds a password.
pub(super) fn options(text: &str) -> anyhow::Result<MySqlConnectOptions> {
    if text.starts_with("mysql://") || text.starts_with("mariadb://") {
        return MySqlConnectOptions::from_str(text)
            .ok()
            .context("expected `mysql://user:password@host:3306/database`");
    }
    go(text)
}

/// `[user[:password]@][protocol[(address)]]/database[?parameters]`; of the parameters only `charset`,
/// `collation` and `tls` mean something here (`parseTime` and `loc` are about Go's own types).
fn go(text: &str) -> anyhow::Result<MySqlConnectOptions> {
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
    Ok(options)
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
