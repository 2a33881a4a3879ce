//! As much of JSON Schema as `docs/inspect.schema.json` uses, and stricter in one point: a property that the schema does
//! not name is an error, so that it stays complete.

use serde_json::Value;

/// What does not fit, each with its place in the document.
pub(crate) fn violations(document: &Value) -> Vec<String> {
    let schema = include_str!("../../docs/inspect.schema.json");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let mut found = Vec::new();
    visit(&schema, &schema, document, "$", &mut found);
    found
}

const KEYWORDS: &[&str] = &[
    "$schema",
    "$defs",
    "$ref",
    "title",
    "description",
    "type",
    "const",
    "enum",
    "pattern",
    "oneOf",
    "properties",
    "required",
    "additionalProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
];

fn visit(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for key in schema.as_object().expect("a schema is an object").keys() {
        assert!(
            KEYWORDS.contains(&key.as_str()),
            "not understood here: {key}"
        );
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(&reference[1..]);
        visit(root, target.expect("a definition"), value, at, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &&Value| {
            let mut inner = Vec::new();
            visit(root, choice, value, at, &mut inner);
            inner.is_empty()
        };
        if choices.iter().filter(fits).count() != 1 {
            found.push(format!("{at}: not exactly one of the choices: {value}"));
        }
    }
    if let Some(expected) = schema.get("const")
        && expected != value
    {
        found.push(format!("{at}: not {expected}"));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        found.push(format!("{at}: none of the values: {value}"));
    }
    if !has_type(&schema["type"], value) {
        found.push(format!("{at}: not of type {}: {value}", schema["type"]));
    }
    if schema.get("pattern").is_some() && !is_place(value.as_str().unwrap_or_default()) {
        found.push(format!("{at}: no place: {value}"));
    }
    object(root, schema, value, at, found);
    array(root, schema, value, at, found);
}

fn object(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(fields) = value.as_object() else {
        return;
    };
    let names = schema["required"].as_array().into_iter().flatten();
    for name in names.filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{at}: no {name}"));
        }
    }
    if schema["type"] != "object" {
        return;
    }
    for (name, field) in fields {
        let at = format!("{at}.{name}");
        match (
            schema["properties"].get(name),
            schema.get("additionalProperties"),
        ) {
            (Some(inner), _) | (None, Some(inner)) => visit(root, inner, field, &at, found),
            (None, None) => found.push(format!("{at}: not in the schema")),
        }
    }
}

fn array(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let Some(items) = value.as_array() else {
        return;
    };
    let count = items.len() as u64;
    if schema["minItems"]
        .as_u64()
        .is_some_and(|least| count < least)
        || schema["maxItems"].as_u64().is_some_and(|most| count > most)
    {
        found.push(format!("{at}: {count} items"));
    }
    for (number, item) in items.iter().enumerate() {
        let inner = schema["prefixItems"].get(number).or(schema.get("items"));
        if let Some(inner) = inner {
            visit(root, inner, item, &format!("{at}[{number}]"), found);
        }
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::Array(any) => any.iter().any(|wanted| has_type(wanted, value)),
        Value::String(wanted) => match wanted.as_str() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            _ => value.is_object(),
        },
        _ => true,
    }
}

/// The schema's only pattern: `file:line:column`.
fn is_place(text: &str) -> bool {
    let mut parts = text.rsplitn(3, ':');
    let mut number = || parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
    number() && number() && parts.next().is_some()
}
