//! Values in Redis.

use std::time::Duration;

use super::backend::Backend;
use crate::config::CacheConf;
use crate::redis_client::Link;

pub(super) struct Redis {
    link: Link,
    /// Its number, as spans name it.
    database: String,
}

impl Redis {
    pub(super) fn server(&self) -> Option<(String, u16)> {
        self.link.server()
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }

    pub(super) async fn get(&self, key: &str) -> anyhow::Result<Option<String>> {
        self.link.ask(&redis::Cmd::get(key)).await
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
        self.link.ask(&command).await
    }

    /// In a cluster one command for each part of it that holds some of them.
    pub(super) async fn delete(&self, keys: &[String]) -> anyhow::Result<()> {
        self.link.ask(&redis::Cmd::del(keys)).await
    }
}

pub(super) fn backend(conf: &CacheConf) -> anyhow::Result<Backend> {
    Ok(Backend::Redis(Redis {
        link: Link::new(conf, "the database is asked")?,
        database: conf.db.to_string(),
    }))
}
