//! The ways to Redis.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use redis::Value;

use super::connection::{Connection, Server};
use super::lock::{Account, Lock};
use super::sentinel::Sentinels;
use crate::config::{CacheConf, RedisType};

/// A cluster may have other nodes by now than those that it had.
#[cfg(feature = "redis-cluster")]
const PATIENCE: Duration = Duration::from_secs(3);

/// Where to go in.
#[derive(Debug)]
pub(super) struct Door {
    way: Way,
    account: Account,
    lock: Lock,
}

#[derive(Debug)]
enum Way {
    Node(Server),
    Sentinel(Sentinels),
    #[cfg(feature = "redis-cluster")]
    Cluster(Vec<Server>),
}

impl Door {
    pub(super) fn of(conf: &CacheConf) -> anyhow::Result<Self> {
        ensure!(
            conf.non_block,
            "Redis.NonBlock: a process starts without its Redis and never waits for it; remove the key"
        );
        let servers = servers(&conf.host)?;
        let is_named = conf
            .master_name
            .as_ref()
            .is_some_and(|name| !name.is_empty());
        ensure!(
            is_named == (conf.r#type == RedisType::Sentinel),
            "Redis.MasterName: belongs to `Type: sentinel`, which needs it"
        );
        let way = match conf.r#type {
            RedisType::Node => match <[Server; 1]>::try_from(servers) {
                Ok([server]) => Way::Node(server),
                Err(_) => bail!("Redis.Host: several are a `Type: cluster` or `sentinel`"),
            },
            RedisType::Sentinel => Way::Sentinel(Sentinels::of(conf, servers)),
            RedisType::Cluster => {
                ensure!(conf.db == 0, "Redis.Db: a cluster has only database 0");
                cluster(servers)?
            }
        };
        Ok(Self {
            way,
            account: Account::new(conf.user.as_ref(), conf.pass.as_ref(), conf.db),
            lock: Lock::of(conf)?,
        })
    }

    pub(super) fn server(&self) -> Option<&Server> {
        match &self.way {
            Way::Node(server) => Some(server),
            _ => None,
        }
    }

    pub(super) async fn open(&self) -> anyhow::Result<Connection> {
        match &self.way {
            Way::Node(server) => self.lock.open(server, &self.account).await,
            Way::Sentinel(sentinels) => {
                let server = sentinels.master(&self.lock).await?;
                let mut connection = self.lock.open(&server, &self.account).await?;
                // One that is a replica by now, or was left behind, would not keep what is written.
                let role: Vec<Value> =
                    redis::from_redis_value(connection.ask(&redis::cmd("ROLE")).await?)?;
                let is_master =
                    matches!(role.first(), Some(Value::BulkString(role)) if role == b"master");
                let (host, port) = &server;
                ensure!(is_master, "{host}:{port} is no master any more");
                Ok(connection)
            }
            #[cfg(feature = "redis-cluster")]
            Way::Cluster(servers) => self.lock.open_cluster(servers, &self.account).await,
        }
    }

    /// Whether there may be another server by now than this one, which has been `silent` for so long. The only one there is
    /// is kept until the system gives it up, so that nothing overtakes what has been sent to it.
    pub(super) async fn leads_elsewhere(&self, connection: &Connection, silent: Duration) -> bool {
        match &self.way {
            Way::Node(_) => false,
            Way::Sentinel(sentinels) => {
                let master = sentinels.master(&self.lock).await;
                master.is_ok_and(|master| Some(&master) != connection.server())
            }
            #[cfg(feature = "redis-cluster")]
            Way::Cluster(_) => silent > PATIENCE,
        }
    }
}

#[cfg(feature = "redis-cluster")]
#[allow(clippy::unnecessary_wraps)]
fn cluster(servers: Vec<Server>) -> anyhow::Result<Way> {
    Ok(Way::Cluster(servers))
}

#[cfg(not(feature = "redis-cluster"))]
fn cluster(_: Vec<Server>) -> anyhow::Result<Way> {
    bail!("Redis.Type: needs the feature `redis-cluster` of zgen-rt")
}

/// `a:1,b:2`, as go-zero splits them; Redis' own port where there is none.
fn servers(hosts: &str) -> anyhow::Result<Vec<Server>> {
    let parts = hosts.split(',').map(str::trim);
    let servers: anyhow::Result<Vec<_>> = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (host, port) = match part.rsplit_once(':') {
                // An address of IPv6 by itself.
                Some((host, _)) if host.contains(':') && !host.ends_with(']') => (part, "6379"),
                Some(split) => split,
                None => (part, "6379"),
            };
            let port = port
                .parse()
                .context("Redis.Host: expected `host:port`, of several separated by commas")?;
            let host = host.trim_start_matches('[').trim_end_matches(']');
            Ok((host.to_owned(), port))
        })
        .collect();
    let servers = servers?;
    ensure!(!servers.is_empty(), "Redis.Host: is empty");
    Ok(servers)
}
