//! How long a process takes from its start until it answers, and what memory it has when it then does nothing.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::process::Command;

use crate::flags::Flags;
use crate::lane::{Lane, Over};
use crate::process::rss;
use crate::row::{Kind, Row};

const PATIENCE: Duration = Duration::from_secs(10);

pub async fn run(flags: &Flags) -> anyhow::Result<()> {
    let over: Over = flags.text("over")?.parse()?;
    let to = flags.text("to")?;
    let (program, args) = flags.rest.split_first().context("COMMAND")?;
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let took = loop {
        if answers(over, to).await {
            break started.elapsed();
        }
        if started.elapsed() > PATIENCE || child.try_wait()?.is_some() {
            bail!("{}: no answer", flags.rest.join(" "));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let memory = rss(child.id().context("it has ended")?)?;
    child.kill().await?;
    let took = took.as_secs_f64();
    Row {
        kind: Kind::Start,
        shape: flags.text("shape")?.to_owned(),
        variant: flags.text("variant")?.to_owned(),
        round: flags.number("round")?.unwrap_or(0),
        requests: 1,
        errors: 0,
        seconds: took,
        p50: 0.0,
        p99: 0.0,
        p999: 0.0,
        max: 0.0,
        cpu: Vec::new(),
        rss: vec![memory],
    }
    .print()
}

async fn answers(over: Over, to: &str) -> bool {
    match Lane::open(over, to).await {
        Ok(mut lane) => lane.request(1, 0).await.is_ok(),
        Err(_) => false,
    }
}
