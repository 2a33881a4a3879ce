//! A JSON Schema (draft 2020-12), as far as zgen writes one. Data, and the few ways in which schemas are put together.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

use super::document::is_false;

/// Keywords in the order in which they are printed; one that says nothing is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub deprecated: bool,
    /// A name of a type, or two if the other is `null`.
    #[serde(
        rename = "type",
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "one_or_list"
    )]
    pub types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<&'static str>,
    #[serde(rename = "const", skip_serializing_if = "Option::is_none")]
    pub constant: Option<Value>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub properties: IndexMap<String, Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub dependent_required: IndexMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property_names: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_properties: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_properties: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Schema>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Value>,
}

fn one_or_list<S: Serializer>(types: &Vec<&'static str>, serializer: S) -> Result<S::Ok, S::Error> {
    match types.as_slice() {
        [one] => one.serialize(serializer),
        _ => types.serialize(serializer),
    }
}

const NULL: &str = "null";

impl Schema {
    /// Any value of one type.
    pub(super) fn of(ty: &'static str) -> Self {
        Self {
            types: vec![ty],
            ..Self::default()
        }
    }

    pub(super) fn list_of(items: Self) -> Self {
        Self {
            items: Some(Box::new(items)),
            ..Self::of("array")
        }
    }

    /// A component of this name.
    pub(super) fn reference(name: &str) -> Self {
        Self {
            reference: Some(format!("#/components/schemas/{name}")),
            ..Self::default()
        }
    }

    pub(super) fn constant(value: Value) -> Self {
        Self {
            constant: Some(value),
            ..Self::default()
        }
    }

    /// No value at all.
    pub(super) fn never() -> Self {
        Self {
            not: Some(Box::default()),
            ..Self::default()
        }
    }

    /// The same, or null.
    pub(super) fn nullable(mut self) -> Self {
        if self.types.contains(&NULL) || self == Self::default() {
            return self;
        }
        if self.types.is_empty() {
            return Self {
                any_of: vec![self, Self::of(NULL)],
                ..Self::default()
            };
        }
        self.types.push(NULL);
        if !self.values.is_empty() {
            self.values.push(Value::Null);
        }
        self
    }

    /// One more sentence of description.
    pub(super) fn say(&mut self, sentence: &str) {
        add_line(&mut self.description, sentence);
    }

    /// What has to hold as well.
    pub(super) fn and(&mut self, other: Self) {
        self.all_of.push(other);
    }
}

/// Adds a line to a text that may not be there yet.
pub(super) fn add_line(text: &mut Option<String>, line: &str) {
    match text {
        Some(text) => {
            text.push('\n');
            text.push_str(line);
        }
        None => *text = Some(line.to_owned()),
    }
}
