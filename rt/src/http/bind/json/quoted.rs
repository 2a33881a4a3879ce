//! `,string`: a number or truth that travels as a text.

use std::marker::PhantomData;

use serde::de::Deserializer;

use super::super::field::Field;
use super::super::text::FromText;
use super::FromJson;
use super::visit::{Reader, Scalar, Visit, refuse};

/// A value inside quotes; go-zero takes it without them, too.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quoted<T>(T);

impl<T> Field<Quoted<T>> {
    pub fn unquoted(self) -> Field<T> {
        self.map(|Quoted(value)| value)
    }
}

impl<T: FromText> FromJson for Quoted<T> {
    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        let read = deserializer.deserialize_any(Visit(Read(PhantomData)))?;
        Ok(read.map(Self))
    }
}

struct Read<T>(PhantomData<T>);

impl<T: FromText> Reader<'_> for Read<T> {
    type Out = T;

    const EXPECTED: &'static str = "a number in quotes";

    fn scalar(self, scalar: Scalar<'_>) -> Field<T> {
        let read = |text: &str| T::from_text(text).map_or_else(Field::invalid, Field::Value);
        match scalar {
            Scalar::Text(text) => read(text),
            Scalar::Int(value) => read(&value.to_string()),
            Scalar::Uint(value) => read(&value.to_string()),
            Scalar::Float(value) => read(&value.to_string()),
            Scalar::Bool(_) => refuse(Self::EXPECTED, scalar.name()),
        }
    }
}
