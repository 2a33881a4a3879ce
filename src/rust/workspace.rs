//! Views of the files at the workspace's root and of the proto crates.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    Manifest(Manifest),
    Readme(Readme),
    Gitignore,
    Rustfmt,
    ProtoManifest(ProtoManifest),
    ProtoLib(ProtoLib),
}

/// The root `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    pub has_gateways: bool,
    pub has_protos: bool,
    pub has_services: bool,
    pub uses_prost_types: bool,
    pub has_tables: bool,
    pub has_trace_test: bool,
    /// Names of the crates under `crates/`, sorted, without zgen-rt.
    pub crates: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readme {
    pub title: String,
    pub processes: Vec<Process>,
    pub first_route: Option<Example>,
    pub has_tables: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Process {
    pub crate_name: String,
    pub config: String,
    /// `order.api`, `order.proto`
    pub source: String,
    pub port: u16,
    pub is_gateway: bool,
}

/// A request to try.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    pub method: String,
    pub url: String,
    pub body: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtoManifest {
    pub source: String,
    pub crate_name: String,
    pub uses_prost_types: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtoLib {
    pub source: String,
    pub package: String,
    /// The nested modules, already in printing order.
    pub lines: Vec<ModuleLine>,
}

/// One line of the module tree of a proto crate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModuleLine {
    pub indent: String,
    pub text: String,
}
