//! What orchestrators and operators ask: health, readiness, metrics; none of it is traced.

use std::time::Duration;

use crate::grpc::{self, Serving};
use crate::system::{GATEWAY, SERVICE, System};
use crate::trace::ORDER;

#[tokio::test]
async fn probes_are_answered_and_not_traced() -> anyhow::Result<()> {
    let system = System::start().await?;
    let client = system.client();
    for path in ["/health", "/ready"] {
        let answer = client.get(path).await?;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("traceparent"), "", "{path}");
    }
    let channel = grpc::connect(&system.service.launch.address).await?;
    for (service, expected) in [
        ("", Serving::Yes),
        ("order.Order", Serving::Yes),
        ("order.Nothing", Serving::Unknown),
    ] {
        assert_eq!(
            grpc::health(&channel, service).await?,
            expected,
            "{service}"
        );
    }
    for package in [GATEWAY, SERVICE] {
        let answer = system.dev_client(package).get("/healthz").await?;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "OK"));
    }

    // One request that is traced, after which the others would have come.
    let answer = client.post("/api/v1/orders", ORDER).await?;
    let trace = answer.trace_id()?;
    let spans = system.trace(&trace).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let strangers: Vec<_> = (system.receiver.spans().into_iter())
        .filter(|span| span.trace_id != trace)
        .map(|span| span.name)
        .collect();
    assert_eq!(strangers, [""; 0]);
    assert!(!spans.is_empty());

    for (package, families) in [
        (
            GATEWAY,
            &[
                "http_server_requests_duration_ms",
                "rpc_client_requests_code",
            ][..],
        ),
        (SERVICE, &["rpc_server_requests_duration_ms"][..]),
    ] {
        let answer = system.dev_client(package).get("/metrics").await?;
        assert_eq!(answer.status, 200, "{package}");
        for family in families {
            assert!(answer.text.contains(family), "{family}: {}", answer.text);
        }
        assert!(!answer.text.contains("/health"), "{}", answer.text);
    }
    Ok(())
}
