//! Which values of a body and of a message are values of each other.

use crate::model::{Conversion, Direction, ProtoType, Type};

/// How a value gets from one side to the other; `None`: it does not. Lists, maps and declared types are not for here.
pub(super) fn scalar(direction: Direction, body: &Type, message: &ProtoType) -> Option<Conversion> {
    let found = match (body, message) {
        (Type::String, ProtoType::String)
        | (Type::Bool, ProtoType::Bool)
        | (Type::Bytes, ProtoType::Bytes) => Conversion::Same,
        (Type::String, ProtoType::Bytes) => Conversion::Base64,
        (Type::String, ProtoType::Enum(full_name)) => Conversion::EnumName(full_name.clone()),
        (Type::Int { bits, signed }, message) if int(message).is_some() => {
            whole(direction, (*bits, *signed), int(message)?)
        }
        (Type::Float { bits }, ProtoType::Double) => floating(direction, *bits, 64),
        (Type::Float { bits }, ProtoType::Float) => floating(direction, *bits, 32),
        (body, ProtoType::Message(name)) => return well_known(direction, body, name),
        _ => return None,
    };
    Some(found)
}

/// Google's own messages with a plain value.
fn well_known(direction: Direction, body: &Type, message: &str) -> Option<Conversion> {
    const SECONDS: Type = Type::Int {
        bits: 64,
        signed: true,
    };
    let name = message.strip_prefix("google.protobuf.")?;
    if let Some(inner) = wrapped(name) {
        return scalar(direction, body, &inner);
    }
    match (name, body) {
        ("Timestamp", Type::String) => Some(Conversion::Rfc3339),
        ("Timestamp", body) if *body == SECONDS => Some(Conversion::UnixSeconds),
        ("Duration", Type::String) => Some(Conversion::DurationText),
        ("Duration", body) if *body == SECONDS => Some(Conversion::Seconds),
        ("Value", Type::Any) => Some(Conversion::Json),
        ("Struct", Type::Any) => Some(Conversion::JsonObject),
        ("Struct", Type::Map(key, value)) if (&**key, &**value) == (&Type::String, &Type::Any) => {
            Some(Conversion::JsonMap)
        }
        ("ListValue", Type::Slice(item)) if **item == Type::Any => Some(Conversion::JsonList),
        _ => None,
    }
}

/// `google.protobuf.StringValue` and its like are texts and numbers that may be absent.
fn wrapped(name: &str) -> Option<ProtoType> {
    Some(match name {
        "BoolValue" => ProtoType::Bool,
        "BytesValue" => ProtoType::Bytes,
        "DoubleValue" => ProtoType::Double,
        "FloatValue" => ProtoType::Float,
        "Int32Value" => ProtoType::Int32,
        "Int64Value" => ProtoType::Int64,
        "StringValue" => ProtoType::String,
        "UInt32Value" => ProtoType::Uint32,
        "UInt64Value" => ProtoType::Uint64,
        _ => return None,
    })
}

fn whole(direction: Direction, body: (u8, bool), message: (u8, bool)) -> Conversion {
    let (from, to) = match direction {
        Direction::ToMessage => (body, message),
        Direction::ToBody => (message, body),
    };
    if from == to {
        Conversion::Same
    } else if widens(from, to) {
        Conversion::Widen
    } else {
        Conversion::Narrow
    }
}

fn floating(direction: Direction, body: u8, message: u8) -> Conversion {
    let (from, to) = match direction {
        Direction::ToMessage => (body, message),
        Direction::ToBody => (message, body),
    };
    match from.cmp(&to) {
        std::cmp::Ordering::Equal => Conversion::Same,
        std::cmp::Ordering::Less => Conversion::Widen,
        std::cmp::Ordering::Greater => Conversion::NarrowFloat,
    }
}

/// An enum's number is an int32 on the wire.
fn int(ty: &ProtoType) -> Option<(u8, bool)> {
    match ty {
        ProtoType::Int32 | ProtoType::Enum(_) => Some((32, true)),
        ProtoType::Int64 => Some((64, true)),
        ProtoType::Uint32 => Some((32, false)),
        ProtoType::Uint64 => Some((64, false)),
        _ => None,
    }
}

/// Integers by width and sign.
pub(in crate::analyze) fn widens(from: (u8, bool), to: (u8, bool)) -> bool {
    match (from, to) {
        ((from, signed), (to, same)) if signed == same => from <= to,
        ((from, false), (to, true)) => from < to,
        _ => false,
    }
}

/// Whether there are values that the other side cannot hold; types inside are not for here.
pub(super) fn can_fail(conversion: &Conversion, direction: Direction) -> bool {
    match conversion {
        Conversion::Narrow
        | Conversion::NarrowFloat
        | Conversion::Rfc3339
        | Conversion::DurationText
        | Conversion::KeyedMap(_) => true,
        Conversion::EnumName(_) | Conversion::Base64 | Conversion::JsonObject => {
            direction == Direction::ToMessage
        }
        // A list has the length that it has.
        Conversion::Array(item) => direction == Direction::ToBody || can_fail(item, direction),
        Conversion::List { item, .. } | Conversion::Map(item) => can_fail(item, direction),
        Conversion::Same
        | Conversion::Widen
        | Conversion::UnixSeconds
        | Conversion::Seconds
        | Conversion::Json
        | Conversion::JsonMap
        | Conversion::JsonList
        | Conversion::Type { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::scalar;
    use crate::model::{Conversion, Direction, ProtoType, Type};

    #[test]
    fn each_way() {
        use Conversion::{Base64, Narrow, NarrowFloat, Rfc3339, Same, Seconds, UnixSeconds, Widen};

        let int = |bits, signed| Type::Int { bits, signed };
        let known = |name: &str| ProtoType::Message(format!("google.protobuf.{name}"));
        for (body, message, to_message, to_body) in [
            (int(64, true), ProtoType::Int64, Some(Same), Some(Same)),
            (int(32, true), ProtoType::Int64, Some(Widen), Some(Narrow)),
            (int(64, true), ProtoType::Int32, Some(Narrow), Some(Widen)),
            (int(32, false), ProtoType::Int64, Some(Widen), Some(Narrow)),
            (int(64, false), ProtoType::Int64, Some(Narrow), Some(Narrow)),
            (
                int(32, true),
                ProtoType::Enum("a.E".to_owned()),
                Some(Same),
                Some(Same),
            ),
            (
                int(64, true),
                ProtoType::Enum("a.E".to_owned()),
                Some(Narrow),
                Some(Widen),
            ),
            (
                Type::Float { bits: 64 },
                ProtoType::Double,
                Some(Same),
                Some(Same),
            ),
            (
                Type::Float { bits: 32 },
                ProtoType::Double,
                Some(Widen),
                Some(NarrowFloat),
            ),
            (
                Type::Float { bits: 64 },
                ProtoType::Float,
                Some(NarrowFloat),
                Some(Widen),
            ),
            (Type::String, ProtoType::String, Some(Same), Some(Same)),
            (Type::String, ProtoType::Bytes, Some(Base64), Some(Base64)),
            (Type::String, known("StringValue"), Some(Same), Some(Same)),
            (
                int(32, true),
                known("Int64Value"),
                Some(Widen),
                Some(Narrow),
            ),
            (
                Type::String,
                known("Timestamp"),
                Some(Rfc3339),
                Some(Rfc3339),
            ),
            (
                int(64, true),
                known("Timestamp"),
                Some(UnixSeconds),
                Some(UnixSeconds),
            ),
            (
                int(64, true),
                known("Duration"),
                Some(Seconds),
                Some(Seconds),
            ),
            (int(32, true), known("Timestamp"), None, None),
            (Type::Bool, known("Any"), None, None),
            (int(64, true), ProtoType::Double, None, None),
            (Type::Any, ProtoType::String, None, None),
            (
                Type::Any,
                known("Value"),
                Some(Conversion::Json),
                Some(Conversion::Json),
            ),
            (
                Type::Map(Box::new(Type::String), Box::new(Type::Any)),
                known("Struct"),
                Some(Conversion::JsonMap),
                Some(Conversion::JsonMap),
            ),
            (
                Type::Slice(Box::new(Type::Any)),
                known("Struct"),
                None,
                None,
            ),
        ] {
            let way = |direction| scalar(direction, &body, &message);
            assert_eq!(
                way(Direction::ToMessage),
                to_message,
                "{body:?} to {message:?}"
            );
            assert_eq!(way(Direction::ToBody), to_body, "{message:?} to {body:?}");
        }
    }
}
