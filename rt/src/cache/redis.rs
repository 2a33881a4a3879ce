//! Values in Redis.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::aio::ConnectionManager;

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
    let host = (conf.host.rsplit_once(':')).map_or(&*conf.host, |(host, _)| host);
    Ok(Backend::Redis(Redis {
        connection: crate::redis_client::connect(conf)?,
        host: host.to_owned(),
        resting: Mutex::new(None),
    }))
}
