//! One connection for several queries: a transaction that looks like a pool to those who query.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
#[cfg(feature = "mysql")]
use sqlx::{MySql, MySqlConnection};
#[cfg(feature = "postgres")]
use sqlx::{PgConnection, Postgres};
use sqlx::{Sqlite, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A transaction that has begun. Undone when the last clone is dropped before it was committed.
#[derive(Clone)]
pub(super) struct Transaction {
    system: &'static str,
    /// `None` once it is over.
    begun: Arc<Mutex<Option<Begun>>>,
}

/// What [`Held`] locks.
pub enum Begun {
    #[cfg(feature = "mysql")]
    MySql(sqlx::Transaction<'static, MySql>),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

impl Transaction {
    #[cfg(feature = "mysql")]
    pub(super) fn of_mysql(begun: sqlx::Transaction<'static, MySql>) -> Self {
        Self::new("mysql", Begun::MySql(begun))
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of_postgres(begun: sqlx::Transaction<'static, Postgres>) -> Self {
        Self::new("postgresql", Begun::Postgres(begun))
    }

    pub(super) fn of_sqlite(begun: sqlx::Transaction<'static, Sqlite>) -> Self {
        Self::new("sqlite", Begun::Sqlite(begun))
    }

    fn new(system: &'static str, begun: Begun) -> Self {
        Self {
            system,
            begun: Arc::new(Mutex::new(Some(begun))),
        }
    }

    pub(super) fn system(&self) -> &'static str {
        self.system
    }

    pub(super) async fn hold(&self) -> Held {
        Held::Transaction(Arc::clone(&self.begun).lock_owned().await)
    }

    pub(super) async fn commit(self) -> sqlx::Result<()> {
        match self.begun.lock().await.take() {
            #[cfg(feature = "mysql")]
            Some(Begun::MySql(begun)) => begun.commit().await,
            #[cfg(feature = "postgres")]
            Some(Begun::Postgres(begun)) => begun.commit().await,
            Some(Begun::Sqlite(begun)) => begun.commit().await,
            None => Err(is_over()),
        }
    }
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Transaction").field(&self.system).finish()
    }
}

/// A connection that nobody else uses meanwhile.
pub enum Held {
    #[cfg(feature = "mysql")]
    MySql(PoolConnection<MySql>),
    #[cfg(feature = "postgres")]
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
    Transaction(OwnedMutexGuard<Option<Begun>>),
}

/// One of the databases, for [`on_pool!`](crate::on_pool) and [`on_postgres!`](crate::on_postgres).
pub enum Connection<'a> {
    #[cfg(feature = "mysql")]
    MySql(&'a mut MySqlConnection),
    #[cfg(feature = "postgres")]
    Postgres(&'a mut PgConnection),
    Sqlite(&'a mut SqliteConnection),
}

impl Held {
    pub fn connection(&mut self) -> sqlx::Result<Connection<'_>> {
        Ok(match self {
            #[cfg(feature = "mysql")]
            Self::MySql(connection) => Connection::MySql(connection),
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => Connection::Postgres(connection),
            Self::Sqlite(connection) => Connection::Sqlite(connection),
            Self::Transaction(begun) => match begun.as_mut() {
                #[cfg(feature = "mysql")]
                Some(Begun::MySql(begun)) => Connection::MySql(begun),
                #[cfg(feature = "postgres")]
                Some(Begun::Postgres(begun)) => Connection::Postgres(begun),
                Some(Begun::Sqlite(begun)) => Connection::Sqlite(begun),
                // Somebody has kept a store of a transaction.
                None => return Err(is_over()),
            },
        })
    }
}

fn is_over() -> sqlx::Error {
    sqlx::Error::Protocol("this transaction is over".to_owned())
}

/// A query in the words of one database on a pool of another; a store is only opened on what it is written for.
pub fn other_database() -> sqlx::Error {
    sqlx::Error::Protocol("this query is not written for the database of its pool".to_owned())
}
