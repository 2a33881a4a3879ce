//! One connection to one member of an etcd cluster. Plain tonic: these calls are not the service's own, and stay
//! out of its spans and metrics.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::{StreamExt as _, stream};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};

use super::pb::etcdserverpb::kv_client::KvClient;
use super::pb::etcdserverpb::watch_client::WatchClient;
use super::pb::etcdserverpb::watch_request::RequestUnion;
use super::pb::etcdserverpb::{RangeRequest, WatchCreateRequest, WatchRequest, WatchResponse};
use super::pb::mvccpb::{Event, KeyValue};

/// Of every exchange with etcd; a member that is slower counts as lost.
pub(super) const CALL_LIMIT: Duration = Duration::from_secs(3);

/// etcd closes connections that ping more often than every five seconds.
pub(super) const PING_INTERVAL: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(super) struct Etcd {
    pub(super) wire: InterceptedService<Channel, Headers>,
}

impl Etcd {
    pub(super) fn new(channel: Channel, token: Option<MetadataValue<Ascii>>) -> Self {
        Self {
            wire: InterceptedService::new(channel, Headers { token }),
        }
    }

    /// All keys below the prefix, and the revision of the store at which that was so.
    pub(super) async fn list(&self, prefix: &str) -> anyhow::Result<(Vec<KeyValue>, i64)> {
        let mut client = KvClient::new(self.wire.clone());
        let answer = within(async {
            let request = RangeRequest {
                key: prefix.into(),
                range_end: end_of(prefix),
            };
            Ok(client.range(request).await?.into_inner())
        });
        let answer = answer.await.context("list keys")?;
        let revision = answer
            .header
            .context("an answer without a header")?
            .revision;
        Ok((answer.kvs, revision))
    }

    pub(super) async fn watch_prefix(&self, prefix: &str, from: i64) -> anyhow::Result<Watch> {
        self.watch(prefix, end_of(prefix), from).await
    }

    pub(super) async fn watch(
        &self,
        key: &str,
        range_end: Vec<u8>,
        from: i64,
    ) -> anyhow::Result<Watch> {
        let mut client = WatchClient::new(self.wire.clone());
        let create = WatchCreateRequest {
            key: key.into(),
            range_end,
            start_revision: from,
        };
        let request = WatchRequest {
            request_union: Some(RequestUnion::CreateRequest(create)),
        };
        // The watch lives as long as the stream of requests.
        let requests = stream::iter([request]).chain(stream::pending());
        let answers = within(async { Ok(client.watch(requests).await?.into_inner()) });
        Ok(Watch {
            answers: answers.await.context("watch keys")?,
        })
    }
}

/// The events of a range of keys, in the order of the store.
#[derive(Debug)]
pub(super) struct Watch {
    answers: Streaming<WatchResponse>,
}

impl Watch {
    /// The next ones; an error if any may have been missed.
    pub(super) async fn next(&mut self) -> anyhow::Result<Vec<Event>> {
        let answer = self.answers.message().await.context("watch keys")?;
        let answer = answer.context("the watch has ended")?;
        ensure!(
            answer.compact_revision == 0,
            "the watch has fallen behind a compaction"
        );
        ensure!(
            !answer.canceled,
            "the watch was cancelled: {}",
            answer.cancel_reason
        );
        Ok(answer.events)
    }
}

/// What goes with every call.
#[derive(Debug, Clone)]
pub(super) struct Headers {
    token: Option<MetadataValue<Ascii>>,
}

impl Interceptor for Headers {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        if let Some(token) = &self.token {
            metadata.insert("token", token.clone());
        }
        // A member that is cut off from the others shall say so: the next session finds another one.
        metadata.insert("hasleader", MetadataValue::from_static("true"));
        Ok(request)
    }
}

pub(super) async fn within<T>(
    exchange: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::time::timeout(CALL_LIMIT, exchange)
        .await
        .unwrap_or_else(|_| bail!("no answer in time"))
}

/// The first key after all that begin with the prefix. Prefixes here end in the delimiter: no carry.
fn end_of(prefix: &str) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        *last = last.saturating_add(1);
    }
    end
}
