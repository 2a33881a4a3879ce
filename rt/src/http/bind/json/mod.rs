//! JSON values into [`Field`]s, in one pass. A value of the wrong type is a finding, not the end of parsing.

mod list;
mod quoted;
mod scalar;
mod visit;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess};

pub use self::quoted::Quoted;
use self::visit::{Reader, Visit};
use super::field::{Errors, Field};
use super::text::FromText;

/// A type that a JSON value can be read as.
pub trait FromJson: Sized {
    /// A list of this type out of a text: bytes have base64.
    fn list_from_text(text: &str) -> Field<Vec<Self>> {
        let _ = text;
        visit::refuse("a list", "a string")
    }

    /// Errs only where the text is not JSON.
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error>;
}

impl<'de, T: FromJson> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::from_json(deserializer)
    }
}

/// Reads an object: `W` takes its members as [`Field`]s, `bind` decides on them.
pub fn object<'de, W, T, D>(
    deserializer: D,
    bind: impl FnOnce(W, &mut Errors) -> T,
) -> Result<Field<T>, D::Error>
where
    W: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(
        match deserializer.deserialize_any(Visit(Object(PhantomData)))? {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Invalid(errors) => Field::Invalid(errors),
            Field::Value(wire) => {
                let mut errors = Errors::default();
                let value = bind(wire, &mut errors);
                errors.finish_field(value)
            }
        },
    )
}

struct Object<W>(PhantomData<W>);

impl<'de, W: Deserialize<'de>> Reader<'de> for Object<W> {
    type Out = W;

    const EXPECTED: &'static str = "an object";

    fn object<A: MapAccess<'de>>(self, map: A) -> Result<Field<W>, A::Error> {
        W::deserialize(MapAccessDeserializer::new(map)).map(Field::Value)
    }
}

/// Keys are texts in JSON; those of other types are read from them.
impl<K: FromText + Ord, T: FromJson> FromJson for BTreeMap<K, T> {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        object(
            deserializer,
            |members: BTreeMap<String, Field<T>>, errors| {
                let mut map = Self::new();
                for (name, member) in members {
                    let key = match K::from_text(&name) {
                        Ok(key) => key,
                        Err(reason) => {
                            errors.push(&name, format!("as a key: {reason}"));
                            continue;
                        }
                    };
                    match member {
                        Field::Value(value) => {
                            map.insert(key, value);
                        }
                        Field::Absent | Field::Null => errors.push(&name, "must not be null"),
                        Field::Invalid(below) => errors.push_below(&name, below),
                    }
                }
                map
            },
        )
    }
}

/// `any`: whatever JSON there is.
impl FromJson for serde_json::Value {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let value = Self::deserialize(deserializer)?;
        Ok(if value.is_null() {
            Field::Null
        } else {
            Field::Value(value)
        })
    }
}

/// A pointer that may be null inside a list or a map.
impl<T: FromJson> FromJson for Option<T> {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match T::from_json(deserializer)? {
            Field::Absent | Field::Null => Field::Value(None),
            Field::Value(value) => Field::Value(Some(value)),
            Field::Invalid(errors) => Field::Invalid(errors),
        })
    }
}

/// A struct that contains itself.
impl<T: FromJson> FromJson for Box<T> {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(T::from_json(deserializer)?.map(Self::new))
    }
}
