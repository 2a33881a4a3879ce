//! A gRPC service process, as `.proto` files describe it.

use serde::Serialize;

use crate::model::{Dialect, Messages, Methods, Migrations, Schema, Table, TableCall};

/// One service process: a proto package, or several, with their messages and services, and the tables it owns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rpc {
    /// go-zero's name of the process: the proto package, such as `order`, or what `--into` calls it.
    pub name: String,
    /// The proto package, such as `order` or `shop.order.v1`; of several files, that of the first.
    pub package: String,
    /// Whether this workspace contains the service itself, or only calls it.
    pub serve: bool,
    /// File name of the root proto, without folders, such as `order.proto`; of several, `order.proto, user.proto`.
    pub file: String,
    /// Whether `--into` named it, so that it may have several root files.
    #[serde(skip)]
    pub merged: bool,
    pub services: Vec<RpcService>,
    /// Every message of the root files' packages, nested ones included, by full name.
    pub messages: Messages,
    /// Messages of other packages that the package's files import, Google's own ones aside.
    pub imported: Messages,
    /// Every enum of the package and of those that it imports.
    pub enums: Vec<Enum>,
    pub tables: Vec<Table>,
    /// Whose words the DDL is in, and the queries are to be in.
    pub dialect: Dialect,
    /// What makes the tables.
    #[serde(skip)]
    pub schema: Schema,
    #[serde(skip)]
    pub migrations: Migrations,
    /// File name of the DDL, without folders, if there is one.
    pub sql_file: Option<String>,
}

impl Rpc {
    /// The message of this full name (`order.CreateOrderRequest`, no leading dot).
    pub fn message(&self, full_name: &str) -> Option<&Message> {
        let own = self.messages.named(full_name);
        own.or_else(|| self.imported.named(full_name))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RpcService {
    /// `Order`
    pub name: String,
    /// `order.Order`
    pub full_name: String,
    /// The proto package that declares it.
    pub package: String,
    pub methods: Methods,
    pub docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RpcMethod {
    /// `CreateOrder`
    pub name: String,
    /// Full name of the request message, without a leading dot.
    pub input: String,
    /// Full name of the response message, without a leading dot.
    pub output: String,
    pub client_streaming: bool,
    pub server_streaming: bool,
    /// Whether calling it twice does what calling it once does, by its `idempotency_level`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
    /// Comment lines without the `@step` ones.
    pub docs: Vec<String>,
    /// Names on `// @step NAME` lines: one small function each, called in order, each its own span.
    pub steps: Vec<String>,
    /// The table operation that answers this method, if one matches.
    pub call: Option<TableCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    /// `order.CreateOrderRequest`; nested ones `order.Outer.Inner`.
    pub full_name: String,
    pub name: String,
    /// The proto package that declares it.
    pub package: String,
    pub fields: Vec<MessageField>,
    pub docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enum {
    /// `order.Status`; nested ones `order.Outer.Status`.
    pub full_name: String,
    /// The proto package that declares it.
    pub package: String,
    /// Names as written, such as `STATUS_PAID`, the zero value first.
    pub values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageField {
    /// As written, such as `user_id`.
    pub name: String,
    pub number: i32,
    pub ty: ProtoType,
    pub repetition: Repetition,
    /// Name of the `oneof` that holds the field, if one does (not for proto3 `optional`).
    pub oneof: Option<String>,
    /// Whether a message of the field's type can hold, at any depth and without a list between, the message that the
    /// field is in.
    pub recursive: bool,
    pub deprecated: bool,
    pub docs: Vec<String>,
}

impl MessageField {
    /// The value that a `oneof` holds: as the field would be by itself.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            oneof: None,
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProtoType {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Bool,
    String,
    Bytes,
    /// Full name without a leading dot.
    Message(String),
    /// Full name without a leading dot.
    Enum(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Repetition {
    /// Always there; a scalar's zero value when not sent.
    Single,
    /// May be absent: proto3 `optional`, and every message field.
    Optional,
    Repeated,
    /// The key's type; the field's own type is the value's.
    Map(ProtoType),
}
