//! Reading YAML in tests: a missing value is a failure that shows the document.

use std::collections::BTreeSet;

use serde_json::Value;

/// The documents of a YAML text.
pub(crate) fn documents(path: &str, text: &str) -> Vec<Value> {
    text.split("\n---\n")
        .map(|text| {
            serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}\n{text}"))
        })
        .collect()
}

pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value
        .pointer(pointer)
        .unwrap_or_else(|| panic!("no {pointer} in {value:#}"))
}

pub(crate) fn string(value: &Value, pointer: &str) -> String {
    at(value, pointer)
        .as_str()
        .unwrap_or_else(|| panic!("{pointer} is no string in {value:#}"))
        .to_owned()
}

pub(crate) fn number(value: &Value, pointer: &str) -> u64 {
    at(value, pointer)
        .as_u64()
        .unwrap_or_else(|| panic!("{pointer} is no number in {value:#}"))
}

pub(crate) fn strings(value: &Value, pointer: &str) -> BTreeSet<String> {
    (at(value, pointer).as_array().expect("a list").iter())
        .map(|item| item.as_str().expect("a string").to_owned())
        .collect()
}
