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

/// Takes the comment signs from lines that are YAML, and the plain data source out.
pub(crate) fn switched_on(text: &str) -> String {
    let is_yaml = |line: &str| {
        let line = line.trim_start();
        let key = line.split_once(':').is_some_and(|(key, rest)| {
            key.chars().all(char::is_alphanumeric) && (rest.is_empty() || rest.starts_with(' '))
        });
        let prose = line.split_whitespace().count() > 2;
        !prose && (key || line.starts_with("- "))
    };
    let mut out = Vec::new();
    for line in text.lines().filter(|line| !line.contains("sqlite://")) {
        let indent = &line[..line.len() - line.trim_start().len()];
        match line.trim_start().strip_prefix("# ") {
            Some(content) if is_yaml(content) => out.push(format!("{indent}{content}")),
            Some(_) => {}
            None => out.push(line.to_owned()),
        }
    }
    out.join("\n")
}

/// Names in `${NAME}`, without those in `${NAME:-default}`.
pub(crate) fn variables(text: &str) -> BTreeSet<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let names = code.filter_map(|line| line.split_once("${")?.1.split_once('}'));
    let names = names
        .map(|(name, _)| name)
        .filter(|name| !name.contains(":-"));
    names.map(ToOwned::to_owned).collect()
}
