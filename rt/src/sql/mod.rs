//! One pool for MySQL, PostgreSQL and SQLite, chosen by the data source, with a span per query.

pub mod column;
#[cfg(feature = "sql-decimal")]
mod decimal;
mod dsn;
mod error;
pub mod field;
mod labels;
mod migrate;
#[cfg(feature = "sql-time")]
mod moment;
#[cfg(feature = "mysql")]
mod mysql;
mod open;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod ready;
mod transaction;
mod unsigned;
mod untyped;
#[cfg(feature = "sql-uuid")]
mod uuid;

#[cfg(feature = "sql-decimal")]
pub use self::decimal::Decimal;
pub use self::error::InsertId;
pub use self::labels::Labels;
pub use self::migrate::{Migration, Migrations, migrate};
#[cfg(feature = "sql-time")]
pub use self::moment::Moment;
pub use self::open::Dialect;
pub use self::pool::Pool;
pub use self::transaction::{Connection, Held, other_database};
pub use self::unsigned::Unsigned;
pub use self::untyped::Untyped;
#[cfg(feature = "sql-uuid")]
pub use self::uuid::Uuid;

/// Runs the same expression on a connection of whichever database it is: MySQL or SQLite.
///
/// ```ignore
/// on_pool!(&self.pool, db => sqlx::query("SELECT .. = ?").bind(id).execute(db).await)
/// ```
#[cfg(feature = "mysql")]
#[macro_export]
macro_rules! on_pool {
    ($pool:expr, $name:ident => $query:expr) => {
        $crate::on_databases!([MySql, Sqlite], $pool, $name => $query)
    };
}

/// Runs the same expression on a connection of the database that is built in: SQLite.
#[cfg(not(feature = "mysql"))]
#[macro_export]
macro_rules! on_pool {
    ($pool:expr, $name:ident => $query:expr) => {
        $crate::on_databases!([Sqlite], $pool, $name => $query)
    };
}

/// Runs the same expression on a connection of whichever database it is: PostgreSQL or SQLite.
///
/// ```ignore
/// on_postgres!(&self.pool, db => sqlx::query("SELECT .. = $1").bind(id).execute(db).await)
/// ```
#[cfg(feature = "postgres")]
#[macro_export]
macro_rules! on_postgres {
    ($pool:expr, $name:ident => $query:expr) => {
        $crate::on_databases!([Postgres, Sqlite], $pool, $name => $query)
    };
}

/// Runs the same expression on a connection of the database that is built in: SQLite.
#[cfg(not(feature = "postgres"))]
#[macro_export]
macro_rules! on_postgres {
    ($pool:expr, $name:ident => $query:expr) => {
        $crate::on_databases!([Sqlite], $pool, $name => $query)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! on_databases {
    ([$($database:ident),+], $pool:expr, $name:ident => $query:expr) => {
        match $crate::sql::Pool::hold($pool).await {
            Err(error) => Err(error),
            Ok(mut held) => match $crate::sql::Held::connection(&mut held) {
                Err(error) => Err(error),
                $(Ok($crate::sql::Connection::$database($name)) => $query,)+
                // What another service of the workspace has built in.
                #[allow(unreachable_patterns)]
                Ok(_) => Err($crate::sql::other_database()),
            },
        }
    };
}
