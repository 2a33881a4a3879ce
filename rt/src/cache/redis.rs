//! Values in Redis.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use super::backend::Backend;
use crate::config::CacheConf;

/// After a failure nobody waits for Redis for this long.
const REST: Duration = Duration::from_millis(500);

pub(super) struct Redis {
    connection: ConnectionManager,
    host: String,
    /// Until when it is left alone.
    resting: Mutex<Option<Instant>>,
}

impl Redis {
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<String>> {
        let mut connection = self.connection()?;
        self.noted(redis::AsyncCommands::get(&mut connection, key).await)
    }

    pub(super) async fn set(
        &self,
        key: &str,
        text: String,
        ttl: Duration,
        only_new: bool,
    ) -> anyhow::Result<()> {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        // No time at all, Redis refuses; what was there is over all the same.
        let command = if millis == 0 {
            redis::Cmd::del(key)
        } else {
            let mut command = redis::cmd("SET");
            command.arg(key).arg(text).arg("PX").arg(millis);
            if only_new {
                command.arg("NX");
            }
            command
        };
        self.noted(command.exec_async(&mut self.connection()?).await)
    }

    pub(super) async fn delete(&self, keys: &[String]) -> anyhow::Result<()> {
        let command = redis::Cmd::del(keys);
        self.noted(command.exec_async(&mut self.connection()?).await)
    }

    fn connection(&self) -> anyhow::Result<ConnectionManager> {
        let resting = *self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let rests = resting.is_some_and(|until| Instant::now() < until);
        anyhow::ensure!(!rests, "Redis did not answer a moment ago");
        Ok(self.connection.clone())
    }

    fn noted<T>(&self, answer: redis::RedisResult<T>) -> anyhow::Result<T> {
        if answer.is_err() {
            let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
            *resting = Some(Instant::now() + REST);
        }
        Ok(answer?)
    }
}

pub(super) fn backend(conf: &CacheConf) -> anyhow::Result<Backend> {
    anyhow::ensure!(
        conf.r#type == "node",
        "Redis.Type: only `node` is supported, not `{}`",
        conf.r#type
    );
    let (host, port) = conf.host.rsplit_once(':').unwrap_or((&conf.host, "6379"));
    let port = port.parse().context("Redis.Host: expected `host:port`")?;
    let mut settings = redis::RedisConnectionInfo::default();
    // Empty is what `${REDIS_PASS:-}` gives, and no password.
    if let Some(password) = conf.pass.as_deref().filter(|pass| !pass.is_empty()) {
        settings = settings.set_password(password);
    }
    let info =
        redis::IntoConnectionInfo::into_connection_info((host, port))?.set_redis_settings(settings);
    let client = redis::Client::open(info)?;
    // Short: while Redis is away, requests go past it.
    let timeouts = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(Duration::from_millis(500)))
        .set_response_timeout(Some(Duration::from_millis(500)));
    Ok(Backend::Redis(Redis {
        connection: ConnectionManager::new_lazy_with_config(client, timeouts)?,
        host: host.to_owned(),
        resting: Mutex::new(None),
    }))
}
