//! The documents of all roots are valid OpenAPI, in both formats.

use serde_json::Value;
use zgen::openapi::{self, Format, Options};

use crate::openapi_schema::violations;
use crate::support::{Corpus, check, row};

#[test]
fn documents_are_valid() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut valid, mut all, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts().iter().filter(|each| each.is_root) {
        let checked = check(&verdict.path);
        if checked.report.has_errors() {
            continue;
        }
        for gateway in &checked.output.system.gateways {
            all += 1;
            let document = openapi::document(gateway, Options::default());
            let json = openapi::render(&document, Format::Json).unwrap();
            let json: Value = serde_json::from_str(&json).unwrap();
            let mut found = violations(&json);
            let yaml = openapi::render(&document, Format::Yaml).unwrap();
            match serde_saphyr::from_str::<Value>(&yaml) {
                Ok(yaml) if yaml == json => {}
                Ok(_) => found.push("reads differently as YAML".to_owned()),
                Err(error) => found.push(error.to_string()),
            }
            if found.is_empty() {
                valid += 1;
            } else {
                failures.push(format!("{}: {found:#?}\n", verdict.path));
            }
        }
    }
    row("roots as OpenAPI: valid", valid, all);
    assert!(all > 0 && valid == all, "{}", failures.concat());
}
