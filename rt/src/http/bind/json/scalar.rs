//! Numbers, booleans and texts. Whole numbers are exact: `1.0`, `1e3` and `"1"` are none, as in go-zero.

use std::marker::PhantomData;

use serde::de::Deserializer;

use super::super::field::Field;
use super::FromJson;
use super::visit::{Reader, Scalar, Visit, refuse};
use crate::base64;

trait FromScalar: Sized {
    const EXPECTED: &'static str;

    fn from_scalar(scalar: Scalar<'_>) -> Field<Self>;
}

struct Read<T>(PhantomData<T>);

impl<T: FromScalar> Reader<'_> for Read<T> {
    type Out = T;

    const EXPECTED: &'static str = T::EXPECTED;

    fn scalar(self, scalar: Scalar<'_>) -> Field<T> {
        T::from_scalar(scalar)
    }
}

macro_rules! from_json {
    ($($ty:ty),*) => {$(
        impl FromJson for $ty {
            fn from_json<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Field<Self>, D::Error> {
                deserializer.deserialize_any(Visit(Read(PhantomData)))
            }
        }
    )*};
}
from_json!(i8, i16, i32, i64, u16, u32, u64, f32, f64, bool, String);

impl FromJson for u8 {
    fn list_from_text(text: &str) -> Field<Vec<Self>> {
        base64::decode(text).map_or_else(|| Field::invalid("expected base64"), Field::Value)
    }

    fn from_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        deserializer.deserialize_any(Visit(Read(PhantomData)))
    }
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl FromScalar for $ty {
            const EXPECTED: &'static str = "a whole number";

            fn from_scalar(scalar: Scalar<'_>) -> Field<Self> {
                let value = match scalar {
                    Scalar::Int(value) => value.try_into().ok(),
                    Scalar::Uint(value) => value.try_into().ok(),
                    // `-0` arrives as a float, and so does what JSON has beyond 64 bits.
                    Scalar::Float(value) if value == 0.0 && value.is_sign_negative() => Some(0),
                    Scalar::Float(value) if value.abs() > 9.2e18 => None,
                    Scalar::Float(_) => return refuse(Self::EXPECTED, "a fraction"),
                    other => return refuse(Self::EXPECTED, other.name()),
                };
                let outside = || Field::invalid(concat!("does not fit ", stringify!($ty)));
                value.map_or_else(outside, Field::Value)
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl FromScalar for f64 {
    const EXPECTED: &'static str = "a number";

    // A JSON number is read as the nearest f64, as in Go.
    #[allow(clippy::cast_precision_loss)]
    fn from_scalar(scalar: Scalar<'_>) -> Field<Self> {
        match scalar {
            Scalar::Int(value) => Field::Value(value as Self),
            Scalar::Uint(value) => Field::Value(value as Self),
            Scalar::Float(value) => Field::Value(value),
            other => refuse(Self::EXPECTED, other.name()),
        }
    }
}

impl FromScalar for f32 {
    const EXPECTED: &'static str = "a number";

    #[allow(clippy::cast_possible_truncation)]
    fn from_scalar(scalar: Scalar<'_>) -> Field<Self> {
        let narrow = f64::from_scalar(scalar).map(|wide| wide as Self);
        narrow.check(|value| value.is_finite(), "does not fit f32")
    }
}

impl FromScalar for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_scalar(scalar: Scalar<'_>) -> Field<Self> {
        match scalar {
            Scalar::Bool(value) => Field::Value(value),
            other => refuse(Self::EXPECTED, other.name()),
        }
    }
}

impl FromScalar for String {
    const EXPECTED: &'static str = "a string";

    fn from_scalar(scalar: Scalar<'_>) -> Field<Self> {
        match scalar {
            Scalar::Text(text) => Field::Value(text.to_owned()),
            other => refuse(Self::EXPECTED, other.name()),
        }
    }
}
