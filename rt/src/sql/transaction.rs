//! One connection for several queries: a transaction that looks like a pool to those who query.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{MySql, MySqlConnection, Sqlite, SqliteConnection};
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
    MySql(sqlx::Transaction<'static, MySql>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

impl Transaction {
    pub(super) fn of_mysql(begun: sqlx::Transaction<'static, MySql>) -> Self {
        Self::new("mysql", Begun::MySql(begun))
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
            Some(Begun::MySql(begun)) => begun.commit().await,
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
    MySql(PoolConnection<MySql>),
    Sqlite(PoolConnection<Sqlite>),
    Transaction(OwnedMutexGuard<Option<Begun>>),
}

/// One of the databases, for [`on_pool!`](crate::on_pool).
pub enum Connection<'a> {
    MySql(&'a mut MySqlConnection),
    Sqlite(&'a mut SqliteConnection),
}

impl Held {
    pub fn connection(&mut self) -> sqlx::Result<Connection<'_>> {
        Ok(match self {
            Self::MySql(connection) => Connection::MySql(connection),
            Self::Sqlite(connection) => Connection::Sqlite(connection),
            Self::Transaction(begun) => match begun.as_mut() {
                Some(Begun::MySql(begun)) => Connection::MySql(begun),
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
