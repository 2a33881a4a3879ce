//! The buckets of all instances, in Redis: at go-zero's keys and with its arithmetic, so that services in Go and in
//! Rust can share a limit. While Redis is away, each instance counts for itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::rules::Rule;
use crate::config::CacheConf;
use crate::redis_client::Link;

/// KEYS: the tokens left, and when that was, in seconds. ARGV: tokens in a second, tokens at most, now. Whole and
/// broken seconds may be mixed: go-zero writes whole ones.
const TAKE: &str = "
local rate, most, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local left = tonumber(redis.call('GET', KEYS[1]) or most)
local since = math.max(0, now - tonumber(redis.call('GET', KEYS[2]) or 0))
left = math.min(most, left + since * rate)
local taken = left >= 1
if taken then left = left - 1 end
local life = math.max(1, math.floor(2 * most / rate))
redis.call('SETEX', KEYS[1], life, left)
redis.call('SETEX', KEYS[2], life, ARGV[3])
return taken and 1 or 0
";

pub(super) struct Shared {
    redis: Link,
    prefix: String,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(conf: &CacheConf) -> anyhow::Result<Self> {
        let key = conf.key.as_deref().filter(|key| !key.is_empty());
        Ok(Self {
            redis: Link::new(conf, "limits are counted in the process")?,
            prefix: key.unwrap_or("ratelimit").to_owned(),
        })
    }

    /// `None` while Redis is away.
    pub(super) async fn take(&self, rule: &Rule, caller: &str) -> Option<Result<(), Duration>> {
        let key = [&*self.prefix, &*rule.route, caller];
        let key: Vec<_> = key.into_iter().filter(|part| !part.is_empty()).collect();
        let key = key.join(":");
        let period = rule.period.as_secs_f64();
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut command = redis::cmd("EVAL");
        command
            .arg(TAKE)
            .arg(2)
            // In braces: of a cluster, both are in one place.
            .arg(format!("{{{key}}}.tokens"))
            .arg(format!("{{{key}}}.ts"))
            .arg(f64::from(rule.rate) / period)
            .arg(rule.burst)
            .arg(format!("{:.3}", now.unwrap_or_default().as_secs_f64()));
        match self.redis.ask::<i64>(&command).await {
            Ok(1) => Some(Ok(())),
            // About one token later.
            Ok(_) => Some(Err(rule.period / rule.rate)),
            Err(_) => None,
        }
    }
}
