//! Connections to Redis: of the cache, of limits, of the tokens of callers.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::config::CacheConf;

/// Connects on first use.
pub(crate) fn connect(conf: &CacheConf) -> anyhow::Result<ConnectionManager> {
    ensure!(
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
    Ok(ConnectionManager::new_lazy_with_config(client, timeouts)?)
}
