//! PostgreSQL's data sources: URLs, and the words that libpq and Go's drivers read.

use std::str::FromStr as _;

use anyhow::{Context as _, bail};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Errors never show the text: it holds a password.
pub(super) fn url(text: &str) -> anyhow::Result<PgConnectOptions> {
    PgConnectOptions::from_str(text)
        .ok()
        .context("expected `postgres://user:password@host:5432/database`")
}

/// `host=db port=5432 user=order password='a b' dbname=order sslmode=disable`; other words, such as `TimeZone`, are
/// about the connections of Go's drivers.
pub(super) fn words(text: &str) -> anyhow::Result<PgConnectOptions> {
    let mut options = PgConnectOptions::new_without_pgpass();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, behind) = rest
            .split_once('=')
            .context("expected `host=db user=order password=.. dbname=order`")?;
        let (value, behind) = value(behind.trim_start())?;
        options = set(options, key.trim(), &value)?;
        rest = behind.trim_start();
    }
    Ok(options)
}

fn set(options: PgConnectOptions, key: &str, value: &str) -> anyhow::Result<PgConnectOptions> {
    Ok(match key {
        "host" | "hostaddr" => options.host(value),
        "port" => options.port(value.parse().ok().context("the port is not a number")?),
        "user" => options.username(value),
        "password" => options.password(value),
        "dbname" => options.database(value),
        "sslmode" => {
            let mode = PgSslMode::from_str(value).ok();
            options.ssl_mode(mode.context("sslmode is none of PostgreSQL's")?)
        }
        "sslrootcert" => options.ssl_root_cert(value),
        "sslcert" => options.ssl_client_cert(value),
        "sslkey" => options.ssl_client_key(value),
        "application_name" => options.application_name(value),
        "search_path" => options.options([("search_path", value)]),
        _ => options,
    })
}

/// A value up to the next space, or in single quotes; a backslash takes the next character as it is.
fn value(text: &str) -> anyhow::Result<(String, &str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, character)| character)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            character if !quoted && character.is_whitespace() => return Ok((value, &text[at..])),
            character => value.push(character),
        }
    }
    if quoted {
        bail!("a quote of the data source is not closed");
    }
    Ok((value, ""))
}
