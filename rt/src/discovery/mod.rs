//! Where the instances of a service are: static endpoints, DNS, or etcd in go-zero's key layout
//! (go-zero's `zrpc/resolver` and `core/discov`).

#[cfg(feature = "etcd")]
mod etcd;
mod first;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};

use self::first::Search;
use crate::config::RpcClientConf;

#[cfg(all(feature = "etcd", feature = "rpc-server"))]
pub(crate) use self::etcd::register;
#[cfg(feature = "http")]
pub(crate) use self::first::found;

/// How often a name is looked up again; headless Services change with every rollout.
const DNS_INTERVAL: Duration = Duration::from_secs(5);

/// Keeps `update` told of the addresses, from now on. The last known ones stay in use while a lookup fails.
pub(crate) fn follow(
    conf: &RpcClientConf,
    update: impl Fn(&[String]) + Send + Sync + 'static,
) -> anyhow::Result<()> {
    if !conf.endpoints.is_empty() {
        update(&conf.endpoints);
        return Ok(());
    }
    let search = Mutex::new(Some(Search::begin()));
    let update = move |addresses: &[String]| {
        update(addresses);
        if !addresses.is_empty() {
            drop(search.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    };
    if let Some(target) = &conf.target {
        return follow_target(target, update);
    }
    if let Some(etcd) = &conf.etcd {
        #[cfg(feature = "etcd")]
        {
            etcd::follow(etcd, update)?;
            return Ok(());
        }
        #[cfg(not(feature = "etcd"))]
        bail!(
            "Etcd `{}`: this process is built without the feature `etcd` of zgen-rt",
            etcd.key
        );
    }
    bail!("one of `Endpoints`, `Target` and `Etcd` is needed")
}

/// `dns:///name:port`, `direct:///a:1,b:2`, or a bare `name:port`.
fn follow_target(
    target: &str,
    update: impl Fn(&[String]) + Send + Sync + 'static,
) -> anyhow::Result<()> {
    if let Some(list) = target.strip_prefix("direct:///") {
        let addresses: Vec<_> = list.split(',').map(str::to_owned).collect();
        update(&addresses);
        return Ok(());
    }
    let name = target.strip_prefix("dns:///").unwrap_or(target);
    if name.contains("://") {
        bail!("Target: expected `dns:///name:port` or `direct:///host:port,..`");
    }
    name.rsplit_once(':')
        .context("Target: the port is missing")?;
    let name = name.to_owned();
    tokio::spawn(async move {
        loop {
            match tokio::net::lookup_host(&name).await {
                Ok(found) => {
                    let mut addresses: Vec<_> = found.map(|address| address.to_string()).collect();
                    addresses.sort_unstable();
                    if !addresses.is_empty() {
                        update(&addresses);
                    }
                }
                Err(error) => tracing::warn!(name, %error, "lookup failed"),
            }
            tokio::time::sleep(DNS_INTERVAL).await;
        }
    });
    Ok(())
}
