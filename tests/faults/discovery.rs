//! etcd stops, and comes back with nothing in it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use serde_json::Value;
use tokio::time::sleep;

use crate::cargo::is_skipped;
use crate::fleet::{Fleet, Found};
use crate::load::{Load, failures, http};
use crate::process::port;
use crate::servers;

const RATE: u32 = 100;
/// For all instances to be registered again.
const REGISTERED: Duration = Duration::from_secs(15);

#[tokio::test]
async fn etcd_may_lose_everything() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::of_three(Found::ByEtcd).await?;
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(Duration::from_secs(1)).await;

    let old = fleet.etcd.take().context("no etcd")?;
    let address = old.address.clone();
    let port = port(&address).parse()?;
    drop(old);
    sleep(Duration::from_secs(4)).await;
    fleet.etcd = Some(servers::etcd_on(port).await?);
    let back = Instant::now();
    let mut keys = 0;
    while keys < 3 {
        ensure!(back.elapsed() < REGISTERED, "{keys} of 3 are registered");
        sleep(Duration::from_millis(100)).await;
        keys = instances(&address).await?;
    }
    let registered = back.elapsed();
    // The gateway has to have seen the new list, too.
    sleep(Duration::from_secs(1)).await;
    let samples = load.stop().await?;

    let failed = failures(&samples);
    println!(
        "etcd lost its data: {} of {} requests failed; all registered again after {:.1} s",
        failed.len(),
        samples.len(),
        registered.as_secs_f64()
    );
    ensure!(failed.is_empty(), "{failed:?}\n{}", fleet.told()?);

    // What comes later is found in the new etcd.
    fleet.receiver.take();
    fleet.add_service().await?;
    fleet.all_found(4).await?;
    Ok(())
}

/// How many instances are registered, by etcd's JSON interface.
async fn instances(etcd: &str) -> anyhow::Result<usize> {
    // From `order.rpc/` up to `order.rpc0`.
    let ask = r#"{"key":"b3JkZXIucnBjLw==","range_end":"b3JkZXIucnBjMA==","count_only":true}"#;
    let request = Request::post(format!("http://{etcd}/v3/kv/range")).body(Full::from(ask))?;
    let answer = http().request(request).await?;
    let answer = answer.into_body().collect().await?.to_bytes();
    let answer: Value = serde_json::from_slice(&answer)?;
    // Left out where it is none.
    Ok(answer["count"].as_str().unwrap_or("0").parse()?)
}
