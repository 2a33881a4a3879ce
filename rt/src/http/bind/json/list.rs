//! Lists: of any length, of a fixed one, and of bytes.

use std::marker::PhantomData;

use serde::de::{Deserializer, SeqAccess};

use super::super::field::{Errors, Field};
use super::FromJson;
use super::visit::{Reader, Scalar, Visit, refuse};

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        deserializer.deserialize_any(Visit(List(PhantomData)))
    }
}

/// A list of exactly that many items.
impl<T: FromJson, const N: usize> FromJson for [T; N] {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let list = Vec::<T>::from_json(deserializer)?;
        Ok(match list {
            Field::Value(list) => Self::try_from(list).map_or_else(
                |list| Field::invalid(format!("expected {N} items, found {}", list.len())),
                Field::Value,
            ),
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Invalid(errors) => Field::Invalid(errors),
        })
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: FromJson> Reader<'de> for List<T> {
    type Out = Vec<T>;

    const EXPECTED: &'static str = "a list";

    fn scalar(self, scalar: Scalar<'_>) -> Field<Vec<T>> {
        match scalar {
            Scalar::Text(text) => T::list_from_text(text),
            other => refuse(Self::EXPECTED, other.name()),
        }
    }

    fn list<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Field<Vec<T>>, A::Error> {
        let mut errors = Errors::default();
        let mut list = Vec::new();
        let mut index = 0;
        while let Some(item) = seq.next_element::<Field<T>>()? {
            let at = || format!("[{index}]");
            match item {
                Field::Value(value) => list.push(value),
                Field::Absent | Field::Null => errors.push(&at(), "must not be null"),
                Field::Invalid(below) => errors.push_below(&at(), below),
            }
            index += 1;
        }
        Ok(errors.finish_field(list))
    }
}
