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
    Error(ErrorType),
    GeneratedMod(Crate),
    Clients(Crate),
    Conversions(Conversions),
    Routes(Routes),
    Handlers(Handlers),
    Types(Types),
    LogicMod(LogicMod),
    Logic(Logic),
    Claims,
    Middleware(Middleware),
    MiddlewareMod(MiddlewareMod),
    HttpTest(HttpTest),
    CallsTest(CallsTest),
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
    /// Features of zgen-rt, sorted.
    pub features: Vec<String>,
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
    pub has_conversions: bool,
    /// Sections with secrets of tokens.
    pub jwts: Vec<Jwt>,
    pub has_middleware: bool,
    /// Whether callers sign requests.
    pub has_signature: bool,
    /// Whether the configuration has more than its top level.
    pub has_sections: bool,
    /// Names from `zgen_rt::config`.
    pub config_use: Option<Use>,
}

/// `src/error.rs`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorType {
    /// Whether errors come in an envelope.
    pub envelope: bool,
}

/// A section of the configuration with the secret of tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Jwt {
    /// Such as `Auth`.
    pub section: String,
    /// Field of `Config`, such as `auth`.
    pub field: String,
}

/// One rpc service that the gateway calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// Field of `ServiceContext`, such as `order`.
    pub field: String,
    /// Alias of the generated client, such as `OrderClient`.
    pub alias: String,
    /// `pub type OrderClient = ..;` with its line breaks.
    pub type_line: String,
    /// `pub(crate) fn order(..) -> .. {` with its line breaks.
    pub signature: String,
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
    /// `Channel::new("OrderRpc", conf)?` with its line breaks, the methods that stream, and those that may be called again.
    pub channel: String,
}

/// `src/generated/convert.rs`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversions {
    pub source: String,
    /// `use` lines in their blocks.
    pub uses: Vec<Vec<Use>>,
    pub impls: Vec<TypeConversion>,
}

/// A declared type made from a message, or the other way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeConversion {
    /// `impl From<types::Item> for order::Item {` with its line breaks.
    pub head: String,
    /// Of `TryFrom`.
    pub error: Option<String>,
    /// `fn from(body: types::Item) -> Self {` with its line breaks.
    pub signature: String,
    /// Fields that a description calls deprecated are still passed on.
    pub allow_deprecated: bool,
    pub statements: Vec<String>,
    /// `Self { .. }` with its line breaks.
    pub literal: String,
}

impl TypeConversion {
    /// Everything that may mention an import.
    pub fn text(&self) -> String {
        let error = self.error.as_deref().unwrap_or_default();
        [error, &self.statements.concat(), &self.literal].concat()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Routes {
    pub source: String,
    /// `use` lines in their blocks.
    pub uses: Vec<Vec<Use>>,
    /// What the router is made of, as one chain with its line breaks.
    pub router: String,
    /// Groups with layers of their own.
    pub groups: Vec<RouteGroup>,
}

/// Routes behind the same layers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RouteGroup {
    /// Of the function.
    pub name: String,
    pub docs: Vec<String>,
    /// `_` where no layer reads it.
    pub unused_svc: &'static str,
    pub router: String,
}

/// `src/middleware/<name>.rs`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Middleware {
    /// As written in the description.
    pub written: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MiddlewareMod {
    pub source: String,
    pub names: Vec<String>,
}

/// What a handler makes of what the logic returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Answer {
    Value,
    Empty,
    /// It is a response already: events, or what the logic has made itself.
    Direct,
}

/// One file under `generated/handler`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handlers {
    pub source: String,
    pub children: Vec<String>,
    /// `use` lines in their blocks.
    pub uses: Vec<Vec<Use>>,
    pub handlers: Vec<Handler>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Handler {
    pub docs: Vec<String>,
    /// `pub(crate) async fn create_order(..) -> Result<..> {` with its line breaks.
    pub signature: String,
    /// Type to extract; `None`: the route has no body, query or parameters.
    pub request: Option<String>,
    pub answer: Answer,
    /// What `Ok` holds, unless the answer is direct: `Json(resp)`.
    pub answered: &'static str,
    pub handler_span: String,
    pub logic_span: String,
    /// The call of the logic below its span, with its line breaks.
    pub call: String,
    /// `span.set(..)` statements.
    pub request_attributes: Vec<String>,
    pub response_attributes: Vec<String>,
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
    pub nested: Option<Nested>,
}

/// `FromRequest` of a request type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extract {
    pub has_json: bool,
    /// Nothing else of the request is read.
    pub only_json: bool,
    pub has_path: bool,
    pub has_form: bool,
    pub has_header: bool,
    /// Statements about fields that depend on each other.
    pub dependencies: Vec<String>,
    pub fields: Vec<Bound>,
}

/// `FromJson` of a type inside a JSON body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nested {
    pub dependencies: Vec<String>,
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
    /// `mod a;` and `pub(crate) mod b;`, by name.
    pub modules: Vec<String>,
    /// Modules with one function each.
    pub functions: Vec<Function>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logic {
    pub docs: Vec<String>,
    /// `use` lines in their blocks.
    pub uses: Vec<Vec<Use>>,
    /// `pub async fn create_order(..) -> Result<..> {` with its line breaks.
    pub signature: String,
    /// The body of a route that no method answers.
    pub unwritten: String,
    pub call: Option<Call>,
}

/// The call of the rpc method that answers the route.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    /// `CreateOrderRequest { .. }` with its line breaks.
    pub request: String,
    /// `svc.order.clone().create_order(request).await?` with its line breaks.
    pub send: String,
    /// `CreateOrderResp { .. }` with its line breaks.
    pub response: Option<String>,
    /// What is sent back is kept under this name, if anything of it is looked at.
    pub reply: Option<&'static str>,
    pub request_attributes: Vec<Attribute>,
    pub response_attributes: Vec<Attribute>,
    pub uses_span: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HttpTest {
    pub uses: Vec<Vec<Use>>,
    /// Lines of YAML for the gateway besides its name and port.
    pub config: Vec<String>,
    /// How an unknown route is answered.
    pub unknown: Shown,
    /// A route whose required fields can be left out.
    pub refused: Option<Refused>,
}

/// What an error's body shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// The value of `code`, as Rust: `"not_found"` or `5`.
    pub code: &'static str,
    /// The member with the text.
    pub message: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refused {
    pub test: String,
    pub shown: Shown,
    pub method: String,
    pub path: String,
    /// `assert!(message.contains(..), ..);` with its line breaks.
    pub assertion: String,
}

/// Routes with fakes of the services behind them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallsTest {
    pub uses: Vec<Vec<Use>>,
    /// Sections of the services.
    pub clients: Vec<String>,
    /// Sections with secrets of tokens.
    pub jwts: Vec<String>,
    pub calls: Vec<TestedCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestedCall {
    pub test: String,
    /// `FakeOrder`
    pub fake: String,
    /// Field of `ServiceContext`.
    pub field: String,
    /// Field of the fake.
    pub method: String,
    /// What it answers.
    pub answer: String,
    pub verb: String,
    pub path: String,
    pub body: Option<String>,
    /// `assert_eq!(..);` about what it was asked, with its line breaks.
    pub assertion: String,
}

/// One request through both processes, in one test process.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceTest {
    pub module: String,
    pub service_module: String,
    /// The section of the gateway's configuration that says where the service is.
    pub section: String,
    /// Lines of YAML for the gateway besides its name, its port and that section.
    pub gateway_config: Vec<String>,
    /// Lines of YAML for the service besides its name and address.
    pub service_config: Vec<String>,
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    pub status: u16,
    /// Lines of the expected tree.
    pub tree: Vec<String>,
}
