//! Views of an HTTP gateway's crate.

use serde::Serialize;

use super::{Attribute, Function, Member, Use};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    Manifest(Manifest),
    Main(Crate),
    Lib(Crate),
    Config(Crate),
    Svc(Crate),
    Error,
    GeneratedMod(Crate),
    Clients(Crate),
    Routes(Routes),
    Handlers(Handlers),
    Types(Types),
    LogicMod(LogicMod),
    Logic(Logic),
    HttpTest(HttpTest),
    TraceTest(TraceTest),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    pub crate_name: String,
    /// Crates of the messages of every service that is called.
    pub protos: Vec<String>,
    /// The crate of the service that the trace test runs.
    pub trace_test: Option<String>,
    pub needs_serde_json: bool,
}

/// What most files of the crate mention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Crate {
    pub source: String,
    /// `order-api`
    pub crate_name: String,
    /// `order_api`
    pub module: String,
    /// File name below `etc/`.
    pub config: String,
    /// `title` and `desc` of the `info` block.
    pub docs: Vec<String>,
    pub clients: Vec<Client>,
    pub has_types: bool,
}

/// One rpc service that the gateway calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// Field of `ServiceContext`, such as `order`.
    pub field: String,
    /// Alias of the generated client, such as `OrderClient`.
    pub alias: String,
    /// Path of the generated client, such as `order_proto::order::order_client::OrderClient`.
    pub path: String,
    /// `order.Order`
    pub full_name: String,
    /// Section of the configuration, such as `OrderRpc`.
    pub section: String,
    /// Field of `Config`, such as `order_rpc`.
    pub config_field: String,
    /// The first client of its section declares the field.
    pub declares_config: bool,
    /// `order`: the rpc as go-zero names it.
    pub rpc: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Routes {
    pub source: String,
    /// `axum::routing::{get, post}`
    pub verbs: Option<Use>,
    pub routes: Vec<RouteLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteLine {
    /// In axum's spelling, as a Rust string's content.
    pub path: String,
    pub verb: String,
    /// `handler::order::create_order`
    pub handler: String,
    /// Too long for one line.
    pub wide: bool,
}

/// One file under `generated/handler`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handlers {
    pub source: String,
    pub children: Vec<String>,
    pub types: Option<Use>,
    pub has_requests: bool,
    pub has_json: bool,
    pub handlers: Vec<Handler>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handler {
    pub docs: Vec<String>,
    pub name: String,
    /// Type to extract; `None`: the route has no body, query or parameters.
    pub request: Option<String>,
    /// Type to answer; `None`: an empty body.
    pub response: Option<String>,
    /// `Result<Json<CreateOrderResp>>`
    pub result: String,
    /// The signature does not fit on one line.
    pub wide: bool,
    pub handler_span: String,
    pub logic_span: String,
    /// The call of the logic below its span, with its line breaks.
    pub call: String,
    pub request_attributes: Vec<Attribute>,
    pub response_attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Types {
    pub source: String,
    pub uses_serialize: bool,
    pub uses_deserialize: bool,
    pub uses_deserializer: bool,
    pub uses_from_request: bool,
    pub uses_btree_map: bool,
    /// Names from `zgen_rt::http::bind`.
    pub bind: Option<Use>,
    pub types: Vec<Struct>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Struct {
    pub docs: Vec<String>,
    pub name: String,
    pub derives: String,
    pub members: Vec<Member>,
    /// How it is read from a request, if it is.
    pub extract: Option<Extract>,
    /// How it is read from inside a JSON body, if it is.
    pub nested: Option<Vec<Bound>>,
}

/// `FromRequest` of a request type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extract {
    pub has_json: bool,
    pub has_path: bool,
    pub has_form: bool,
    pub has_header: bool,
    pub fields: Vec<Bound>,
}

/// One field on its way from the request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bound {
    pub name: String,
    /// The member of the JSON body, if it comes from there.
    pub wire: Option<Member>,
    /// The expression that decides on it, with its line breaks.
    pub value: String,
}

/// One `mod.rs` under `logic/`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogicMod {
    pub source: String,
    pub children: Vec<String>,
    pub functions: Vec<Function>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logic {
    pub docs: Vec<String>,
    pub name: String,
    /// Path of the generated types from the crate's root.
    pub types: Option<Use>,
    pub request: Option<String>,
    /// `Result<CreateOrderResp>`
    pub result: String,
    pub wide: bool,
    /// `_` before parameters that the body does not read.
    pub unused_svc: &'static str,
    pub unused_req: &'static str,
    pub call: Option<Call>,
    /// The body with its line breaks, where there is no call.
    pub unwritten: String,
}

/// The call of the rpc method that answers the route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// The request message's `use` line.
    pub message_use: Use,
    /// `CreateOrderRequest { .. }` with its line breaks.
    pub request: String,
    /// `svc.order.clone().create_order(request).await?` with its line breaks.
    pub send: String,
    /// `CreateOrderResp { .. }` with its line breaks.
    pub response: Option<String>,
    pub request_attributes: Vec<Attribute>,
    pub response_attributes: Vec<Attribute>,
    pub uses_span: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HttpTest {
    pub module: String,
    pub clients: Vec<String>,
    /// A route whose required fields can be left out.
    pub refused: Option<Refused>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    pub test: String,
    pub method: String,
    pub path: String,
    pub field: String,
}

/// One request through both processes, in one test process.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceTest {
    pub module: String,
    pub service_module: String,
    pub section: String,
    /// Lines of YAML for the service besides its name and address.
    pub service_config: Vec<String>,
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    pub status: u16,
    /// Lines of the expected tree.
    pub tree: Vec<String>,
}
