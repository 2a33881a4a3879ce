//! Deserializes a tree leniently: keys in any case, texts for numbers (values often come from variables), one
//! text for a list. Knows at each place which key it reads.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What has been read and what has not.
#[derive(Debug, Default)]
pub(super) struct Keys {
    unread: RefCell<Vec<String>>,
    top: RefCell<BTreeSet<String>>,
}

impl Keys {
    pub(super) fn unread(&self) -> Vec<String> {
        self.unread.borrow().clone()
    }

    /// Lower-case names of the fields of the outermost struct.
    pub(super) fn top_level(&self) -> BTreeSet<String> {
        self.top.borrow().clone()
    }
}

#[derive(Clone)]
pub(super) struct Tree<'a> {
    value: &'a Value,
    at: String,
    keys: &'a Keys,
}

impl<'a> Tree<'a> {
    pub(super) fn new(value: &'a Value, at: &str, keys: &'a Keys) -> Self {
        Self {
            value,
            at: at.to_owned(),
            keys,
        }
    }

    fn below(&self, key: &str, value: &'a Value) -> Self {
        let at = if self.at.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.at)
        };
        Self {
            value,
            at,
            keys: self.keys,
        }
    }

    fn wrong(&self, expected: &str) -> KeyError {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "a section",
        };
        KeyError {
            key: Some(self.at.clone()),
            message: format!("expected {expected}, found {found}"),
            missing: None,
        }
    }

    fn parsed<T: std::str::FromStr>(&self, expected: &str) -> Result<T, KeyError> {
        let text = match self.value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            _ => return Err(self.wrong(expected)),
        };
        text.parse().map_err(|_| self.wrong(expected))
    }
}

/// Where it went wrong, and what was expected there.
#[derive(Debug)]
pub(super) struct KeyError {
    pub(super) key: Option<String>,
    pub(super) message: String,
    /// The required key that is not there, below `key`.
    pub(super) missing: Option<&'static str>,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for KeyError {}

impl de::Error for KeyError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self {
            key: None,
            message: message.to_string(),
            missing: None,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            missing: Some(field),
            ..Self::custom("is missing")
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $ty:ty, $expected:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
            visitor.$visit(self.parsed::<$ty>($expected)?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Tree<'_> {
    type Error = KeyError;

    numbers! {
        deserialize_i8 visit_i8 i8, "a whole number";
        deserialize_i16 visit_i16 i16, "a whole number";
        deserialize_i32 visit_i32 i32, "a whole number";
        deserialize_i64 visit_i64 i64, "a whole number";
        deserialize_u8 visit_u8 u8, "a whole number from 0 to 255";
        deserialize_u16 visit_u16 u16, "a whole number from 0 to 65535";
        deserialize_u32 visit_u32 u32, "a whole number, not negative";
        deserialize_u64 visit_u64 u64, "a whole number, not negative";
        deserialize_f32 visit_f32 f32, "a number";
        deserialize_f64 visit_f64 f64, "a number";
    }

    /// YAML 1.1, which go-zero reads, has more words for it.
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        let text: String = self.parsed("true or false")?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => visitor.visit_bool(true),
            "false" | "no" | "off" | "n" => visitor.visit_bool(false),
            _ => Err(self.wrong("true or false")),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) if number.is_i64() => {
                visitor.visit_i64(number.as_i64().unwrap_or_default())
            }
            Value::Number(number) if number.is_u64() => {
                visitor.visit_u64(number.as_u64().unwrap_or_default())
            }
            Value::Number(number) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            Value::String(text) => visitor.visit_str(text),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.value {
            // `1.10` and `1e5` would arrive as something else than what was written.
            Value::Number(number) if number.is_f64() => Err(self.wrong("a text; put it in quotes")),
            _ => visitor.visit_string(self.parsed("a text")?),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        if self.value.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        match self.value {
            Value::Array(items) => visitor.visit_seq(Items::new(&self, items.iter().cloned())),
            Value::String(text) => {
                let parts = text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty());
                let parts = parts.map(|part| Value::String(part.to_owned()));
                visitor.visit_seq(Items::new(&self, parts))
            }
            _ => Err(self.wrong("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, KeyError> {
        let Value::Object(map) = self.value else {
            return Err(self.wrong("a section"));
        };
        let entries = map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect();
        visitor.visit_map(Entries {
            tree: &self,
            left: entries,
            next: None,
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        let empty = Map::new();
        let map = match self.value {
            Value::Object(map) => map,
            Value::Null => &empty,
            _ => return Err(self.wrong("a section")),
        };
        if self.at.is_empty() {
            self.keys
                .top
                .borrow_mut()
                .extend(fields.iter().map(|field| field.to_lowercase()));
        }
        let mut entries: Vec<(String, &Value)> = Vec::with_capacity(map.len());
        for (key, value) in map {
            match fields.iter().find(|field| field.eq_ignore_ascii_case(key)) {
                Some(field) => entries.push(((*field).to_owned(), value)),
                None => self
                    .keys
                    .unread
                    .borrow_mut()
                    .push(self.below(key, value).at),
            }
        }
        let at = self.at.clone();
        visitor
            .visit_map(Entries {
                tree: &self,
                left: entries,
                next: None,
            })
            .map_err(|error| {
                let key = error.key.clone().or(Some(at).filter(|at| !at.is_empty()));
                // A missing key says its own name.
                let top = error.missing.map_or(name, |_| "");
                KeyError {
                    key: key.or_else(|| Some(top.to_owned())),
                    ..error
                }
            })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        let text: String = self.parsed("a text")?;
        let Some(variant) = variants
            .iter()
            .find(|variant| variant.eq_ignore_ascii_case(&text))
        else {
            return Err(self.wrong(&format!("one of {}", variants.join(", "))));
        };
        visitor.visit_enum((*variant).into_deserializer())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, KeyError> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

struct Items<'t, 'a, I> {
    tree: &'t Tree<'a>,
    items: std::iter::Enumerate<I>,
}

impl<'t, 'a, I: Iterator<Item = Value>> Items<'t, 'a, I> {
    fn new(tree: &'t Tree<'a>, items: I) -> Self {
        Self {
            tree,
            items: items.enumerate(),
        }
    }
}

impl<'de, I: Iterator<Item = Value>> SeqAccess<'de> for Items<'_, '_, I> {
    type Error = KeyError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, KeyError> {
        let Some((index, value)) = self.items.next() else {
            return Ok(None);
        };
        let at = format!("{}[{index}]", self.tree.at);
        seed.deserialize(Tree {
            value: &value,
            at,
            keys: self.tree.keys,
        })
        .map(Some)
    }
}

struct Entries<'t, 'a> {
    tree: &'t Tree<'a>,
    /// Taken from the end; order does not matter to a struct.
    left: Vec<(String, &'a Value)>,
    next: Option<Tree<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = KeyError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, KeyError> {
        let Some((key, value)) = self.left.pop() else {
            return Ok(None);
        };
        self.next = Some(self.tree.below(&key, value));
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, KeyError> {
        let tree = self
            .next
            .take()
            .ok_or_else(|| de::Error::custom("value before key"))?;
        let at = tree.at.clone();
        seed.deserialize(tree).map_err(|error| KeyError {
            key: error.key.or(Some(at)),
            ..error
        })
    }
}
