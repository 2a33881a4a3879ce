//! Single constructs: goctl's verdict, or an intended difference that `docs/differences.md` lists.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use camino::Utf8Path;
use serde_json::Value;
use zgen::analyze;
use zgen::diag::{Report, Severity};
use zgen::project::Inputs;
use zgen::source::{Loader, SourceMap};

use crate::support::{Corpus, row};

/// One construct and whether either goctl parser takes it.
struct Probe {
    name: String,
    text: String,
    is_accepted: bool,
}

#[test]
fn verdicts_are_goctls_or_documented() {
    let Some(corpus) = Corpus::find() else { return };
    let documented = documented();
    let mut used = BTreeMap::new();
    let mut failures = Vec::new();
    for (table, probes) in [
        ("snippets.tsv", snippets(&corpus.read("snippets.tsv"))),
        ("probes.json", probes(&corpus.read("probes.json"))),
    ] {
        assert!(probes.len() > 50, "{table} is nearly empty");
        let (mut same, mut listed, all) = (0, 0, probes.len());
        for probe in probes {
            let errors = errors(&probe.text, table == "snippets.tsv");
            if errors.is_empty() == probe.is_accepted {
                same += 1;
                continue;
            }
            let name = format!("{table}: {}", probe.name.escape_default());
            let kind = if probe.is_accepted {
                "Stricter"
            } else {
                "More is accepted"
            };
            if documented.get(&name).map(String::as_str) == Some(kind) {
                listed += 1;
            } else {
                failures.push(format!("{kind}: - `{name}` {errors:?}\n{}\n", probe.text));
            }
            used.insert(name, kind);
        }
        row(&format!("{table}: goctl's verdict"), same, all);
        row(&format!("{table}: an intended difference"), listed, all);
    }
    for name in documented.keys().filter(|name| !used.contains_key(*name)) {
        failures.push(format!("documented, but there is no difference: {name}\n"));
    }
    assert!(failures.is_empty(), "{}", failures.concat());
}

/// What zgen has against a text. That there is no route is none of it: most of the texts have only types.
fn errors(text: &str, has_neighbour: bool) -> Vec<String> {
    let inputs = Inputs::of_api("a.api");
    let mut report = Report::default();
    let loader = Only {
        text,
        has_neighbour,
    };
    analyze::run(&inputs, &loader, &mut SourceMap::default(), &mut report);
    let errors = report
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.code != "api/no-route");
    errors
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect()
}

/// One file, and where goctl was given it, `x.api` beside it.
struct Only<'a> {
    text: &'a str,
    has_neighbour: bool,
}

impl Loader for Only<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        if path == "a.api" {
            return Ok(self.text.to_owned());
        }
        if path == "x.api" && self.has_neighbour {
            return Ok("syntax = \"v1\"\n".to_owned());
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

fn snippets(table: &str) -> Vec<Probe> {
    let rows = table.lines().skip(1).map(|row| {
        let columns: Vec<&str> = row.trim_end_matches('\r').split('\t').collect();
        Probe {
            name: columns[0].trim_matches('"').to_owned(),
            text: snippet(columns[5]),
            is_accepted: columns[2] == "ok" || columns[4] == "ok",
        }
    });
    rows.collect()
}

/// JSON as CSV; the writer of the table lost the first doubled quote, which every text has behind a backslash.
fn snippet(cell: &str) -> String {
    let start = cell
        .match_indices('\\')
        .find(|(at, _)| !cell[at + 1..].starts_with(['n', 't', 'r', '"', '\\']));
    let mut cell = cell.to_owned();
    if let Some((at, _)) = start {
        cell.insert_str(at + 1, "\"\"");
    }
    let json = cell
        .strip_suffix("\"\"")
        .unwrap_or(&cell)
        .replace("\"\"", "\"");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn probes(table: &str) -> Vec<Probe> {
    let rows: Vec<Value> = serde_json::from_str(table).unwrap();
    let probe = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        // The parser is content; only the command wants a service.
        let is_fine = |key: &str| matches!(text(key), "ok" | "validate: missing service");
        Probe {
            name: text("name").to_owned(),
            text: text("src").to_owned(),
            is_accepted: is_fine("new_semantic") || is_fine("g4"),
        }
    };
    rows.iter().map(probe).collect()
}

/// The probes that the document names, with the heading of the section they are in.
fn documented() -> BTreeMap<String, String> {
    let text = fs::read_to_string("docs/differences.md").unwrap_or_default();
    let mut section = String::new();
    let mut out = BTreeMap::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
        } else if let Some(item) = line.strip_prefix("- ") {
            let long = item
                .strip_prefix("`` ")
                .and_then(|item| item.strip_suffix(" ``"));
            let name = long.unwrap_or(item.trim_matches('`'));
            out.insert(name.to_owned(), section.clone());
        }
    }
    out
}
