//! Finding the instances of a service.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use super::DELIMITER;
use super::members::Members;
use super::pb::mvccpb::event::EventType;
use super::pb::mvccpb::{Event, KeyValue};
use super::retry::Retry;
use crate::config::EtcdConf;

/// How long an address stays that a new list does not have: until every instance has registered again with an etcd that
/// has lost its data. One that is gone costs nothing meanwhile, as calls that do not reach it go elsewhere.
const GRACE: Duration = Duration::from_secs(15);

/// Keeps `update` told of the addresses below `<Key>/`. While etcd is away, the last known ones stay.
pub(in crate::discovery) fn follow(
    conf: &EtcdConf,
    update: impl Fn(&[String]) + Send + Sync + 'static,
) -> anyhow::Result<()> {
    let mut members = Members::new(conf)?;
    tokio::spawn(async move {
        let mut retry = Retry::new();
        let mut instances = Instances::default();
        loop {
            let Err(error) = session(&mut members, &mut instances, &update).await;
            members.advance();
            retry.pause(&members.conf().key, &error).await;
        }
    });
    Ok(())
}

/// One connection: the whole list first, then every change since.
async fn session(
    members: &mut Members,
    instances: &mut Instances,
    update: &(impl Fn(&[String]) + Send + Sync),
) -> anyhow::Result<Infallible> {
    let etcd = members.connect().await?;
    let key = &members.conf().key;
    let prefix = format!("{key}{DELIMITER}");
    let (found, revision) = etcd.list(&prefix).await?;
    tracing::info!(key, instances = found.len(), "found in etcd");
    instances.replace(found);
    update(&instances.addresses());

    let mut watch = etcd.watch_prefix(&prefix, revision + 1).await?;
    let grace = tokio::time::sleep(GRACE);
    tokio::pin!(grace);
    loop {
        let events = tokio::select! {
            events = watch.next() => events?,
            () = &mut grace, if !instances.unlisted.is_empty() => {
                instances.unlisted.clear();
                update(&instances.addresses());
                continue;
            }
        };
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
struct Instances {
    listed: BTreeMap<Vec<u8>, String>,
    /// Known before the last list, which does not have them.
    unlisted: BTreeSet<String>,
}

impl Instances {
    /// By a new list.
    fn replace(&mut self, found: Vec<KeyValue>) {
        let known = self.addresses();
        self.listed.clear();
        self.unlisted = known.into_iter().collect();
        for kv in found {
            self.put(kv);
        }
    }

    fn put(&mut self, kv: KeyValue) {
        let address = String::from_utf8_lossy(&kv.value).into_owned();
        self.unlisted.remove(&address);
        self.listed.insert(kv.key, address);
    }

    fn apply(&mut self, event: Event) {
        let is_delete = event.r#type() == EventType::Delete;
        match event.kv {
            Some(kv) if is_delete => {
                self.listed.remove(&kv.key);
            }
            Some(kv) => self.put(kv),
            None => {}
        }
    }

    /// Each once, in a stable order.
    fn addresses(&self) -> Vec<String> {
        let listed = self.listed.values().chain(&self.unlisted);
        let addresses: BTreeSet<_> = listed.cloned().collect();
        addresses.into_iter().collect()
    }
}
