//! Load for minutes: memory stays where it is.

use std::time::Duration;

use anyhow::ensure;
use tokio::time::{Instant, sleep};

use crate::fleet::{Fleet, Found};
use crate::load::{Load, Times, failures};

const RATE: u32 = 150;

#[tokio::test]
async fn soak() -> anyhow::Result<()> {
    let Some(seconds) = std::env::var_os("ZGEN_SOAK") else {
        eprintln!("skipped: ZGEN_SOAK=600 runs it for ten minutes");
        return Ok(());
    };
    let seconds: u64 = seconds.to_string_lossy().parse()?;
    let fleet = Fleet::of_three(Found::ByEtcd).await?;
    let memory = || -> anyhow::Result<Vec<u64>> {
        let processes = fleet.gateways.iter().chain(&fleet.services);
        processes.map(crate::process::Process::memory).collect()
    };
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut all, mut failed) = (0, 0);
    // What is allocated once is there after the first part.
    let mut warm = None;
    while Instant::now() < end {
        let load = Load::start(RATE, &[&fleet.gateways[0].address]);
        sleep(Duration::from_secs(seconds.div_ceil(10).min(60))).await;
        let samples = load.stop().await?;
        fleet.receiver.take();
        all += samples.len();
        failed += failures(&samples).len();
        let now = memory()?;
        println!("{}; memory (KiB): {now:?}", Times::of(&samples));
        warm.get_or_insert(now);
    }
    let (warm, now) = (warm.unwrap_or_default(), memory()?);
    println!(
        "soak of {seconds} s: {failed} of {all} requests failed; memory {warm:?} to {now:?} KiB"
    );
    ensure!(failed == 0, "{failed} failed");
    for (before, after) in warm.iter().zip(&now) {
        ensure!(
            *after < before + before / 5,
            "memory grows: {warm:?} {now:?}"
        );
    }
    Ok(())
}
