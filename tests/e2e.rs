//! The generated order workspace as it runs: both programs, a real OTLP receiver, requests from outside.
//!
//! The workspace is built once, into the folder that the slow lane uses too.

#![cfg(unix)]

#[path = "e2e/answers.rs"]
mod answers;
#[path = "support/cargo.rs"]
mod cargo;
#[path = "e2e/client.rs"]
mod client;
#[path = "support/files.rs"]
mod files;
#[path = "e2e/grpc.rs"]
mod grpc;
#[path = "e2e/logs.rs"]
mod logs;
#[path = "../rt/tests/support/ports.rs"]
mod ports;
#[path = "e2e/probes.rs"]
mod probes;
#[path = "support/project.rs"]
mod project;
#[path = "support/servers.rs"]
mod servers;
#[path = "e2e/shutdown.rs"]
mod shutdown;
#[path = "e2e/stores.rs"]
mod stores;
#[path = "e2e/system.rs"]
mod system;
#[path = "e2e/trace.rs"]
mod trace;
#[path = "support/workspace.rs"]
mod workspace;
