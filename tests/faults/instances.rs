//! One of three instances dies, leaves, hangs, or is slow.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use tokio::time::sleep;
use zgen::dev::span::Span;

use crate::cargo::is_skipped;
use crate::fleet::{Fleet, Found, called};
use crate::load::{Load, Times, between, failures};
use crate::process::port;
use crate::proxy::Proxy;

const RATE: u32 = 150;
const SECOND: Duration = Duration::from_secs(1);

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn began_within(span: &Span, from: SystemTime, to: SystemTime) -> bool {
    (nanos(from)..nanos(to)).contains(&span.start)
}

#[tokio::test]
async fn a_killed_instance_costs_what_it_had() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::of_three(Found::ByEtcd).await?;
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(2 * SECOND).await;

    let address = fleet.services[0].address.clone();
    let killed = SystemTime::now();
    fleet.services[0].kill()?;
    // And until the gateway has seen the ends of its connections.
    let dead = SystemTime::now() + SECOND / 20;
    sleep(3 * SECOND).await;
    let again = fleet.start_service(&address).await?;
    let returned = SystemTime::now();
    sleep(4 * SECOND).await;
    let samples = load.stop().await?;
    fleet.settled().await;

    let on_it = |span: &Span| called(span).as_deref() == Some(port(&address));
    // Until the process is gone and its connections with it, calls are still sent there.
    let in_flight = fleet
        .receiver
        .spans()
        .iter()
        .filter(|span| on_it(span))
        .filter(|span| span.start <= nanos(dead) && span.end >= nanos(killed))
        .count();
    let failed = failures(&samples);
    // How much it gets of so little load is a matter of microseconds; that it is called again is not.
    let (from, to) = (returned, returned + 2 * SECOND);
    let shares = fleet.shares(|span| began_within(span, from, to));
    let again = shares.get(again.port()).copied().unwrap_or_default();
    println!(
        "kill -9: {} of {} requests failed, {in_flight} were in flight on it; in the 2 s after its return it got \
         {again} of {} calls",
        failed.len(),
        samples.len(),
        shares.values().sum::<usize>()
    );
    assert!(failed.len() <= in_flight, "{failed:#?}\n{}", fleet.told()?);
    assert!(again > 0, "{shares:?}");
    Ok(())
}

#[tokio::test]
async fn an_instance_that_is_told_to_go_costs_nothing() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::of_three(Found::ByEtcd).await?;
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(2 * SECOND).await;
    fleet.services[1].terminate().await?;
    sleep(2 * SECOND).await;
    let samples = load.stop().await?;

    let failed = failures(&samples);
    println!(
        "SIGTERM: {} of {} requests failed",
        failed.len(),
        samples.len()
    );
    assert!(failed.is_empty(), "{failed:#?}\n{}", fleet.told()?);
    Ok(())
}

#[tokio::test]
async fn an_instance_that_hangs_is_avoided() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let fleet = Fleet::of_three(Found::ByEtcd).await?;
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(3 * SECOND).await;

    let stopped = SystemTime::now();
    fleet.services[2].signal(Signal::STOP)?;
    sleep(8 * SECOND).await;
    fleet.services[2].signal(Signal::CONT)?;
    let samples = load.stop().await?;

    let before = Times::of(between(&samples, stopped - 2 * SECOND, stopped));
    let at_first = Times::of(between(&samples, stopped, stopped + 3 * SECOND));
    let after = Times::of(between(
        &samples,
        stopped + 3 * SECOND,
        stopped + 8 * SECOND,
    ));
    let failed = failures(&samples).len();
    println!("SIGSTOP: before {before}; first 3 s {at_first}; then {after}; {failed} failed");
    // A hung call would take the 2 s of its limit. Where the machine hangs, so do all.
    let limit = SECOND.max(before.quantile(990) * 2);
    assert!(after.quantile(990) < limit, "{before}; {after}");
    Ok(())
}

#[tokio::test]
async fn a_slow_instance_gets_less() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::new(Found::ByAddress).await?;
    for _ in 0..3 {
        fleet.add_service().await?;
    }
    let slow = Proxy::start(&fleet.services[2].address, Duration::from_millis(50)).await?;
    let addresses = [
        fleet.services[0].address.clone(),
        fleet.services[1].address.clone(),
        slow.address.clone(),
    ];
    fleet.add_gateway(&addresses).await?;
    fleet.all_found(3).await?;
    let begun = SystemTime::now();
    let load = Load::start(RATE, &[&fleet.gateways[0].address]);
    sleep(8 * SECOND).await;
    let samples = load.stop().await?;
    fleet.settled().await;

    let shares = fleet.shares(|span| began_within(span, begun + 3 * SECOND, begun + 8 * SECOND));
    let all: usize = shares.values().sum();
    let own = shares.get(port(&slow.address)).copied().unwrap_or_default();
    let (own, all) = (own * 100, all.max(1));
    println!(
        "slow by 50 ms: {} % of the calls; {}",
        own / all,
        Times::of(&samples)
    );
    assert!(own / all < 20, "{shares:?}");
    let failed = failures(&samples);
    assert!(failed.is_empty(), "{failed:?}\n{}", fleet.told()?);
    Ok(())
}
