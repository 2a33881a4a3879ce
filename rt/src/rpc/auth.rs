//! Which callers a service serves: those with an app and its token (go-zero's `zrpc/internal/auth`), or with a bearer
//! token (RFC 6750).

use std::collections::BTreeMap;

use anyhow::ensure;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use tonic::Status;

#[cfg(feature = "redis")]
use super::tokens::Tokens;
use crate::config::{RpcServerConf, Secret};

pub(super) const APP: &str = "app";
pub(super) const TOKEN: &str = "token";

/// Everyone who may call.
#[derive(Debug, Default)]
pub(super) struct Callers {
    apps: BTreeMap<String, Secret>,
    bearers: Vec<Secret>,
    #[cfg(feature = "redis")]
    tokens: Option<Tokens>,
}

impl Callers {
    /// `None`: anyone.
    pub(super) fn of(conf: &RpcServerConf) -> anyhow::Result<Option<Self>> {
        let lists = !conf.apps.is_empty() || !conf.bearer_tokens.is_empty();
        if !conf.auth {
            ensure!(
                !lists,
                "Auth: `Apps` and `BearerTokens` do nothing without `Auth: true`"
            );
            return Ok(None);
        }
        let redis = conf.redis.as_ref();
        let stored = redis.filter(|redis| redis.key.as_deref().is_some_and(|key| !key.is_empty()));
        ensure!(
            lists || stored.is_some(),
            "Auth: nobody may call; `Redis` with a `Key`, `Apps` or `BearerTokens` says who does"
        );
        #[cfg(not(feature = "redis"))]
        ensure!(
            stored.is_none(),
            "Auth: `Redis` needs the feature `redis` of zgen-rt; add it in the Cargo.toml of this crate: \
             `zgen-rt = {{ .., features = [.., \"redis\"] }}`"
        );
        Ok(Some(Self {
            apps: conf.apps.clone(),
            bearers: conf.bearer_tokens.clone(),
            #[cfg(feature = "redis")]
            tokens: match stored {
                Some(redis) => Some(Tokens::new(redis, conf.strict_control)?),
                None => None,
            },
        }))
    }

    /// Or UNAUTHENTICATED, without a hint at what is wrong.
    // Without Redis nothing is awaited.
    #[cfg_attr(not(feature = "redis"), allow(clippy::unused_async))]
    pub(super) async fn check(&self, headers: &HeaderMap) -> Result<(), Status> {
        if let Some(bearer) = bearer(headers) {
            // All of them, however early one fits.
            let fits = self.bearers.iter().filter(|known| known.is(bearer)).count();
            if fits > 0 {
                return Ok(());
            }
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(app), Some(token)) = (text(APP), text(TOKEN)) else {
            return Err(denied());
        };
        if app.is_empty() || token.is_empty() {
            return Err(denied());
        }
        if let Some(known) = self.apps.get(app) {
            return known.is(token.as_bytes()).then_some(()).ok_or_else(denied);
        }
        #[cfg(feature = "redis")]
        if let Some(tokens) = &self.tokens {
            return tokens.check(app, token).await;
        }
        Err(denied())
    }
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    is_bearer.then(|| token.trim_start().as_bytes())
}

pub(super) fn denied() -> Status {
    Status::unauthenticated("access denied")
}
