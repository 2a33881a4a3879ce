//! Being found as an instance of a service.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::bail;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::DELIMITER;
use super::advertise::advertised;
use super::members::Members;
use super::pb::mvccpb::event::EventType;
use super::retry::Retry;
use crate::config::EtcdConf;

/// go-zero's `core/discov/internal/vars.go`: how long an instance that died stays in the list.
const TTL: Duration = Duration::from_secs(10);

/// Two renewals may fail before the lease runs out.
const RENEW_EVERY: Duration = Duration::from_secs(3);

/// A stop does not wait longer than this for etcd; the lease runs out by itself.
const REVOKE_LIMIT: Duration = Duration::from_secs(2);

/// An instance that is in the list, or on its way there. Dropping it gives the place up, as [`Self::revoke`] does,
/// but without waiting for that.
#[derive(Debug)]
pub(crate) struct Registration {
    leave: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Registers in the background, as soon as the process is `ready`, and again whenever the registration is lost: a
/// service starts and serves while etcd is away.
pub(crate) fn register(
    conf: &EtcdConf,
    bound: SocketAddr,
    ready: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<Registration> {
    let members = Members::new(conf)?;
    let (leave, left) = oneshot::channel();
    let task = tokio::spawn(run(members, bound, ready, left));
    Ok(Registration { leave, task })
}

impl Registration {
    /// Takes the instance off the list, at once.
    pub(crate) async fn revoke(self) {
        drop(self.leave);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(REVOKE_LIMIT, self.task).await.is_err() {
            abort.abort();
            tracing::warn!("etcd did not take the lease back in time");
        }
    }
}

/// Until `left` resolves, which is also when its sender is dropped.
async fn run(
    mut members: Members,
    bound: SocketAddr,
    ready: impl Future<Output = ()>,
    left: oneshot::Receiver<()>,
) {
    let mut lease = None;
    let staying = async {
        ready.await;
        stay(&mut members, bound, &mut lease).await
    };
    tokio::select! {
        never = staying => match never {},
        _ = left => {}
    }
    let Some(lease) = lease else { return };
    let given = give_back(&mut members, lease).await;
    let key = &members.conf().key;
    if let Err(error) = given {
        tracing::warn!(key, error = format!("{error:#}"), "still in etcd");
    } else {
        tracing::info!(key, "out of etcd");
    }
}

/// Over a connection of its own: that of the session may be what failed, and its token may be too old.
async fn give_back(members: &mut Members, lease: i64) -> anyhow::Result<()> {
    members.connect().await?.revoke(lease).await
}

async fn stay(members: &mut Members, bound: SocketAddr, lease: &mut Option<i64>) -> Infallible {
    let mut retry = Retry::new();
    loop {
        let Err(error) = session(members, bound, lease).await;
        members.advance();
        retry.pause(&members.conf().key, &error).await;
    }
}

/// One connection: the key put, its lease renewed, and the key put again if someone deletes it.
async fn session(
    members: &mut Members,
    bound: SocketAddr,
    lease: &mut Option<i64>,
) -> anyhow::Result<Infallible> {
    let etcd = members.connect().await?;
    let conf = members.conf();
    // A lease outlives a lost connection; keeping it saves every caller a change.
    if let Some(old) = *lease
        && !etcd.renew(old).await?
    {
        *lease = None;
    }
    let id = match *lease {
        Some(id) => id,
        None => *lease.insert(etcd.grant(TTL).await?),
    };
    let key = format!("{}{DELIMITER}{}", conf.key, conf.id().unwrap_or(id));
    let value = advertised(bound, &conf.hosts).await.to_string();
    let revision = etcd.put(&key, &value, id).await?;
    tracing::info!(key, value, "registered in etcd");

    let mut watch = etcd.watch_key(&key, revision + 1).await?;
    let mut renewal = tokio::time::interval(RENEW_EVERY);
    renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = renewal.tick() => {
                if !etcd.renew(id).await? {
                    bail!("the lease has run out");
                }
            }
            events = watch.next() => {
                let last = events?.pop();
                if last.is_some_and(|event| event.r#type() == EventType::Delete) {
                    tracing::warn!(key, "deleted from etcd, putting it again");
                    etcd.put(&key, &value, id).await?;
                }
            }
        }
    }
}
