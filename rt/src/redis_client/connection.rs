//! A connection that is open.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisResult, Value};

/// An open connection. Cheap to clone.
#[derive(Clone)]
pub(super) enum Connection {
    One(MultiplexedConnection, Arc<Server>),
    #[cfg(feature = "redis-cluster")]
    Cluster(redis::cluster_async::ClusterConnection, Arc<()>),
}

/// Host and port.
pub(super) type Server = (String, u16);

impl Connection {
    pub(super) async fn ask(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Self::One(connection, _) => command.query_async(connection).await,
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(connection, _) => command.query_async(connection).await,
        }
    }

    pub(super) fn server(&self) -> Option<&Server> {
        match self {
            Self::One(_, server) => Some(server),
            #[cfg(feature = "redis-cluster")]
            Self::Cluster(..) => None,
        }
    }

    /// Whether both are the same one.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::One(_, one), Self::One(_, other)) => Arc::ptr_eq(one, other),
            #[cfg(feature = "redis-cluster")]
            (Self::Cluster(_, one), Self::Cluster(_, other)) => Arc::ptr_eq(one, other),
            #[cfg(feature = "redis-cluster")]
            _ => false,
        }
    }
}
