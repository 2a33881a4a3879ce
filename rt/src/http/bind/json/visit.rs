//! A serde visitor that takes whatever comes: what is not wanted is read over and refused.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::field::Field;

/// A scalar as JSON has it.
#[derive(Clone, Copy)]
pub(super) enum Scalar<'a> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'a str),
}

impl Scalar<'_> {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
        }
    }
}

/// Reads the kinds of values that a type accepts; the others are refused by default.
pub(super) trait Reader<'de>: Sized {
    type Out;

    const EXPECTED: &'static str;

    fn scalar(self, scalar: Scalar<'_>) -> Field<Self::Out> {
        refuse(Self::EXPECTED, scalar.name())
    }

    fn list<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Field<Self::Out>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(refuse(Self::EXPECTED, "a list"))
    }

    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<Field<Self::Out>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(refuse(Self::EXPECTED, "an object"))
    }
}

pub(super) fn refuse<T>(expected: &str, found: &str) -> Field<T> {
    Field::invalid(format!("expected {expected}, found {found}"))
}

pub(super) struct Visit<R>(pub(super) R);

impl<'de, R: Reader<'de>> Visitor<'de> for Visit<R> {
    type Value = Field<R::Out>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::EXPECTED)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(self.0.scalar(Scalar::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(self.0.scalar(Scalar::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(self.0.scalar(Scalar::Uint(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(self.0.scalar(Scalar::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(self.0.scalar(Scalar::Text(value)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        self.0.list(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        self.0.object(map)
    }
}
