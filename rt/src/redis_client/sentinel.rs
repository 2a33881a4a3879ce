//! Servers that watch others, and say which of these takes writes.

use anyhow::{Context as _, anyhow};
use tokio::time::timeout;

use super::LIMIT;
use super::connection::Server;
use super::dialer::{Account, Dialer};
use crate::config::CacheConf;

#[derive(Debug)]
pub(super) struct Sentinels {
    servers: Vec<Server>,
    account: Account,
    name: String,
}

impl Sentinels {
    pub(super) fn of(conf: &CacheConf, servers: Vec<Server>) -> Self {
        let (user, pass) = (conf.sentinel_user.as_ref(), conf.sentinel_pass.as_ref());
        Self {
            servers,
            account: Account::new(user, pass, 0),
            name: conf.master_name.clone().unwrap_or_default(),
        }
    }

    /// The first answer of any of them: they agree, or will soon.
    pub(super) async fn master(&self, dialer: &Dialer) -> anyhow::Result<Server> {
        let mut last = anyhow!("no sentinel");
        for sentinel in &self.servers {
            match timeout(LIMIT, self.ask(sentinel, dialer)).await {
                Ok(Ok(master)) => return Ok(master),
                Ok(Err(error)) => last = error,
                Err(_) => last = anyhow!("{}:{}: no answer in time", sentinel.0, sentinel.1),
            }
        }
        Err(last.context("sentinels"))
    }

    async fn ask(&self, sentinel: &Server, dialer: &Dialer) -> anyhow::Result<Server> {
        let mut connection = dialer.open(sentinel, &self.account).await?;
        let mut command = redis::cmd("SENTINEL");
        command.arg("GET-MASTER-ADDR-BY-NAME").arg(&self.name);
        let answer = connection.ask(&command).await;
        let found: Option<Server> = answer
            .and_then(|answer| Ok(redis::from_redis_value(answer)?))
            // Not as an error of Redis: the command itself has not been sent.
            .map_err(|error| anyhow!("{error}"))?;
        found.with_context(|| format!("Redis.MasterName: unknown to {}:{}", sentinel.0, sentinel.1))
    }
}
