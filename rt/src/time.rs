//! The clock as databases and messages want it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01T00:00:00Z.
pub fn unix_now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The time, with as many digits of a second's fraction as SQL's `NOW(3)` has: what a column keeps, and no more.
#[cfg(feature = "sql-time")]
pub fn now<T: crate::sql::Moment>(digits: u16) -> T {
    let now = chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), digits);
    T::at(now)
}
