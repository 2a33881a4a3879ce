//! Telemetry of a process as a collector receives it: what is sent and how, and what becomes of requests, memory and
//! counts when the collector is slow, refuses, is gone, and comes back.
#![cfg(all(
    feature = "http",
    feature = "otlp-gzip",
    feature = "otlp-http",
    feature = "rpc-server",
    feature = "testing",
    feature = "tls"
))]

mod collector;
mod faults;
mod process;
mod sampling;
mod signals;
#[path = "../support/mod.rs"]
mod support;
mod tls;

#[test]
#[ignore = "the other tests run it as a process of its own"]
fn child() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(process::obey());
}
