//! How response fields are written where serde's own way is not Go's (`encoding/json`).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::base64;

/// `,omitempty`: whether the value is its type's zero.
pub fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// `,string`: a number or truth as a JSON string; a pointer to none is null.
pub fn as_string<T: Quote, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match value.quote() {
        Some(text) => serializer.serialize_str(&text),
        None => serializer.serialize_none(),
    }
}

/// What can be written inside quotes.
pub trait Quote {
    fn quote(&self) -> Option<String>;
}

macro_rules! quote {
    ($($ty:ty),*) => {$(
        impl Quote for $ty {
            fn quote(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}
quote!(bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

impl<T: Quote> Quote for Option<T> {
    fn quote(&self) -> Option<String> {
        self.as_ref()?.quote()
    }
}

/// `[]byte`, on its own or inside of lists, maps and pointers: standard base64 with padding (RFC 4648, section 4).
pub fn base64<T: Base64 + ?Sized, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// A whole answer that [`base64`] is for.
#[derive(Debug, Clone, PartialEq)]
pub struct AsBase64<T>(pub T);

impl<T: Base64> Serialize for AsBase64<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

/// What has `[]byte` in it.
pub trait Base64 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl Base64 for [u8] {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::encode(self))
    }
}

impl Base64 for Vec<u8> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().write(serializer)
    }
}

impl<T: Base64> Base64 for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Inner))
    }
}

impl<T: Base64, const N: usize> Base64 for [T; N] {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Inner))
    }
}

impl<K: Serialize, T: Base64> Base64 for BTreeMap<K, T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Inner(value))))
    }
}

impl<T: Base64> Base64 for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }
}

struct Inner<'a, T>(&'a T);

impl<T: Base64> Serialize for Inner<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}
