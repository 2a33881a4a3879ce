//! Views of a gRPC service's crate.

use serde::Serialize;

use super::store::{Library, Methods, Migration, MigrationsMod, Rows, StoreMod, TableMod};
use super::{Attribute, Function, Use};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    Manifest(Manifest),
    Main(Crate),
    Lib(Crate),
    Config(Crate),
    Svc(Crate),
    Error(Crate),
    GeneratedMod(Crate),
    Server(Server),
    LogicMod(LogicMod),
    Logic(Logic),
    StoreMod(StoreMod),
    TableMod(TableMod),
    TableRows(Rows),
    TableRead(Methods),
    TableWrite(Methods),
    TableOwn(TableMod),
    MigrationsMod(MigrationsMod),
    Migration(Migration),
    GrpcTest(Crate),
    LibraryManifest(Library),
    LibraryLib(Library),
    LibraryConfig(Library),
    LibraryTest(Library),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    pub crate_name: String,
    pub proto: String,
    pub uses_prost_types: bool,
    pub has_tables: bool,
    /// Columns of dates and times.
    pub has_times: bool,
    /// Columns of JSON.
    pub has_json: bool,
    /// Of zgen-rt: `"etcd", "rpc-server"`.
    pub features: String,
}

/// What most files of the crate mention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Crate {
    pub source: String,
    /// `order-rpc`
    pub crate_name: String,
    /// `order_rpc`
    pub module: String,
    /// `order.rpc`
    pub process_name: String,
    /// File name below `etc/`.
    pub config: String,
    pub services: Vec<ServiceName>,
    /// Of `lib.rs`, from other crates.
    pub imports: Vec<Use>,
    /// `use crate::generated::OrderService;`
    pub exports: Option<Use>,
    /// `.with(OrderServer::new(OrderService::new(svc)))` with its line breaks, for each service.
    pub mounted: Vec<String>,
    pub has_tables: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceName {
    /// `OrderService`
    pub ty: String,
    /// `OrderServer`
    pub server: String,
    /// `order_proto::order::order_server::OrderServer`
    pub server_path: String,
    /// `order_proto::order::order_server::Order`
    pub trait_path: String,
    /// Module of the implementation below `generated`.
    pub file: String,
    /// `order.Order`
    pub full_name: String,
}

/// The implementation of one service: it only calls the logic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Server {
    pub source: String,
    pub service: ServiceName,
    /// Name of the trait, as imported.
    pub trait_name: String,
    pub docs: Vec<String>,
    pub imports: Vec<Use>,
    pub methods: Vec<Method>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub docs: Vec<String>,
    pub name: String,
    /// As in the signature: `Streaming<Line>`, `Self::WatchStream`.
    pub request: String,
    pub response: String,
    /// The message that is answered, once or in a stream.
    pub reply: String,
    /// The signature does not fit on one line.
    pub wide: bool,
    /// The caller sends a stream.
    pub streams_in: bool,
    /// Name of the associated type if the method answers a stream, such as `WatchStream`.
    pub streams_out: Option<String>,
    pub span: String,
    /// `span.run(logic::create_order(&self.svc, req)).await?` with its line breaks.
    pub call: String,
    pub request_attributes: Vec<Attribute>,
    pub response_attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogicMod {
    pub source: String,
    /// `mod create_order;`, `pub(crate) mod auditor;`
    pub modules: Vec<String>,
    pub functions: Vec<Function>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logic {
    pub docs: Vec<String>,
    pub name: String,
    /// From other crates.
    pub imports: Vec<Use>,
    /// Parameter: `req: CreateOrderRequest`, `requests: Streaming<Chunk>`.
    pub parameter: String,
    pub request: String,
    pub response: String,
    /// What the function returns inside its `Result`.
    pub answer: String,
    /// The signature does not fit on one line.
    pub wide: bool,
    /// `_` before parameters that the body does not read.
    pub unused: &'static str,
    pub uses_code: bool,
    pub steps: Vec<Step>,
    pub table: Option<TableCall>,
    /// The body with its line breaks, where there is no table.
    pub unwritten: String,
}

/// A small function of its own for the user to fill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// `ValidateUser`
    pub span: String,
    /// `validate_user`
    pub name: String,
    /// The call with its line breaks.
    pub call: String,
    pub wide: bool,
}

/// The table operation that answers the method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableCall {
    /// `use crate::store::{NewOrder, Order};`
    pub rows: Option<Use>,
    /// Whether the size of a page is to be chosen.
    pub pages: bool,
    /// Whether these are counted off.
    pub is_by_number: bool,
    /// Statements with their line breaks, in blocks.
    pub blocks: Vec<Vec<String>>,
    /// `CreateOrderResponse { .. }` with its line breaks.
    pub response: String,
    /// A function that makes a message from a row.
    pub convert: Option<Convert>,
    /// Of columns that messages have as an enum.
    pub labels: Vec<Labels>,
}

/// `const STATUS: Labels<Status> = Labels(&[(Status::Paid, "paid")]);`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Labels {
    pub docs: String,
    pub name: String,
    /// The constant with its line breaks.
    pub text: String,
    /// Where the enum is.
    pub module: String,
    /// The enum in a `use` line.
    pub item: String,
}

/// `fn message(order: Order) -> Result<OrderMessage> { Ok(OrderMessage { .. }) }`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Convert {
    /// With its line breaks.
    pub signature: String,
    /// With its line breaks.
    pub body: String,
}
