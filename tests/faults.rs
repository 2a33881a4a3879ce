//! The generated order workspace under constant load while its processes, etcd and the collector fail, come back and
//! are replaced. Every test prints its figures (`--nocapture`) and has the machine to itself.
//!
//! `ZGEN_SOAK=600 cargo test --test faults soak -- --nocapture` is the long run.

#![cfg(unix)]

#[path = "support/cargo.rs"]
mod cargo;
#[path = "faults/collector.rs"]
mod collector;
#[path = "faults/discovery.rs"]
mod discovery;
#[path = "support/files.rs"]
mod files;
#[path = "faults/fleet.rs"]
mod fleet;
#[path = "faults/instances.rs"]
mod instances;
#[path = "faults/load.rs"]
mod load;
#[path = "faults/overload.rs"]
mod overload;
#[path = "../rt/tests/support/ports.rs"]
mod ports;
#[path = "faults/process.rs"]
mod process;
#[path = "support/project.rs"]
mod project;
#[path = "faults/proxy.rs"]
mod proxy;
#[path = "faults/rolling.rs"]
mod rolling;
#[path = "support/servers.rs"]
mod servers;
#[path = "faults/soak.rs"]
mod soak;
#[path = "support/workspace.rs"]
mod workspace;
