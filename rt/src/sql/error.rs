//! What a failed query means, and what a successful insert says.

use sqlx::sqlite::SqliteQueryResult;

use crate::Code;
use crate::trace::Failure;

/// The key that the database gave to an inserted row.
pub trait InsertId {
    fn insert_id(&self) -> i64;
}

#[cfg(feature = "mysql")]
impl InsertId for sqlx::mysql::MySqlQueryResult {
    fn insert_id(&self) -> i64 {
        // MySQL's keys are unsigned; one above i64 would need 2^63 rows.
        i64::try_from(self.last_insert_id()).unwrap_or(i64::MAX)
    }
}

impl InsertId for SqliteQueryResult {
    fn insert_id(&self) -> i64 {
        self.last_insert_rowid()
    }
}

impl Failure for sqlx::Error {
    fn code(&self) -> Code {
        match self {
            Self::RowNotFound => Code::NotFound,
            Self::Database(error) if error.is_unique_violation() => Code::AlreadyExists,
            Self::Database(error) if is_lost_race(error.code().as_deref()) => Code::Aborted,
            Self::Database(error) if is_away(error.code().as_deref()) => Code::Unavailable,
            Self::Io(_) | Self::PoolTimedOut | Self::PoolClosed => Code::Unavailable,
            _ => Code::Internal,
        }
    }

    /// A database's own text quotes values; its code says enough.
    fn describe(&self) -> String {
        match self {
            Self::Database(error) => match error.code() {
                Some(code) => format!("database error {code}"),
                None => "database error".to_owned(),
            },
            other => other.to_string(),
        }
    }
}

/// A transaction that another one made impossible: worth another try. SQLSTATE 40001 is a serialization failure, and MySQL's
/// deadlock, 40P01 PostgreSQL's; SQLite's 5 and 6 are busy and locked.
fn is_lost_race(code: Option<&str>) -> bool {
    matches!(code, Some("40001" | "40P01" | "5" | "6"))
}

/// PostgreSQL that starts, stops, or has no connection left.
fn is_away(code: Option<&str>) -> bool {
    matches!(code, Some("57P01" | "57P02" | "57P03" | "53300"))
}
