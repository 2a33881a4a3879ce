//! What the callers of a `.proto` file's services depend on: the wire, with the place of each of its parts.
//!
//! Beside [`super::Rpc`], because the two answer different questions: code is generated from types, where one integer is
//! like another, and compatibility depends on encodings, numbers and reservations.

use std::collections::BTreeMap;

use crate::source::Span;

/// A root file with all that it imports, Google's own types apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contract {
    /// Of the root; empty if it names none.
    pub package: String,
    /// Where the root says so.
    pub package_span: Option<Span>,
    /// The root's, in source order.
    pub services: Vec<Service>,
    /// By full name. Entries of maps are messages here, as they are on the wire.
    pub messages: BTreeMap<String, Message>,
    /// By full name.
    pub enums: BTreeMap<String, Enum>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    pub name: String,
    pub methods: Vec<Method>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    pub name: String,
    /// Full names.
    pub input: String,
    pub output: String,
    pub client_streaming: bool,
    pub server_streaming: bool,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Whether the root declares it.
    pub of_root: bool,
    /// Whether it is the key and the value of a map.
    pub map_entry: bool,
    pub fields: Vec<Field>,
    pub reserved: Vec<Reserved>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub number: i32,
    /// In protobuf's JSON form.
    pub json_name: String,
    pub ty: Type,
    pub repeated: bool,
    /// proto2's `required`.
    pub required: bool,
    /// proto2's `default`, what an absent value means.
    pub default: Option<String>,
    /// The index of the `oneof` that holds it.
    pub oneof: Option<i32>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Whether the root declares it.
    pub of_root: bool,
    pub values: Vec<Value>,
    pub reserved: Vec<Reserved>,
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub name: String,
    pub number: i32,
    pub span: Option<Span>,
}

/// Numbers that nothing may take again.
#[derive(Debug, Clone, PartialEq)]
pub struct Reserved {
    pub first: i32,
    /// Inclusive.
    pub last: i32,
    pub span: Option<Span>,
}

/// How a value is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// By protobuf's name for it, such as `sint32`.
    Scalar(&'static str),
    /// Full name.
    Message(String),
    /// A proto2 group, which has delimiters instead of a length.
    Group(String),
    /// Full name.
    Enum(String),
}

impl Type {
    /// As a `.proto` file would write it, such as `int32` or `order.Status`.
    pub fn name(&self) -> &str {
        match self {
            Self::Scalar(name) => name,
            Self::Message(name) | Self::Group(name) | Self::Enum(name) => name,
        }
    }
}
