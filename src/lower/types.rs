//! Rust types for the types of descriptions, and conversions between them.

use crate::model::{ColumnType, MessageField, ProtoType, Repetition, Type};

use super::scope::Scope;

/// Beyond this, arrays have neither `Default` nor `Serialize`.
pub(super) const MAX_ARRAY: u32 = 32;

/// The type of a field of `owner`, or of a body.
pub(super) fn api(ty: &Type, scope: &Scope<'_>, owner: Option<&str>) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int { bits, signed } => format!("{}{bits}", if *signed { 'i' } else { 'u' }),
        Type::Float { bits } => format!("f{bits}"),
        Type::String => "String".to_owned(),
        Type::Bytes => "Vec<u8>".to_owned(),
        Type::Any => "serde_json::Value".to_owned(),
        Type::Named(name) if owner.is_some_and(|owner| scope.is_boxed(owner, name)) => {
            format!("Box<{}>", scope.ty(name))
        }
        Type::Named(name) => scope.ty(name),
        // A list breaks a cycle by itself.
        Type::Slice(item) => format!("Vec<{}>", api(item, scope, None)),
        Type::Array(length, item) if *length > MAX_ARRAY => {
            format!("Vec<{}>", api(item, scope, None))
        }
        Type::Array(length, item) => format!("[{}; {length}]", api(item, scope, owner)),
        Type::Map(key, value) => {
            let (key, value) = (api(key, scope, None), api(value, scope, None));
            format!("BTreeMap<{key}, {value}>")
        }
        Type::Pointer(target) => match api(target, scope, owner) {
            twice if twice.starts_with("Option<") => twice,
            target => format!("Option<{target}>"),
        },
    }
}

/// The type of a message field, as prost writes it.
pub(super) fn proto(field: &MessageField) -> Option<String> {
    let scalar = proto_scalar(&field.ty)?;
    match field.repetition {
        Repetition::Single => Some(scalar.to_owned()),
        Repetition::Optional => Some(format!("Option<{scalar}>")),
        Repetition::Repeated => Some(format!("Vec<{scalar}>")),
        Repetition::Map(_) => None,
    }
}

/// The type of a plain value in a message; Google's wrappers of plain values are such, too.
pub(super) fn proto_scalar(ty: &ProtoType) -> Option<&'static str> {
    Some(match ty {
        ProtoType::Double => "f64",
        ProtoType::Float => "f32",
        ProtoType::Int32 | ProtoType::Enum(_) => "i32",
        ProtoType::Int64 => "i64",
        ProtoType::Uint32 => "u32",
        ProtoType::Uint64 => "u64",
        ProtoType::Bool => "bool",
        ProtoType::String => "String",
        ProtoType::Bytes => "Vec<u8>",
        ProtoType::Message(name) => match name.strip_prefix("google.protobuf.")? {
            "BoolValue" => "bool",
            "BytesValue" => "Vec<u8>",
            "DoubleValue" => "f64",
            "FloatValue" => "f32",
            "Int32Value" => "i32",
            "Int64Value" => "i64",
            "StringValue" => "String",
            "UInt32Value" => "u32",
            "UInt64Value" => "u64",
            _ => return None,
        },
    })
}

/// The type of a column.
pub(super) fn column(ty: &ColumnType, nullable: bool) -> String {
    let plain = match ty {
        ColumnType::Bool => "bool".to_owned(),
        ColumnType::Int { bits, signed } => {
            let bits = if *bits == 24 { 32 } else { *bits };
            format!("{}{bits}", if *signed { 'i' } else { 'u' })
        }
        ColumnType::Float { bits } => format!("f{bits}"),
        ColumnType::Bytes => "Vec<u8>".to_owned(),
        ColumnType::Text | ColumnType::Enum(_) => "String".to_owned(),
        ColumnType::Decimal => "Decimal".to_owned(),
        ColumnType::Date => "NaiveDate".to_owned(),
        ColumnType::Time => "NaiveTime".to_owned(),
        ColumnType::DateTime => "NaiveDateTime".to_owned(),
        ColumnType::Timestamp => "DateTime<Utc>".to_owned(),
        ColumnType::Json => "Value".to_owned(),
        ColumnType::Uuid => "Uuid".to_owned(),
    };
    if nullable {
        format!("Option<{plain}>")
    } else {
        plain
    }
}

fn inner(ty: &str) -> Option<&str> {
    ty.strip_prefix("Option<")?.strip_suffix('>')
}

/// Whether a value of the type is copied rather than moved.
pub(super) fn is_copy(ty: &str) -> bool {
    let ty = inner(ty).unwrap_or(ty);
    matches!(
        ty,
        "DateTime<Utc>"
            | "Decimal"
            | "NaiveDate"
            | "NaiveDateTime"
            | "NaiveTime"
            | "Uuid"
            | "bool"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "f32"
            | "f64"
    )
}

/// Whether a value is a number or a truth: what may go on a span unasked. Texts may hold anything.
pub(super) fn is_measure(ty: &str) -> bool {
    is_copy(ty) && inner(ty).is_none()
}
