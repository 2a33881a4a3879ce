//! An HTTP gateway, as an `.api` file describes it.

use indexmap::IndexMap;
use serde::Serialize;

use crate::model::{RouteCall, TypeLink};
use crate::source::{Span, Spanned};

/// One `.api` root with everything it imports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gateway {
    /// The service name as written, such as `order-api`.
    pub name: String,
    /// File name of the root, without folders, such as `order.api`.
    pub file: String,
    /// The `info` block, in source order; values without their quotes.
    pub info: IndexMap<String, String>,
    /// Declared struct types, in source order.
    pub types: Vec<Struct>,
    /// `@server` groups, in source order.
    pub groups: Vec<Group>,
    /// How the types and the messages that the routes' calls pass on are made from each other.
    pub links: Vec<TypeLink>,
}

/// A service block with its `@server` properties.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// The value of `group`: folders under handler/ and logic/, such as `order` or `admin/user`.
    pub group: Option<String>,
    /// Normalised prefix: empty, or `/api/v1` (leading slash, none trailing).
    pub prefix: String,
    /// The section of the configuration with the secret of the tokens that callers must show.
    pub jwt: Option<String>,
    /// The same with a previous secret beside it; wins over `jwt`.
    pub jwt_transition: Option<String>,
    /// Names in the order in which requests pass them.
    pub middleware: Vec<String>,
    /// Whether requests are signed.
    pub signature: bool,
    /// Of one request, in milliseconds; 0 is none.
    pub timeout: Option<u64>,
    /// Largest request body.
    pub max_bytes: Option<u64>,
    /// Whether the routes answer with a stream of events.
    pub sse: bool,
    /// All `@server` keys as written, the ones above too.
    pub properties: IndexMap<String, String>,
    pub routes: Vec<Route>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// As written after `@handler`, without the suffix `Handler`.
    pub handler: String,
    pub method: Method,
    /// Prefix and path joined.
    pub path: Vec<Segment>,
    pub request: Option<Type>,
    pub response: Option<Type>,
    /// Comment lines above the route, then `@doc` text.
    pub docs: Vec<String>,
    /// `@doc(..)` keys.
    pub properties: IndexMap<String, String>,
    /// What the logic handles itself.
    pub raw: Raw,
    /// The method that `rpc:` in `@doc` or `@server` asks for, as written; what comes of it is [`Self::call`].
    #[serde(skip)]
    pub wanted: Option<Spanned<String>>,
    /// The rpc method that answers this route, if one matches.
    pub call: Option<RouteCall>,
    pub span: Span,
}

impl Route {
    /// The whole path in go-zero's spelling, such as `/api/v1/orders/:order_id`.
    pub fn full_path(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            out.push('/');
            match segment {
                Segment::Literal(text) => out.push_str(text),
                Segment::Param(name) => {
                    out.push(':');
                    out.push_str(name);
                }
            }
        }
        if out.is_empty() { "/".to_owned() } else { out }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Connect,
    Trace,
}

impl Method {
    /// As HTTP writes it, such as `GET` (RFC 9110, section 9).
    pub fn as_http(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Connect => "CONNECT",
            Self::Trace => "TRACE",
        }
    }
}

/// Which side of a route the logic handles itself, as HTTP has it: `raw: request`, `response` or `both` in `@doc`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Raw {
    pub request: bool,
    pub response: bool,
}

/// One piece of a path between slashes. A trailing slash is an empty last literal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Segment {
    Literal(String),
    Param(String),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Struct {
    pub name: String,
    /// Embedded structs are flattened into this list at their place.
    pub fields: Vec<Field>,
    pub docs: Vec<String>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// As declared, such as `UserId`.
    pub name: String,
    pub ty: Type,
    pub source: Source,
    /// The name on the wire: JSON key, form key, header name or path parameter.
    pub wire: String,
    /// Where else it may come from, if it is not there: a field with several tags.
    pub also: Vec<Place>,
    pub presence: Presence,
    /// `options=a|b`: the allowed values, as text.
    pub options: Vec<String>,
    pub range: Option<Range>,
    /// What a `validate` tag asks of a value that is there.
    pub rules: Vec<Rule>,
    /// `,string`: the number or boolean travels as a JSON string.
    pub as_string: bool,
    /// `,omitempty`: left out of a response when zero.
    pub omit_empty: bool,
    /// The text after `example=`: for readers of documents.
    pub example: Option<String>,
    pub docs: Vec<String>,
    pub span: Span,
}

impl Field {
    /// The name in one of the places that the field's tags name.
    pub fn wire_in(&self, source: Source) -> Option<&str> {
        if self.source == source {
            return Some(&self.wire);
        }
        let place = self.also.iter().find(|place| place.source == source)?;
        Some(&place.wire)
    }

    /// The name in JSON; without a `json` tag that is the declared one, as for Go's encoding/json.
    pub fn json_name(&self) -> &str {
        let json = self.also.iter().find(|place| place.source == Source::Json);
        match json {
            _ if self.source == Source::Json => &self.wire,
            Some(place) => &place.wire,
            None => &self.name,
        }
    }
}

/// One of several tags of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub source: Source,
    pub wire: String,
}

/// A rule of a `validate` tag, as go-playground/validator has them. Bounds count characters of a text and items of a
/// list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// `omitempty`: the other rules are for values that are not empty.
    OmitEmpty,
    /// `required`: not empty.
    NotEmpty,
    /// `min`, `gte`
    AtLeast(String),
    /// `max`, `lte`
    AtMost(String),
    /// `gt`
    Above(String),
    /// `lt`
    Below(String),
    /// `len`
    Length(String),
    OneOf(Vec<String>),
    Email,
    Url,
    Uuid,
    /// `number`, `numeric`
    Numeric,
    Alphanumeric,
}

/// What `omitempty` changes about another rule of the same tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnEmpty {
    /// Nothing: an empty value is fine by the rule.
    Passes,
    /// Everything: the rule asks for nothing but a value that is not empty.
    Only,
    Fails,
}

impl Rule {
    /// What becomes of an empty value of this type.
    pub fn on_empty(&self, ty: &Type) -> OnEmpty {
        let is_signed = matches!(ty, Type::Int { signed: true, .. } | Type::Float { .. });
        let bound = |text: &str| text.parse::<f64>().unwrap_or_default();
        match self {
            Self::NotEmpty => OnEmpty::Only,
            Self::AtLeast(low) if bound(low) <= 0.0 => OnEmpty::Passes,
            Self::AtLeast(low) if low == "1" && !is_signed => OnEmpty::Only,
            Self::Above(low) if bound(low) < 0.0 => OnEmpty::Passes,
            Self::Above(low) if low == "0" && !is_signed => OnEmpty::Only,
            Self::AtMost(high) if bound(high) >= 0.0 => OnEmpty::Passes,
            Self::Below(high) if bound(high) > 0.0 => OnEmpty::Passes,
            Self::Alphanumeric | Self::OmitEmpty => OnEmpty::Passes,
            _ => OnEmpty::Fails,
        }
    }
}

/// Where a request field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Json,
    Form,
    Path,
    Header,
}

/// What an absent value means (go-zero `core/mapping/utils.go`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    Required,
    Optional,
    /// `optional=dep` or, negated, `optional=!dep`.
    OptionalWith {
        dependency: String,
        negated: bool,
    },
    /// The text after `default=`.
    Default(String),
}

/// `range=[1:100)`; bounds are kept as text and inclusive or not as written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Range {
    pub low: Option<String>,
    pub high: Option<String>,
    pub low_inclusive: bool,
    pub high_inclusive: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    Bool,
    Int {
        bits: u8,
        signed: bool,
    },
    Float {
        bits: u8,
    },
    String,
    /// `[]byte`: base64 in JSON.
    Bytes,
    /// `any` and `interface{}`.
    Any,
    /// A declared struct.
    Named(String),
    Slice(Box<Type>),
    Array(u32, Box<Type>),
    Map(Box<Type>, Box<Type>),
    Pointer(Box<Type>),
}
