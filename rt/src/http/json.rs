//! How response fields are written where serde's own way is not Go's (`encoding/json`).

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

/// `[]byte` that may be absent.
pub fn base64_option<S: Serializer>(
    bytes: &Option<Vec<u8>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => base64(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

/// `[]byte`: standard base64 with padding (RFC 4648, section 4).
pub fn base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    base64::encode(bytes).serialize(serializer)
}
