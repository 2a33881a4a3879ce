//! Everything is replaced under load, one process after the other.

use std::time::Duration;

use anyhow::ensure;
use tokio::time::sleep;

use crate::cargo::is_skipped;
use crate::fleet::{Fleet, Found};
use crate::load::{Load, failures};
use crate::ports::free_port;

const RATE: u32 = 120;

#[tokio::test]
async fn a_rolling_restart_costs_nothing() -> anyhow::Result<()> {
    if is_skipped() {
        return Ok(());
    }
    let mut fleet = Fleet::of_three(Found::ByEtcd).await?;
    // Time for a load balancer, and for callers, to notice.
    fleet.configure_gateways("Shutdown: {WrapUpTime: 1500}\n");
    fleet.add_gateway(&[]).await?;
    let addresses = |fleet: &Fleet| -> Vec<String> {
        let gateways = fleet.gateways.iter();
        gateways.map(|gateway| gateway.address.clone()).collect()
    };
    let both = addresses(&fleet);
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    let load = Load::start(RATE, &both);
    sleep(Duration::from_secs(1)).await;

    for _ in 0..3 {
        // On a port of its own, as a pod has an address of its own.
        fleet.add_service().await?;
        let mut old = fleet.services.remove(0);
        old.terminate().await?;
    }
    for _ in 0..2 {
        let address = format!("127.0.0.1:{}", free_port());
        let new = fleet.start_gateway(&address, &[]).await?;
        fleet.gateways.push(new);
        let mut old = fleet.gateways.remove(0);
        let now = addresses(&fleet);
        let now: Vec<&str> = now.iter().map(String::as_str).collect();
        let leaving = old.terminate();
        // A balancer looks at `/ready` from time to time.
        let noticed = async {
            sleep(Duration::from_millis(500)).await;
            load.retarget(&now);
        };
        let (left, ()) = tokio::join!(leaving, noticed);
        left?;
    }
    sleep(Duration::from_secs(1)).await;
    let samples = load.stop().await?;
    let failed = failures(&samples);
    println!(
        "rolling restart of 3 services and 2 gateways: {} of {} requests failed",
        failed.len(),
        samples.len()
    );
    ensure!(failed.is_empty(), "{failed:?}\n{}", fleet.told()?);
    Ok(())
}
