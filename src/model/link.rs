//! What the descriptions say about each other: which rpc method answers a route, which table answers a method.

use serde::Serialize;

/// A route answered by an rpc method. Names index into [`super::System`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteCall {
    /// [`super::Rpc::name`]
    pub rpc: String,
    /// [`super::RpcService::name`]
    pub service: String,
    /// [`super::RpcMethod::name`]
    pub method: String,
    /// One for every field of the rpc's request message, in its order.
    pub request: Vec<FieldPair>,
    /// One for every field of the route's response type, in its order.
    pub response: Vec<FieldPair>,
}

/// One field on the way from one side to the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldPair {
    /// The field that is filled, by its declared name.
    pub to: String,
    /// The field it is filled from, by its declared name; `None`: no partner, so the default.
    pub from: Option<String>,
}

/// An rpc method answered by one table operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableCall {
    /// [`super::Table::name`]
    pub table: String,
    pub op: TableOp,
    /// One for every field of the method's response message, in its order; `from` is a column.
    pub response: Vec<FieldPair>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TableOp {
    /// One for every column that the insert sets, in the table's order; `from` is a request field, or
    /// `None` where the column's default or the clock fills it.
    Insert { values: Vec<FieldPair> },
    /// Read one row by its primary key; `from` is a request field.
    Find { key: Vec<FieldPair> },
}
