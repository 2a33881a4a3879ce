//! How often callers may call: token buckets in the process, or in Redis for all instances together (go-zero's
//! `core/limit/tokenlimit.go`).

mod bucket;
mod local;
mod rules;
#[cfg(feature = "redis")]
mod shared;

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

pub use self::bucket::{Bucket, Size};
use self::local::Local;
use self::rules::{Rule, Rules};
use crate::config::{By, RateLimitConf};

/// The limits of one gateway or service.
#[derive(Debug)]
pub(crate) struct Limiter {
    rules: Rules,
    local: Local,
    #[cfg(feature = "redis")]
    shared: Option<shared::Shared>,
}

impl Limiter {
    #[cfg_attr(not(feature = "redis"), allow(clippy::unnecessary_wraps))]
    pub(crate) fn new(conf: &RateLimitConf) -> anyhow::Result<Self> {
        Ok(Self {
            rules: Rules::of(conf),
            local: Local::default(),
            #[cfg(feature = "redis")]
            shared: match &conf.redis {
                Some(redis) => Some(shared::Shared::new(redis)?),
                None => None,
            },
        })
    }

    /// Where the configuration cannot be used, which [`Self::new`] has said at the start: without Redis.
    #[cfg(feature = "http")]
    pub(crate) fn in_process(conf: &RateLimitConf) -> Self {
        Self {
            rules: Rules::of(conf),
            local: Local::default(),
            #[cfg(feature = "redis")]
            shared: None,
        }
    }

    /// Lets a call pass, or says after what time one may. `method` is empty where the route says it all.
    pub(crate) async fn admit(
        &self,
        method: &str,
        route: &str,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<(), Duration> {
        // The narrow one first: what it refuses takes nothing from all.
        for rule in self.rules.of_call(method, route) {
            let caller = caller(&rule.by, headers, extensions);
            self.take(rule, caller.as_deref().unwrap_or_default())
                .await?;
        }
        Ok(())
    }

    // Without Redis nothing is awaited.
    #[cfg_attr(not(feature = "redis"), allow(clippy::unused_async))]
    async fn take(&self, rule: &Rule, caller: &str) -> Result<(), Duration> {
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared
            && let Some(taken) = shared.take(rule, caller).await
        {
            return taken;
        }
        self.local.take(rule, caller)
    }
}

/// Whose call it is; none where all share one limit.
fn caller(by: &By, headers: &HeaderMap, extensions: &Extensions) -> Option<String> {
    let header = match by {
        By::All => return None,
        By::Address => None,
        By::Header(name) => headers.get(name),
    };
    if let Some(value) = header {
        return Some(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    Some(peer.map_or_else(String::new, |ConnectInfo(peer)| peer.ip().to_string()))
}
