//! What the descriptions say about each other: which rpc method answers a route, which table answers a method.

use serde::Serialize;

/// A route answered by an rpc method. Names index into [`super::System`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteCall {
    /// [`super::Rpc::name`]
    pub rpc: String,
    /// [`super::RpcService::name`], or its full name where the process serves several of that name.
    pub service: String,
    /// [`super::RpcMethod::name`]
    pub method: String,
    /// One for every field of the rpc's request message, in its order.
    pub request: Vec<FieldLink>,
    /// One for every field of the route's response type, in its order.
    pub response: Vec<FieldLink>,
}

/// A declared type and a message, as one is made from the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeLink {
    pub direction: Direction,
    /// [`super::Struct::name`]
    pub body: String,
    /// [`super::Rpc::name`]
    pub rpc: String,
    /// [`super::Message::full_name`]
    pub message: String,
    /// Whether there are values that the other side cannot hold.
    pub checked: bool,
    /// One for every field of the side that is made, in its order.
    pub fields: Vec<FieldLink>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What was asked of the gateway, on its way to the service.
    ToMessage,
    /// What the service answered, on its way back.
    ToBody,
}

/// One field on the way between a declared type and a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldLink {
    /// The field that is filled, by its declared name.
    pub to: String,
    /// The field it is filled from, by its declared name; `None`: no partner, so the default.
    pub from: Option<String>,
    /// What is done to a value that is there.
    pub conversion: Conversion,
}

/// How a value of one type becomes one of another. Whether it may be absent is said by the fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// Both types are one.
    Same,
    /// A number of a narrower type.
    Widen,
    /// A whole number that the type may be too small for.
    Narrow,
    /// A floating-point number of twice the width.
    NarrowFloat,
    /// An enum by the names of its values; the enum's full name.
    EnumName(String),
    /// Bytes as a base64 text.
    Base64,
    /// `google.protobuf.Timestamp` as seconds since 1970.
    UnixSeconds,
    /// `google.protobuf.Timestamp` as an RFC 3339 text.
    Rfc3339,
    /// `google.protobuf.Duration` as whole seconds.
    Seconds,
    /// `google.protobuf.Duration` as a text such as `1.5s`.
    DurationText,
    /// By the [`TypeLink`] of this declared type and this message.
    Type { body: String, message: String },
    /// Item by item.
    List {
        item: Box<Conversion>,
        /// Whether items of the declared type may be null.
        nullable: bool,
    },
    /// A list of a fixed length, item by item.
    Array(Box<Conversion>),
    /// Value by value; the keys stay.
    Map(Box<Conversion>),
    /// Value by value, the keys being whole numbers of different types.
    KeyedMap(Box<Conversion>),
    /// Any JSON as `google.protobuf.Value`.
    Json,
    /// Any JSON object as `google.protobuf.Struct`.
    JsonObject,
    /// A map to any JSON as `google.protobuf.Struct`.
    JsonMap,
    /// A list of any JSON as `google.protobuf.ListValue`.
    JsonList,
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
    /// Name of the request field whose message holds the columns, if they are not in the request itself.
    pub inside: Option<String>,
    /// One for every field of the method's response message that is a column, in its order; `from` is a column.
    pub response: Vec<FieldPair>,
    /// The field of the response that holds the row, or the rows, as a message.
    pub row: Option<RowField>,
}

/// A message made from a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowField {
    /// Of the response.
    pub name: String,
    /// Full name.
    pub message: String,
    /// One for every field of the message, in its order; `from` is a column.
    pub fields: Vec<FieldPair>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TableOp {
    /// One for every column that the insert sets, in the table's order; `from` is a request field, or
    /// `None` where the column's default or the clock fills it.
    Insert { values: Vec<FieldPair> },
    /// Read one row by its primary key or a unique one; `from` is a request field.
    Find { key: Vec<FieldPair> },
    /// The same by whichever field of a `oneof` is there, each being a key.
    #[serde(rename = "find_by")]
    FindBy { oneof: String, keys: Vec<FieldPair> },
    /// Change columns of one row, found by its primary key.
    Update {
        key: Vec<FieldPair>,
        /// `from` is `None` where the clock fills the column.
        changes: Vec<FieldPair>,
        /// The request field that names the columns to change; all of them where it is empty.
        mask: Option<String>,
        /// The request field with the version that the caller has read.
        version: Option<String>,
    },
    /// Delete one row, found by its primary key.
    Delete {
        key: Vec<FieldPair>,
        /// The response field that says so.
        done: Option<String>,
    },
    /// Read a page of rows in the order of the primary key.
    List {
        /// By indexed columns; a request field's zero value is no condition.
        filter: Vec<FieldPair>,
        /// The request field with the size of a page.
        size: Option<String>,
        /// The request field with the key that the page starts behind.
        after: Option<String>,
        /// Instead of it, the request field with the number of the page; the first is 1.
        page: Option<String>,
        /// The response field with the key that the next page starts behind.
        next: Option<String>,
        /// The response field with the number of all rows that the filter means.
        total: Option<String>,
        /// The response field that repeats the number of the page.
        shown_page: Option<String>,
        /// The response field with the size that the page may have.
        shown_size: Option<String>,
        /// The response field that says whether rows follow.
        more: Option<String>,
        /// The response field with the number of the page that follows, 0 behind the last one.
        next_page: Option<String>,
    },
}
