//! SIGTERM while hundreds of requests are under way: every one is answered, and no span is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use zgen::dev::span::Span;
use zgen::dev::tree;

use crate::grpc::{self, Held, NewOrder, OrderTaken};
use crate::system::{SPANS, System, ended_well};
use crate::trace::ORDER;

const REQUESTS: usize = 300;
/// One connection may have no more streams than this.
const CALLS: usize = 150;

/// The default times suit callers; these suit a machine that does many other things at once.
const PATIENT: &[(&str, &str)] = &[
    ("ORDER_API__TIMEOUT", "60000"),
    ("ORDER_API__ORDERRPC__TIMEOUT", "60000"),
    ("ORDER_RPC__TIMEOUT", "60000"),
    ("ORDER_API__SHUTDOWN__WAITTIME", "60000"),
    ("ORDER_RPC__SHUTDOWN__WAITTIME", "60000"),
];

#[tokio::test]
async fn a_gateway_finishes_its_requests() -> anyhow::Result<()> {
    let mut system = System::start_with("etc", PATIENT).await?;
    let address = system.gateway.launch.address.clone();
    let mut begun = Vec::new();
    for _ in 0..REQUESTS {
        begun.push(Begun::new(&address).await?);
    }
    system.gateway.terminate();
    turned_away(&address).await?;

    let mut finishing = JoinSet::new();
    for request in begun {
        finishing.spawn(request.finish());
    }
    let mut traces = BTreeSet::new();
    while let Some(trace) = finishing.join_next().await {
        traces.insert(trace??);
    }
    assert_eq!(traces.len(), REQUESTS);
    ended_well(&mut system.gateway).await?;
    system.service.terminate();
    ended_well(&mut system.service).await?;

    let whole = std::fs::read_to_string("tests/e2e/traces/create.txt")?;
    arrived(&system, &traces, whole.lines().count()).await
}

#[tokio::test]
async fn a_service_finishes_its_calls() -> anyhow::Result<()> {
    let mut system = System::start_with("etc", PATIENT).await?;
    let address = system.service.launch.address.clone();
    let channel = grpc::connect(&address).await?;
    let (asked, mut all_asked) = mpsc::unbounded_channel();
    let mut calls = JoinSet::new();
    let mut messages = Vec::new();
    let mut traces = BTreeSet::new();
    for call in 0..CALLS {
        let (message, held) = mpsc::channel(1);
        let trace = format!("{:032x}", call + 1);
        let held = Held::new(held, asked.clone());
        calls.spawn(called(
            channel.clone(),
            held,
            format!("00-{trace}-00f067aa0ba902b7-01"),
        ));
        messages.push(message);
        traces.insert(trace);
    }
    for _ in 0..CALLS {
        all_asked.recv().await.context("a call was not sent")?;
    }
    // On the same connection, so the heads of the calls have come before it.
    grpc::health(&channel, "").await?;
    system.service.terminate();
    turned_away(&address).await?;

    for message in messages {
        let order = NewOrder {
            user_id: 7,
            product_id: 42,
            amount: 99.5,
        };
        message.send(order).await?;
    }
    let mut ids = BTreeSet::new();
    while let Some(order) = calls.join_next().await {
        ids.insert(order??.order_id);
    }
    assert_eq!(ids.len(), CALLS);
    ended_well(&mut system.service).await?;

    // The service's own part of the trace.
    let whole = std::fs::read_to_string("tests/e2e/traces/create.txt")?;
    let own = whole.lines().filter(|line| line.contains("(order-rpc)"));
    arrived(&system, &traces, own.count()).await
}

async fn called(
    channel: Channel,
    held: Held,
    traceparent: String,
) -> Result<OrderTaken, tonic::Status> {
    grpc::create_order(&channel, held, &traceparent).await
}

/// Waits until nobody listens any more: from then on there are only the requests that are under way.
async fn turned_away(address: &str) -> anyhow::Result<()> {
    for _ in 0..400 {
        if TcpStream::connect(address).await.is_err() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("{address} goes on listening")
}

/// Waits for all spans of these traces.
async fn arrived(system: &System, traces: &BTreeSet<String>, each: usize) -> anyhow::Result<()> {
    let expected = traces.len() * each;
    let ids = |spans: &[Span]| -> BTreeSet<String> {
        spans.iter().map(|span| span.span_id.clone()).collect()
    };
    let has_all = |spans: &[Span]| ids(spans).len() >= expected;
    system
        .receiver
        .wait_for(has_all, SPANS)
        .await
        .with_context(|| {
            let came = ids(&system.receiver.spans()).len();
            format!("{came} of {expected} spans came")
        })?;
    let spans = system.receiver.spans();
    for trace in traces {
        let spans = tree::of_trace(&spans, trace);
        assert_eq!(spans.len(), each, "{trace}: {spans:#?}");
    }
    Ok(())
}

/// An order whose head the gateway has read, and which it now waits for.
struct Begun {
    stream: BufReader<TcpStream>,
}

impl Begun {
    async fn new(address: &str) -> anyhow::Result<Self> {
        let mut stream = BufReader::new(TcpStream::connect(address).await?);
        let head = format!(
            "POST /api/v1/orders HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nexpect: 100-continue\r\n\r\n",
            ORDER.len()
        );
        stream.write_all(head.as_bytes()).await?;
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        // Sent when the handler asks for the body: so it has begun.
        ensure!(line.starts_with("HTTP/1.1 100"), "{line}");
        stream.read_line(&mut line).await?;
        Ok(Self { stream })
    }

    /// Sends the body; gives the trace that the answer names.
    async fn finish(mut self) -> anyhow::Result<String> {
        self.stream.write_all(ORDER.as_bytes()).await?;
        let mut answer = String::new();
        // A gateway that stops closes the connection after the answer.
        self.stream.read_to_string(&mut answer).await?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        ensure!(answer.contains("\"order_id\":"), "{answer}");
        let mut lines = answer.lines();
        let header = lines.find_map(|line| line.strip_prefix("traceparent: "));
        let trace = header.and_then(|header| header.split('-').nth(1));
        Ok(trace.with_context(|| answer.clone())?.to_owned())
    }
}
