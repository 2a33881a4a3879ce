//! The resolved model as versioned JSON, for other people's generators. Documented in `docs/inspect.md`.

use serde_json::{Map, Value, json};

use crate::model::System;
use crate::source::SourceMap;

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
pub const VERSION: u32 = 1;

/// The whole model, indented, ended by a newline.
pub fn json(system: &System, sources: &SourceMap) -> String {
    // The model is plain data with text keys: turning it into a value cannot fail.
    let mut model = serde_json::to_value(system).unwrap_or_default();
    places(&mut model, sources);
    let mut root = Map::new();
    root.insert("version".to_owned(), json!(VERSION));
    if let Value::Object(fields) = model {
        root.extend(fields);
    }
    let mut out = serde_json::to_string_pretty(&Value::Object(root)).unwrap_or_default();
    out.push('\n');
    out
}

/// Spans are offsets into files that only this run knows by number; readers get `"at": "file:line:column"`.
fn places(value: &mut Value, sources: &SourceMap) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| places(item, sources)),
        Value::Object(fields) => {
            // By its shape: a key of the user's may be called `span` too.
            if let Some(at) = fields.get("span").and_then(|span| place(span, sources)) {
                fields.shift_remove("span");
                fields.insert("at".to_owned(), at);
            }
            fields.values_mut().for_each(|field| places(field, sources));
        }
        _ => {}
    }
}

fn place(span: &Value, sources: &SourceMap) -> Option<Value> {
    let span = serde_json::from_value(span.clone()).ok()?;
    let place = sources.place(span)?;
    Some(json!(format!(
        "{}:{}:{}",
        place.path, place.line, place.column
    )))
}
