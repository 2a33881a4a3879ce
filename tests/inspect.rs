//! `zgen inspect` keeps to its published schema.

use std::fs;

use camino::Utf8PathBuf;
use serde_json::{Value, json};
use zgen::analyze;
use zgen::diag::Report;
use zgen::inspect;
use zgen::project::{ApiInput, Inputs, RpcInput};
use zgen::source::{Disk, SourceMap};

mod schema;

#[test]
fn fixtures_fit() {
    let mut count = 0;
    for folder in ["fixtures", "fixtures/syntax/ok"] {
        for entry in Utf8PathBuf::from(folder).read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let mut inputs = Inputs::default();
            match path.extension() {
                Some("api") => inputs.api.push(ApiInput::of(path.clone())),
                Some("proto") => {
                    let tables = path.with_extension("sql");
                    inputs.rpc.push(RpcInput {
                        file: path.clone(),
                        sql: tables.exists().then_some(tables).into_iter().collect(),
                        ..RpcInput::default()
                    });
                }
                _ => continue,
            }
            let found = schema::violations(&inspected(&inputs));
            assert!(found.is_empty(), "{path}: {found:#?}");
            count += 1;
        }
    }
    assert!(count > 6);
}

/// The check itself can fail.
#[test]
fn other_documents_do_not() {
    let good = inspected(&Inputs::of_api("fixtures/order.api"));
    let cases: &[(&str, Value)] = &[
        ("/version", json!(2)),
        ("/gateways/0/name", json!(1)),
        (
            "/gateways/0/types/0/fields/0/ty",
            json!({"int": {"bits": 7, "signed": true}}),
        ),
        ("/gateways/0/types/0/fields/0/source", json!("cookie")),
        (
            "/gateways/0/types/0/fields/0/presence",
            json!({"default": "a", "optional": true}),
        ),
        ("/gateways/0/types/0/at", json!("order.api")),
        (
            "/gateways/0/groups/0/routes/0/path/0",
            json!({"wildcard": "x"}),
        ),
        ("/gateways/0/groups/0/routes/0", json!({})),
        ("/gateways/0", json!({"unknown": null})),
    ];
    for (place, other) in cases {
        let mut changed = good.clone();
        *changed.pointer_mut(place).expect(place) = other.clone();
        assert!(!schema::violations(&changed).is_empty(), "{place}");
    }
}

/// Named in the documentation, too.
#[test]
fn every_definition_is_used() {
    let text = fs::read_to_string("docs/inspect.schema.json").unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for name in schema["$defs"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("\"#/$defs/{name}\"")), "{name}");
    }
}

fn inspected(inputs: &Inputs) -> Value {
    let mut sources = SourceMap::default();
    let output = analyze::run(inputs, &Disk, &mut sources, &mut Report::default());
    serde_json::from_str(&inspect::json(&output.system, &sources)).unwrap()
}
