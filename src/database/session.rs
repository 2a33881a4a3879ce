//! Questions with an end: each has its time, and an error that says where and at what.

use std::fmt::Display;
use std::time::Duration;

use sqlx::error::Error as Failure;

use super::{Address, Error};

const CONNECTING: Duration = Duration::from_secs(10);
const ASKING: Duration = Duration::from_secs(30);

/// What `doing` needs, or why it failed.
pub(super) async fn ask<T>(
    address: &Address,
    doing: impl Display,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Error> {
    within(ASKING, address, &doing.to_string(), answer).await
}

pub(super) async fn connect<T>(
    address: &Address,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Error> {
    within(CONNECTING, address, "cannot connect", answer).await
}

async fn within<T>(
    limit: Duration,
    address: &Address,
    doing: &str,
    answer: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Error> {
    let reason = match tokio::time::timeout(limit, answer).await {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(failure)) => reason(&failure),
        Err(_) => format!("no answer within {} s", limit.as_secs()),
    };
    Err(Error::at(address, doing, reason))
}

/// What the driver or the server says, without the driver's own preface.
pub(super) fn reason(failure: &Failure) -> String {
    let text = match failure {
        Failure::Database(error) => error.message().to_owned(),
        Failure::Io(error) => error.to_string(),
        Failure::Tls(error) => format!("TLS: {error}"),
        Failure::Configuration(error) => format!("the URL: {error}"),
        other => other.to_string(),
    };
    // The number says nothing that the words do not.
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_owned()
}
