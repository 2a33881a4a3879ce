//! Any JSON as Google's messages for it (`google/protobuf/struct.proto`).

use std::collections::BTreeMap;

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use serde_json::{Map, Number, Value as Json};

use super::Misfit;

/// Numbers become floating-point ones, the only kind there is in the message.
pub fn from_json(json: Json) -> Value {
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(value),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text),
        Json::Array(items) => Kind::ListValue(from_json_list(items)),
        Json::Object(members) => Kind::StructValue(from_json_map(members)),
    };
    Value { kind: Some(kind) }
}

/// A whole number is written as one; what JSON cannot write is null.
pub fn to_json(value: Value) -> Json {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(value),
        Some(Kind::NumberValue(number)) => number_to_json(number),
        Some(Kind::StringValue(text)) => Json::String(text),
        Some(Kind::ListValue(list)) => Json::Array(to_json_list(list)),
        Some(Kind::StructValue(members)) => to_object(members),
    }
}

/// A JSON object.
pub fn from_object(json: Json) -> Result<Struct, Misfit> {
    match json {
        Json::Object(members) => Ok(from_json_map(members)),
        Json::Null => Ok(Struct::default()),
        _ => Err(Misfit::new("is no object")),
    }
}

/// A JSON object.
pub fn to_object(members: Struct) -> Json {
    let members = members.fields.into_iter();
    let members: BTreeMap<_, _> = members
        .map(|(name, value)| (name, to_json(value)))
        .collect();
    Json::Object(Map::from_iter(members))
}

/// Member by member.
pub fn from_json_map(members: impl IntoIterator<Item = (String, Json)>) -> Struct {
    let members = members.into_iter();
    Struct {
        fields: members
            .map(|(name, value)| (name, from_json(value)))
            .collect(),
    }
}

/// Member by member.
pub fn to_json_map(members: Struct) -> BTreeMap<String, Json> {
    let members = members.fields.into_iter();
    members
        .map(|(name, value)| (name, to_json(value)))
        .collect()
}

/// Item by item.
pub fn from_json_list(items: Vec<Json>) -> ListValue {
    ListValue {
        values: items.into_iter().map(from_json).collect(),
    }
}

/// Item by item.
pub fn to_json_list(list: ListValue) -> Vec<Json> {
    list.values.into_iter().map(to_json).collect()
}

fn number_to_json(number: f64) -> Json {
    /// Up to here every whole number has a floating-point one of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    if number.fract() == 0.0 && number.abs() <= EXACT {
        // Checked by the line above.
        #[allow(clippy::cast_possible_truncation)]
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}
