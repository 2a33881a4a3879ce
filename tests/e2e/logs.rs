//! The logs of both processes: every line of a request names its trace.

use std::time::Duration;

use crate::system::{System, ended_well};
use crate::trace::ORDER;

/// What a process says about itself, outside of any request.
const LIFE: &[&str] = &[
    "listening",
    "migrations applied",
    "shutting down",
    "a connection has failed",
];

#[tokio::test]
async fn every_line_of_a_request_names_its_trace() -> anyhow::Result<()> {
    for encoding in ["plain", "json"] {
        let mut system = System::start_with(
            "etc",
            &[
                ("ORDER_API__LOG__ENCODING", encoding),
                ("ORDER_RPC__LOG__ENCODING", encoding),
                ("ORDER_API__LOG__LEVEL", "debug"),
                ("ORDER_RPC__LOG__LEVEL", "debug"),
            ],
        )
        .await?;
        let client = system.client();
        let created = client.post("/api/v1/orders", ORDER).await?.trace_id()?;
        let missing = client.get("/api/v1/orders/404").await?.trace_id()?;
        let invalid = client.post("/api/v1/orders", "{}").await?.trace_id()?;
        system.service.terminate();
        ended_well(&mut system.service).await?;
        let failed = client.post("/api/v1/orders", ORDER).await?;
        assert_eq!(failed.status, 503);
        let failed = failed.trace_id()?;

        let gateway = [&created, &missing, &invalid, &failed];
        let lines = settled(&system, true, &gateway).await?;
        check(&lines, &gateway, encoding);
        // The failure itself is in the log, where the answer has only a code.
        let about = |line: &&String| line.contains(&failed) && line.contains("rpc failed");
        assert_eq!(lines.iter().filter(about).count(), 1, "{lines:#?}");

        let service = [&created, &missing];
        check(
            &settled(&system, false, &service).await?,
            &service,
            encoding,
        );
    }
    Ok(())
}

/// The log, once it has something of each trace.
async fn settled(
    system: &System,
    gateway: bool,
    traces: &[&String],
) -> anyhow::Result<Vec<String>> {
    let process = if gateway {
        &system.gateway
    } else {
        &system.service
    };
    for _ in 0..200 {
        let lines = system.log(process)?;
        let has = |trace: &&String| lines.iter().any(|line| line.contains(trace.as_str()));
        if traces.iter().all(has) {
            return Ok(lines);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("{}: {:#?}", process.package(), system.log(process)?)
}

fn check(lines: &[String], traces: &[&String], encoding: &str) {
    for line in lines {
        let is_life = LIFE.iter().any(|words| line.contains(words));
        let record = serde_json::from_str::<serde_json::Value>(line).ok();
        let expected = if record.is_some() { "json" } else { "plain" };
        assert_eq!(encoding, expected, "{line}");
        let names = |trace: &&String| match &record {
            Some(record) => record["trace"] == **trace,
            None => line.contains(&format!(" trace={trace}")),
        };
        let found = traces.iter().any(names);
        assert!(found != is_life, "{line}");
    }
}
