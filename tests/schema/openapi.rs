//! What a good OpenAPI 3.1 document is: the specification's own JSON Schema (`openapi-3.1.json`, from
//! spec.openapis.org/oas/3.1/schema/2022-10-07, Apache-2.0), and what it leaves to the text of the specification.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jsonschema::{Validator, draft202012};
use serde_json::{Map, Value, json};

/// What is wrong with a document, each with its place.
pub(crate) fn violations(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for error in official().iter_errors(document) {
        found.push(format!("{}: {error}", error.instance_path()));
    }
    references(document, document, "", &mut found);
    operations(document, &mut found);
    components(document, &mut found);
    schemas(document, "", &mut found);
    found
}

fn official() -> &'static Validator {
    static OFFICIAL: OnceLock<Validator> = OnceLock::new();
    OFFICIAL.get_or_init(|| {
        let text = include_str!("openapi-3.1.json");
        let schema = serde_json::from_str(text).expect("the schema is JSON");
        let options = draft202012::options().should_validate_formats(true);
        options.build(&schema).expect("a schema")
    })
}

/// Every `$ref` leads to something in the document.
fn references(root: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let target = reference.strip_prefix('#').map(|place| root.pointer(place));
        if target.flatten().is_none() {
            found.push(format!("{at}: `{reference}` leads nowhere"));
        }
    }
    for (key, inner) in children(value) {
        references(root, inner, &format!("{at}/{key}"), found);
    }
}

fn children(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(number, value)| (number.to_string(), value))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Names, parameters, tags and security of the operations.
fn operations(document: &Value, found: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
    let tags: BTreeSet<_> = list(&document["tags"])
        .map(|tag| &tag["name"])
        .map(text)
        .collect();
    for (template, item) in object(&document["paths"]) {
        let (variables, shape) = variables(template);
        if let Some(other) = shapes.insert(shape, template) {
            found.push(format!("{template}: the same path as {other}"));
        }
        for (method, operation) in object(item) {
            let at = format!("{method} {template}");
            let id = text(&operation["operationId"]);
            if id.is_empty() || !ids.insert(id) {
                found.push(format!("{at}: the name `{id}` is none, or another's"));
            }
            for tag in list(&operation["tags"])
                .map(text)
                .filter(|tag| !tags.contains(tag))
            {
                found.push(format!("{at}: the tag `{tag}` is not declared"));
            }
            for scheme in list(&operation["security"])
                .flat_map(object)
                .map(|(name, _)| name)
            {
                if document["components"]["securitySchemes"]
                    .get(scheme)
                    .is_none()
                {
                    found.push(format!("{at}: no security scheme `{scheme}`"));
                }
            }
            let mut seen = BTreeSet::new();
            let mut in_path = BTreeSet::new();
            for parameter in list(&operation["parameters"]) {
                let (name, place) = (text(&parameter["name"]), text(&parameter["in"]));
                if !seen.insert((name, place)) {
                    found.push(format!("{at}: `{name}` is twice in the {place}"));
                }
                if place == "path" && !(in_path.insert(name) && parameter["required"] == true) {
                    found.push(format!("{at}: `{name}` is not required"));
                }
            }
            if in_path != variables {
                found.push(format!("{at}: declares {in_path:?}"));
            }
        }
    }
}

/// The names in braces, and the path without them.
fn variables(template: &str) -> (BTreeSet<&str>, String) {
    let mut names = BTreeSet::new();
    let mut shape = String::new();
    for (number, piece) in template.split('{').enumerate() {
        let rest = match piece.split_once('}') {
            Some((name, rest)) if number > 0 => {
                names.insert(name);
                shape.push_str("{}");
                rest
            }
            _ => piece,
        };
        shape.push_str(rest);
    }
    (names, shape)
}

fn components(document: &Value, found: &mut Vec<String>) {
    let text = document.to_string();
    for (kind, components) in object(&document["components"]) {
        for (name, _) in object(components) {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            if name.is_empty() || !name.chars().all(is_plain) {
                found.push(format!("components/{kind}: `{name}` is no name"));
            }
            let reference = format!("\"#/components/{kind}/{name}\"");
            if kind != "securitySchemes" && !text.contains(&reference) {
                found.push(format!("components/{kind}/{name}: nothing refers to it"));
            }
        }
    }
}

/// Every schema is one, and what it gives as values are values of it.
fn schemas(value: &Value, at: &str, found: &mut Vec<String>) {
    for (key, inner) in children(value) {
        let at = format!("{at}/{key}");
        match key.as_str() {
            "schema" => whole_schema(inner, &at, found),
            "schemas" => {
                for (name, component) in children(inner) {
                    whole_schema(component, &format!("{at}/{name}"), found);
                }
            }
            _ => schemas(inner, &at, found),
        }
    }
}

fn whole_schema(value: &Value, at: &str, found: &mut Vec<String>) {
    // Where references lead is looked at above; without them, a schema can be compiled alone.
    let mut alone = value.clone();
    strip(&mut alone);
    match draft202012::new(&alone) {
        Ok(_) => values(&alone, at, found),
        Err(error) => found.push(format!("{at}: {error}")),
    }
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, value| key != "$ref" || !value.is_string());
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Keywords whose values hold schemas: one, a list of them, or a map.
const INNER: &[&str] = &[
    "items",
    "additionalProperties",
    "propertyNames",
    "not",
    "allOf",
    "anyOf",
    "oneOf",
    "properties",
];

fn values(schema: &Value, at: &str, found: &mut Vec<String>) {
    let allowed: Vec<_> = list(&schema["enum"]).collect();
    let given: Vec<_> = list(&schema["examples"])
        .chain(schema.get("default"))
        .collect();
    if !allowed.is_empty() || !given.is_empty() {
        let validator = draft202012::new(schema).expect("a part of a schema");
        let is_value = |value: &&Value| validator.is_valid(value);
        // Checks that leave no value at all are the description's.
        let contradicts = !allowed.is_empty() && !allowed.iter().any(is_value);
        let all = allowed.iter().chain(&given);
        for other in all.filter(|value| !contradicts && !is_value(value)) {
            found.push(format!("{at}: {other} is no value of it"));
        }
    }
    for (keyword, inner) in object(schema).filter(|(keyword, _)| INNER.contains(keyword)) {
        let at = format!("{at}/{keyword}");
        if keyword == "properties" || inner.is_array() {
            for (name, inner) in children(inner) {
                values(inner, &format!("{at}/{name}"), found);
            }
        } else {
            values(inner, &at, found);
        }
    }
}

fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(key, value)| (key.as_str(), value))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The check itself can fail, in each of its parts.
#[test]
fn bad_documents_are_found() {
    let good = json!({
        "openapi": "3.1.1",
        "info": {"title": "x", "version": "1"},
        "tags": [{"name": "t"}],
        "paths": {"/a/{id}": {"get": {
            "tags": ["t"],
            "operationId": "a",
            "security": [{"key": []}],
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "default": 1}}],
            "responses": {"200": {"description": "", "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/A"},
            }}}},
        }}},
        "components": {
            "schemas": {"A": {"type": "object", "properties": {"b": {"type": "string", "enum": ["x", "xx"], "pattern": "x"}}}},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    });
    assert_eq!(violations(&good), Vec::<String>::new());
    let get = "/paths/~1a~1{id}/get";
    let cases = [
        ("/openapi".to_owned(), json!("2.0")),
        ("/info".to_owned(), json!({"title": "x"})),
        ("/tags/0/name".to_owned(), json!("other")),
        (format!("{get}/operationId"), json!("")),
        (format!("{get}/security/0"), json!({"other": []})),
        (format!("{get}/parameters"), json!([])),
        (format!("{get}/parameters/0/required"), json!(false)),
        (format!("{get}/parameters/0/schema/default"), json!("x")),
        (format!("{get}/parameters/0/schema/type"), json!("int")),
        (format!("{get}/responses/200"), json!({})),
        (
            format!("{get}/responses/200/content/application~1json/schema/$ref"),
            json!("#/components/schemas/B"),
        ),
        ("/components/schemas".to_owned(), json!({"A": {}, "ä": {}})),
        (
            "/components/schemas/A/properties/b/enum/0".to_owned(),
            json!("y"),
        ),
        (
            "/components/schemas/A/properties/b/pattern".to_owned(),
            json!("("),
        ),
    ];
    for (place, other) in cases {
        let mut changed = good.clone();
        *changed.pointer_mut(&place).expect(&place) = other;
        assert!(!violations(&changed).is_empty(), "{place}");
    }
}
