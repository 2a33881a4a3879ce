//! What the descriptions mean, resolved and checked. Data only; knows no Rust syntax.

mod gateway;
mod labels;
mod link;
mod lookup;
mod named;
mod rpc;
mod schema;
mod store;
mod table;
pub mod wire;

pub use self::gateway::{
    Field, Gateway, Group, Method, OnEmpty, Place, Presence, Range, Raw, Route, Rule, Segment,
    Source, Struct, Type,
};
pub use self::link::{
    Conversion, Direction, FieldLink, FieldPair, RouteCall, RowField, TableCall, TableOp, TypeLink,
};
pub use self::named::{Messages, Methods};
pub use self::rpc::{
    Enum, Message, MessageField, ProtoType, Repetition, Rpc, RpcMethod, RpcService,
};
pub use self::schema::{Content, HEAD, Migration, Migrations, Schema, Statement};
pub use self::store::Store;
pub use self::table::{Column, ColumnDefault, ColumnType, Dialect, Key, Table, Written, singular};

/// Everything one workspace is generated from.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct System {
    /// One per `.api` root, in the order of their names.
    pub gateways: Vec<Gateway>,
    /// One per service process, in the order of their names.
    pub rpcs: Vec<Rpc>,
    /// Tables without a service, in the order of their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<Store>,
}
