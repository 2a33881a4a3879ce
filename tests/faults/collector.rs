//! The collector is gone, accepts connections and never answers, or comes back: requests do not notice.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::cargo::is_skipped;
use crate::fleet::{Fleet, Found};
use crate::load::{Load, Sample, Times, failures};
use crate::proxy::Proxy;

const RATE: u32 = 150;
const PHASE: Duration = Duration::from_secs(5);

async fn phase(fleet: &Fleet) -> anyhow::Result<Vec<Sample>> {
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(PHASE).await;
    let samples = load.stop().await?;
    let failed = failures(&samples);
    ensure!(failed.is_empty(), "{failed:?}\n{}", fleet.told()?);
    Ok(samples)
}

#[tokio::test]
async fn requests_do_not_notice_the_collector() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::of_three(Found::ByAddress).await?;
    phase(&fleet).await?;
    let there = Times::of(&phase(&fleet).await?);
    let memory = fleet.gateways[0].memory()?;

    let collector = fleet.collector.take().context("no collector")?;
    let address = collector.address.clone();
    drop(collector);
    let gone = Times::of(&phase(&fleet).await?);

    // Connections are accepted by the kernel, and nothing ever comes of them.
    let silent = TcpListener::bind(&address).await?;
    let mute = Times::of(&phase(&fleet).await?);
    let grown = fleet.gateways[0].memory()?.saturating_sub(memory);
    drop(silent);

    fleet.receiver.take();
    let target = fleet.receiver.endpoint().trim_start_matches("http://");
    let _collector = Proxy::start_at(&address, target, Duration::ZERO).await?;
    let back = Times::of(&phase(&fleet).await?);
    let arrived = fleet
        .receiver
        .wait_for(|spans| spans.len() > 500, Duration::from_mins(1));
    ensure!(
        arrived.await.is_some(),
        "nothing is exported any more: {} spans came; {}",
        fleet.receiver.spans().len(),
        fleet.told()?
    );
    println!(
        "collector there: {there}\ncollector gone: {gone}\ncollector mute: {mute}\ncollector back: {back}\n\
         memory of the gateway grew by {grown} KiB while nothing was exported"
    );
    for (what, times) in [("gone", &gone), ("mute", &mute), ("back", &back)] {
        // A request that waited for an export would take seconds.
        assert!(
            times.quantile(990) < Duration::from_secs(1),
            "{what}: {times}"
        );
    }
    // Some 2,048 spans wait at most.
    assert!(grown < 16 << 10, "{grown} KiB");
    Ok(())
}
