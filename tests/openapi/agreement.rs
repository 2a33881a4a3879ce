//! What the generated gateway takes and refuses over real HTTP (`fixtures/gateway/user/tests/wire.rs`), the document
//! takes and refuses, too.

use std::fs;

use camino::Utf8Path;
use jsonschema::draft202012;
use serde_json::{Value, json};
use zgen::openapi::Options;

/// Taken by the gateway, not offered by the document: `docs/openapi.md` has the reasons.
const NARROWER: &[&str] = &[
    r#""big":9007199254740993"#,
    r#""mail":null"#,
    r#""data":[104,105]"#,
];

/// What only reading the value tells.
const WIDER: &[&str] = &[r#""data":"%""#];

#[test]
fn gateway_and_document_agree() {
    let (_, document) = crate::documents(
        Utf8Path::new("fixtures/gateway/wide.api"),
        Options::default(),
    );
    let document: Value = serde_json::from_str(&document).unwrap();
    let body = &document["paths"]["/bind/{id}"]["post"]["requestBody"]["content"];
    let mut schema = body["application/json"]["schema"].clone();
    schema["components"] = document["components"].clone();
    let options = draft202012::options().should_validate_formats(true);
    let validator = options.build(&schema).unwrap();
    let rows = rows();
    assert!(rows.len() > 20);
    for (more, is_taken) in rows {
        let comma = if more.is_empty() { "" } else { "," };
        let body = format!(r#"{{"name":"n","count":1,"items":[]{comma}{more}}}"#);
        let body: Value = serde_json::from_str(&body).unwrap();
        let expected = match more.as_str() {
            more if NARROWER.contains(&more) => false,
            more if WIDER.contains(&more) => true,
            _ => is_taken,
        };
        assert_eq!(validator.is_valid(&body), expected, "{more}");
    }
    for missing in ["name", "count", "items"] {
        let mut body = json!({"name": "n", "count": 1, "items": []});
        body.as_object_mut().unwrap().remove(missing);
        assert!(!validator.is_valid(&body), "{missing}");
    }
}

/// The members that `binding` sends, and whether they are taken.
fn rows() -> Vec<(String, bool)> {
    let text = fs::read_to_string("fixtures/gateway/user/tests/wire.rs").unwrap();
    let table = text.split("async fn binding()").nth(1).unwrap();
    let table = table.split("];").next().unwrap();
    let row = |line: &str| {
        let line = line.trim();
        let (members, rest) = match line.strip_prefix("(r#\"") {
            Some(line) => line.split_once("\"#, ")?,
            None => line.strip_prefix("(\"")?.split_once("\", ")?,
        };
        Some((members.to_owned(), rest.starts_with("200")))
    };
    table.lines().filter_map(row).collect()
}
