//! Before each served call: circuit breaking and load shedding; its limit of time (go-zero's
//! `zrpc/internal/serverinterceptors`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tonic::{Code, Status};

use super::admission::Admission;
use super::breakers::{self, Breakers};
use crate::breaker::Breaker;
use crate::config::RpcServerConf;
use crate::metrics;
use crate::shed::{Place, Shedder};

/// What the configuration says about the calls of one server.
#[derive(Debug)]
pub(super) struct Protect {
    pub(super) admission: Admission,
    timeout: Option<Duration>,
    timeouts: BTreeMap<String, Option<Duration>>,
    breakers: Option<Breakers>,
    shedder: Option<Arc<Shedder>>,
}

/// Where the end of a call is noted.
#[derive(Debug)]
pub(super) enum Memory {
    Nowhere,
    Of(Arc<Breaker>),
    /// Nothing is known of the method yet.
    New,
}

impl Protect {
    pub(super) fn of(conf: &RpcServerConf) -> Self {
        let layers = conf.middlewares;
        let threshold = conf.cpu_threshold.of(conf.mode, layers.shedding);
        let timeouts = conf
            .method_timeouts
            .iter()
            .map(|method| (method.full_method.clone(), method.timeout.limit()));
        // What is wrong with it, the server has said at its start.
        let admission = Admission::of(conf).unwrap_or_else(|error| {
            tracing::error!(error = format!("{error:#}"), "nobody is let in");
            Admission::closed()
        });
        Self {
            admission,
            timeout: conf.timeout.limit(),
            timeouts: timeouts.collect(),
            breakers: layers.breaker.then(Breakers::default),
            shedder: threshold.map(|threshold| Arc::new(Shedder::new(threshold))),
        }
    }

    pub(super) fn timeout(&self, path: &str) -> Option<Duration> {
        self.timeouts.get(path).copied().unwrap_or(self.timeout)
    }

    /// Whether the method has been served before: callers make up others.
    pub(super) fn knows(&self, path: &str) -> bool {
        let known = self.breakers.as_ref().and_then(|known| known.get(path));
        known.is_some()
    }

    /// A place for the call, or why there is none: UNAVAILABLE while too many calls of the method fail, as go-zero,
    /// RESOURCE_EXHAUSTED while the process has too much to do.
    pub(super) fn admit(
        &self,
        path: &str,
        now: Instant,
    ) -> (Memory, Result<Option<Place>, Status>) {
        let memory = match &self.breakers {
            None => Memory::Nowhere,
            Some(known) => known.get(path).map_or(Memory::New, Memory::Of),
        };
        if let Memory::Of(breaker) = &memory
            && !breaker.admit(now)
        {
            metrics::dropped("rpc_server", "breaker");
            let refusal = Status::unavailable("too many calls of this method fail");
            return (Memory::Nowhere, Err(refusal));
        }
        let Some(shedder) = &self.shedder else {
            return (memory, Ok(None));
        };
        let Some(place) = shedder.admit(now) else {
            metrics::dropped("rpc_server", "shedding");
            let refusal = Status::resource_exhausted("the service has too much to do");
            // No failure of the method, unlike in go-zero: the breaker would refuse what is left.
            return (Memory::Nowhere, Err(refusal));
        };
        (memory, Ok(Some(place)))
    }

    /// A method gets its breaker with its first answer that is not UNIMPLEMENTED: callers could make up others
    /// without end.
    pub(super) fn record(&self, path: &str, memory: &Memory, now: Instant, code: Code) {
        match (memory, &self.breakers) {
            (Memory::Of(breaker), _) => breakers::record(breaker, now, code),
            (Memory::New, Some(known))
                if !matches!(code, Code::Unimplemented | Code::Cancelled) =>
            {
                breakers::record(&known.of(path), now, code);
            }
            _ => {}
        }
    }
}
