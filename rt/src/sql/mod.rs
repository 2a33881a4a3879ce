//! One pool for MySQL and SQLite, chosen by the data source, with a span per query.

pub mod column;
#[cfg(feature = "sql-decimal")]
mod decimal;
mod dsn;
mod error;
pub mod field;
#[cfg(feature = "sql-time")]
mod moment;
mod pool;
mod ready;
mod transaction;
mod unsigned;

#[cfg(feature = "sql-decimal")]
pub use self::decimal::Decimal;
pub use self::error::InsertId;
#[cfg(feature = "sql-time")]
pub use self::moment::Moment;
pub use self::pool::Pool;
pub use self::transaction::{Connection, Held};
pub use self::unsigned::Unsigned;

/// Runs the same expression on a connection of whichever database it is.
///
/// ```ignore
/// on_pool!(&self.pool, db => sqlx::query(SQL).bind(id).execute(db).await)
/// ```
#[macro_export]
macro_rules! on_pool {
    ($pool:expr, $name:ident => $query:expr) => {
        match $crate::sql::Pool::hold($pool).await {
            Err(error) => Err(error),
            Ok(mut held) => match $crate::sql::Held::connection(&mut held) {
                Err(error) => Err(error),
                Ok($crate::sql::Connection::MySql($name)) => $query,
                Ok($crate::sql::Connection::Sqlite($name)) => $query,
            },
        }
    };
}
