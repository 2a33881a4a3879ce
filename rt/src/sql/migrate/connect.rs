//! Connections to change a schema by: of their own, so that no limit of the pool and no lock outlives its use.

use std::time::Duration;

use anyhow::anyhow;
use sqlx::ConnectOptions;
use tokio::time::{Instant, timeout};

use crate::trace::Failure as _;

/// For one attempt.
const LIMIT: Duration = Duration::from_secs(5);
/// For a database that starts together with the process.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between attempts.
const SOON: Duration = Duration::from_secs(1);

/// Connects as soon as the database lets one.
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
