//! Finding the instances of a service.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::DELIMITER;
use super::members::Members;
use super::pb::mvccpb::event::EventType;
use super::pb::mvccpb::{Event, KeyValue};
use super::retry::Retry;
use crate::config::EtcdConf;

/// Keeps `update` told of the addresses below `<Key>/`. While etcd is away, the last known ones stay.
pub(in crate::discovery) fn follow(
    conf: &EtcdConf,
    update: impl Fn(&[String]) + Send + Sync + 'static,
) -> anyhow::Result<()> {
    let mut members = Members::new(conf)?;
    tokio::spawn(async move {
        let mut retry = Retry::new();
        loop {
            let Err(error) = session(&mut members, &update).await;
            members.advance();
            retry.pause(&members.conf().key, &error).await;
        }
    });
    Ok(())
}

/// One connection: the whole list first, then every change since.
async fn session(
    members: &mut Members,
    update: &(impl Fn(&[String]) + Send + Sync),
) -> anyhow::Result<Infallible> {
    let etcd = members.connect().await?;
    let key = &members.conf().key;
    let prefix = format!("{key}{DELIMITER}");
    let (found, revision) = etcd.list(&prefix).await?;
    let mut instances = Instances::default();
    for kv in found {
        instances.put(kv);
    }
    tracing::info!(key, instances = instances.0.len(), "found in etcd");
    update(&instances.addresses());

    let mut watch = etcd.watch_prefix(&prefix, revision + 1).await?;
    loop {
        let events = watch.next().await?;
        if events.is_empty() {
            continue;
        }
        for event in events {
            instances.apply(event);
        }
        update(&instances.addresses());
    }
}

/// Key to address. Two keys may hold one address for a while: a restarted service gets a new lease while its old
/// one runs out.
#[derive(Debug, Default)]
struct Instances(BTreeMap<Vec<u8>, String>);

impl Instances {
    fn put(&mut self, kv: KeyValue) {
        let address = String::from_utf8_lossy(&kv.value).into_owned();
        self.0.insert(kv.key, address);
    }

    fn apply(&mut self, event: Event) {
        let is_delete = event.r#type() == EventType::Delete;
        match event.kv {
            Some(kv) if is_delete => {
                self.0.remove(&kv.key);
            }
            Some(kv) => self.put(kv),
            None => {}
        }
    }

    /// Each once, in a stable order.
    fn addresses(&self) -> Vec<String> {
        let mut addresses: Vec<_> = self.0.values().cloned().collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }
}
