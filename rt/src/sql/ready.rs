//! Whether the process is ready, as its database has it.

use std::time::Duration;

use tokio::time::timeout;

use super::Pool;
use crate::config::ReadyWhen;
use crate::lifecycle::Need;

/// For an answer.
const LIMIT: Duration = Duration::from_secs(2);
/// Between questions, while there is no answer.
const SOON: Duration = Duration::from_millis(500);
/// While there is.
const LATER: Duration = Duration::from_secs(5);
/// So many in a row without an answer are an outage: one that is late is not.
const OUTAGE: u32 = 3;

/// Asks the database in the background; the process is not ready before the first answer.
pub(super) fn watch(pool: Pool, when: ReadyWhen) {
    if when == ReadyWhen::Always {
        return;
    }
    let need = Need::new();
    tokio::spawn(async move {
        let need = first_answer(&pool, need).await;
        if when == ReadyWhen::Connected {
            follow(&pool, need).await;
        }
    });
}

async fn first_answer(pool: &Pool, mut need: Need) -> Need {
    let mut is_said = false;
    while !pool.is_closed() {
        match ask(pool).await {
            Ok(()) => break,
            Err(reason) if !is_said => {
                tracing::warn!(reason, "not ready: the database does not answer yet");
                is_said = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(SOON).await;
    }
    if need.set(true) && is_said {
        tracing::info!("the database answers");
    }
    need
}

async fn follow(pool: &Pool, mut need: Need) {
    let mut failures = 0;
    while !pool.is_closed() {
        tokio::time::sleep(if failures == 0 { LATER } else { SOON }).await;
        match ask(pool).await {
            Ok(()) => {
                failures = 0;
                if need.set(true) {
                    tracing::info!("ready again: the database answers");
                }
            }
            Err(reason) => {
                failures += 1;
                if failures >= OUTAGE && need.set(false) {
                    tracing::warn!(reason, "not ready: the database does not answer");
                }
            }
        }
    }
}

/// The reason is without the database's text, which may hold names of hosts and users.
async fn ask(pool: &Pool) -> Result<(), &'static str> {
    match timeout(LIMIT, pool.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(sqlx::Error::Database(_))) => Err("it refuses"),
        Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => Err("no answer in time"),
        Ok(Err(_)) => Err("no connection"),
    }
}
