//! Views of the files at the workspace's root and of the proto crates.

use serde::Serialize;

use super::Use;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    Manifest(Manifest),
    Readme(Readme),
    Gitignore,
    Rustfmt,
    ProtoManifest(ProtoManifest),
    ProtoLib(ProtoLib),
    ProtoFake(ProtoFake),
    ProtoDescriptors(Descriptors),
}

/// The root `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    pub has_gateways: bool,
    pub has_protos: bool,
    pub has_services: bool,
    pub uses_prost_types: bool,
    pub has_tables: bool,
    /// Columns of dates and times.
    pub has_times: bool,
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
    /// Crates of tables without a service, and what each is from.
    pub stores: Vec<(String, String)>,
    /// Variables with secrets, without which a process does not start.
    pub secrets: Vec<String>,
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
    pub has_services: bool,
    pub serde: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtoLib {
    pub source: String,
    /// ``the proto package `order` ``
    pub packages: String,
    pub has_services: bool,
    /// The nested modules, already in printing order.
    pub lines: Vec<ModuleLine>,
}

/// The described files for whoever asks a running service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Descriptors {
    pub source: String,
    /// Of a byte string.
    pub lines: Vec<String>,
}

/// One line of the module tree of a proto crate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModuleLine {
    pub indent: String,
    pub text: String,
}

/// Doubles of the services for the tests of their callers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtoFake {
    pub source: String,
    /// `use` lines.
    pub uses: Vec<Vec<Use>>,
    pub services: Vec<Fake>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fake {
    /// `FakeOrder`
    pub name: String,
    /// `order.Order`
    pub full_name: String,
    /// Paths of what tonic has generated for the service.
    pub client: String,
    pub server: String,
    pub trait_path: String,
    pub methods: Vec<FakeMethod>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FakeMethod {
    /// The method in Rust, and the field.
    pub name: String,
    /// `create_order: Canned<..>` with its line breaks.
    pub field: String,
    /// `create_order: Canned::new("order.Order/CreateOrder")` with its line breaks.
    pub made: String,
    /// `async fn create_order(..) -> Result<..> {` with its line breaks.
    pub signature: String,
    pub output: String,
    pub streams_in: bool,
    /// The associated type of what is streamed back, such as `WatchStream`.
    pub streams_out: Option<String>,
}
