//! `zgen openapi`: documents that are as the specification wants them, and say what is expected.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use zgen::analyze;
use zgen::diag::Report;
use zgen::openapi::{self, Format, Options};
use zgen::project::Inputs;
use zgen::source::{Disk, SourceMap};

mod agreement;
#[path = "../schema/openapi.rs"]
mod schema;

/// Every folder of `fixtures/openapi` has a description and its document, twice. Refreshed with `ZGEN_UPDATE=1`.
#[test]
fn fixtures() {
    let mut wrong = Vec::new();
    let folders = folders();
    assert!(folders.len() > 2);
    for folder in folders {
        let (yaml, json) = documents(&folder.join("input.api"), options(&folder));
        for (name, found) in [("openapi.yaml", yaml), ("openapi.json", json)] {
            let path = folder.join(name);
            if std::env::var_os("ZGEN_UPDATE").is_some() {
                fs::write(&path, &found).unwrap();
            }
            if fs::read_to_string(&path).unwrap_or_default() != found {
                wrong.push(format!("== {path}:\n{found}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn documents_are_valid() {
    let mut inputs: Vec<_> = folders()
        .iter()
        .map(|folder| folder.join("input.api"))
        .collect();
    for folder in [
        "fixtures",
        "fixtures/syntax/ok",
        "fixtures/gateway",
        "fixtures/projects/shapes",
    ] {
        let files = Utf8Path::new(folder).read_dir_utf8().unwrap();
        let files = files.map(|entry| entry.unwrap().into_path());
        inputs.extend(files.filter(|path| path.extension() == Some("api")));
    }
    assert!(inputs.len() > 8);
    for input in inputs {
        for options in [Options { envelope: false }, Options { envelope: true }] {
            let (yaml, json) = documents(&input, options);
            let json: Value = serde_json::from_str(&json).unwrap();
            let found = schema::violations(&json);
            assert!(found.is_empty(), "{input}: {found:#?}");
            // Both say the same: what YAML would read as something else is in quotes.
            let yaml: Value = serde_saphyr::from_str(&yaml).unwrap();
            assert_eq!(yaml, json, "{input}");
        }
    }
}

/// Texts that YAML has other ideas about come back as they were.
#[test]
fn odd_texts_survive() {
    let texts = [
        "yes",
        "No",
        "on",
        "null",
        "~",
        "true",
        "1.0",
        "0x1F",
        "1e3",
        "007",
        "2026-11-22",
        "- a",
        "a: b",
        "a #b",
        "#a",
        "'a'",
        "\"a\"",
        "{a}",
        "[a]",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "|",
        ">",
        "?",
        "a\n  b\nc",
        "a\n\nb\n",
        "\ta",
        "a\\nb",
        "é世界\u{1F600}",
        "=",
        "<<",
        "a:",
        ": a",
        "---",
        "...",
        " a ",
    ];
    let text = fs::read_to_string("fixtures/openapi/plain/input.api").unwrap();
    for odd in texts {
        let mut system = system(&text);
        let gateway = &mut system.gateways[0];
        gateway.info.insert("title".to_owned(), odd.to_owned());
        gateway.types[0].docs = odd.lines().map(str::to_owned).collect();
        gateway.types[0].fields[0].options = vec![odd.to_owned()];
        gateway.types[0].fields[0].wire = odd.to_owned();
        let document = openapi::document(gateway, Options::default());
        let json = openapi::render(&document, Format::Json).unwrap();
        let yaml = openapi::render(&document, Format::Yaml).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        let back: Value =
            serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}"));
        assert_eq!(back, json, "{yaml}");
        assert!(
            json["components"]["schemas"]["Pong"]["properties"]
                .get(odd)
                .is_some()
        );
    }
}

#[test]
fn routes_without_a_word_are_named() {
    let text = "service a-api {\n\t@handler a\n\tconnect /a\n\t@handler b\n\tget /b\n}\n";
    let system = system(text);
    let gateway = &system.gateways[0];
    assert_eq!(openapi::left_out(gateway), ["CONNECT /a"]);
    let document = openapi::document(gateway, Options::default());
    let paths: Vec<_> = document.paths.keys().collect();
    assert_eq!(paths, ["/b"]);
}

fn folders() -> Vec<Utf8PathBuf> {
    let entries = Utf8Path::new("fixtures/openapi").read_dir_utf8().unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().into_path()).collect();
    folders.sort();
    folders
}

/// The folder `envelope` is about the envelope.
fn options(folder: &Utf8Path) -> Options {
    Options {
        envelope: folder.ends_with("envelope"),
    }
}

fn documents(path: &Utf8Path, options: Options) -> (String, String) {
    let text = fs::read_to_string(path).unwrap();
    let system = analyzed(path, &Disk);
    assert!(!system.gateways.is_empty(), "{path}: {text}");
    let document = openapi::document(&system.gateways[0], options);
    let render = |format| openapi::render(&document, format).unwrap();
    (render(Format::Yaml), render(Format::Json))
}

fn analyzed(path: &Utf8Path, loader: &dyn zgen::source::Loader) -> zgen::model::System {
    let inputs = Inputs::of_api(path.to_owned());
    let mut report = Report::default();
    let output = analyze::run(&inputs, loader, &mut SourceMap::default(), &mut report);
    assert!(!report.has_errors(), "{path}");
    output.system
}

struct Text<'a>(&'a str);

impl zgen::source::Loader for Text<'_> {
    fn read(&self, _: &Utf8Path) -> std::io::Result<String> {
        Ok(self.0.to_owned())
    }
}

fn system(text: &str) -> zgen::model::System {
    analyzed(Utf8Path::new("input.api"), &Text(text))
}
