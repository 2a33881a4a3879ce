//! Four times as many requests as there is room for: the room stays full, the rest is refused at once.

use std::time::Duration;

use anyhow::ensure;
use tokio::time::sleep;

use crate::cargo::is_skipped;
use crate::fleet::{Fleet, Found};
use crate::load::{Load, Sample, Times};
use crate::proxy::Proxy;

/// What a call takes, whatever the machine.
const DELAY: Duration = Duration::from_millis(400);
const PLACES: u32 = 20;
/// Of requests that are answered: places by the time that one is taken.
const CAPACITY: u32 = 50;
const PHASE: u32 = 8;

async fn phase(fleet: &Fleet, rate: u32) -> anyhow::Result<Vec<Sample>> {
    let load = Load::start(rate, &[&fleet.gateways[0].address]);
    sleep(Duration::from_secs(PHASE.into())).await;
    load.stop().await
}

fn good(samples: &[Sample]) -> usize {
    samples.iter().filter(|sample| sample.is_ok()).count()
}

#[tokio::test]
async fn overload_is_refused_at_once() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::new(Found::ByAddress).await?;
    fleet.configure_gateways(&format!("MaxConns: {PLACES}\n"));
    fleet.add_service().await?;
    let slow = Proxy::start(&fleet.services[0].address, DELAY).await?;
    fleet
        .add_gateway(std::slice::from_ref(&slow.address))
        .await?;
    fleet.all_found(1).await?;

    let peak = good(&phase(&fleet, CAPACITY).await?);
    let before = fleet.gateways[0].memory()?;
    let samples = phase(&fleet, CAPACITY * 4).await?;
    let grown = fleet.gateways[0].memory()?.saturating_sub(before);
    let answered = good(&samples);
    let refused = samples.iter().filter(|sample| sample.outcome == Ok(503));
    let refused: Vec<_> = refused.collect();
    let times = Times::of(refused.iter().copied());
    println!(
        "at four times the load {answered} of {peak} possible requests were answered; 503: {times}; \
         memory grew by {grown} KiB"
    );
    ensure!(
        answered + refused.len() == samples.len(),
        "neither 200 nor 503"
    );
    ensure!(answered * 100 >= peak * 80, "{answered} of {peak}");
    // Nobody waits for a refusal as long as for an answer.
    ensure!(times.quantile(500) < DELAY / 2, "{times}");
    ensure!(grown < 32 << 10, "{grown} KiB");
    Ok(())
}
