//! Before anything else is done for a call: how often may it come, and who makes it.

use http::{Extensions, HeaderMap};
use tonic::Status;
use tonic::metadata::MetadataValue;

use super::auth::Callers;
use crate::config::RpcServerConf;
use crate::metrics;
use crate::rate::Limiter;

/// Who gets in.
#[derive(Debug, Default)]
pub(super) struct Admission {
    limiter: Option<Limiter>,
    callers: Option<Callers>,
}

impl Admission {
    pub(super) fn of(conf: &RpcServerConf) -> anyhow::Result<Self> {
        Ok(Self {
            limiter: conf.rate_limit.as_ref().map(Limiter::new).transpose()?,
            callers: Callers::of(conf)?,
        })
    }

    /// With a configuration of which the server has said at its start that it cannot be used.
    pub(super) fn closed() -> Self {
        Self {
            limiter: None,
            callers: Some(Callers::default()),
        }
    }

    /// Whether anyone is let in as they come, so that nothing has to be asked.
    pub(super) fn is_open(&self) -> bool {
        self.limiter.is_none() && self.callers.is_none()
    }

    pub(super) async fn admit(
        &self,
        path: &str,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<(), Status> {
        if let Some(limiter) = &self.limiter {
            let admitted = limiter.admit("", path, headers, extensions).await;
            if let Err(wait) = admitted {
                metrics::dropped("rpc_server", "rate_limit");
                let mut status = Status::resource_exhausted("too many calls: try again later");
                // gRPC's own hint to callers that try again (proposal A6).
                let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
                let pushback = MetadataValue::from(millis);
                status
                    .metadata_mut()
                    .insert("grpc-retry-pushback-ms", pushback);
                return Err(status);
            }
        }
        if let Some(callers) = &self.callers {
            let checked = callers.check(headers).await;
            checked.inspect_err(|_| metrics::dropped("rpc_server", "auth"))?;
        }
        Ok(())
    }
}
