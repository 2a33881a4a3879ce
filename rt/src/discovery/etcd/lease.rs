//! What a registration says to etcd: a lease, and a key that lives as long as it.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures_util::stream;

use super::client::{Etcd, Watch, within};
use super::pb::etcdserverpb::kv_client::KvClient;
use super::pb::etcdserverpb::lease_client::LeaseClient;
use super::pb::etcdserverpb::{
    LeaseGrantRequest, LeaseKeepAliveRequest, LeaseRevokeRequest, PutRequest,
};

impl Etcd {
    /// The revision of the store that holds the value first.
    pub(super) async fn put(&self, key: &str, value: &str, lease: i64) -> anyhow::Result<i64> {
        let mut client = KvClient::new(self.wire.clone());
        let answer = within(async {
            let request = PutRequest {
                key: key.into(),
                value: value.into(),
                lease,
            };
            Ok(client.put(request).await?.into_inner())
        });
        let header = answer.await.context("put a key")?.header;
        Ok(header.context("an answer without a header")?.revision)
    }

    /// A new lease.
    pub(super) async fn grant(&self, ttl: Duration) -> anyhow::Result<i64> {
        let mut client = LeaseClient::new(self.wire.clone());
        let answer = within(async {
            let request = LeaseGrantRequest {
                ttl: i64::try_from(ttl.as_secs())?,
                id: 0,
            };
            Ok(client.lease_grant(request).await?.into_inner())
        });
        let answer = answer.await.context("grant a lease")?;
        ensure!(answer.error.is_empty(), "grant a lease: {}", answer.error);
        Ok(answer.id)
    }

    /// Starts the lease's time again; false if there is no such lease any more.
    pub(super) async fn renew(&self, lease: i64) -> anyhow::Result<bool> {
        let mut client = LeaseClient::new(self.wire.clone());
        let answer = within(async {
            // One request to a stream: at this rate, a stream that stays open would only be one more thing to lose.
            let request = stream::iter([LeaseKeepAliveRequest { id: lease }]);
            let mut answers = client.lease_keep_alive(request).await?.into_inner();
            answers.message().await?.context("no answer")
        });
        Ok(answer.await.context("keep a lease alive")?.ttl > 0)
    }

    /// Ends the lease; its keys go with it.
    pub(super) async fn revoke(&self, lease: i64) -> anyhow::Result<()> {
        let mut client = LeaseClient::new(self.wire.clone());
        within(async {
            client
                .lease_revoke(LeaseRevokeRequest { id: lease })
                .await?;
            Ok(())
        })
        .await
        .context("revoke a lease")
    }

    pub(super) async fn watch_key(&self, key: &str, from: i64) -> anyhow::Result<Watch> {
        self.watch(key, Vec::new(), from).await
    }
}
