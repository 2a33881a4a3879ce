//! Formatting every file that can be read: once is enough, and nothing is lost.

use std::fs;
use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use zgen::diag::{Format, Report, render};
use zgen::format;
use zgen::inspect;
use zgen::source::{FileId, SourceMap};
use zgen::syntax::{Kind, Node, tree};

use crate::support::{Corpus, check, row};

#[test]
fn formatting_is_stable_and_keeps_comments() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut good, mut all, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts() {
        all += 1;
        let text = fs::read_to_string(&verdict.path).unwrap();
        let mut found = Vec::new();
        let once = formatted(&text, &mut found);
        let twice = formatted(&once, &mut found);
        if once != twice {
            found.push("twice is not once".to_owned());
        }
        let (before, after) = (comments(&text), comments(&once));
        if before != after {
            found.push(format!("{} comments became {}", before.len(), after.len()));
        }
        if found.is_empty() {
            good += 1;
        } else {
            failures.push(format!("{}: {found:?}\n", verdict.path));
        }
    }
    row("files formatted: twice is once, comments kept", good, all);
    assert!(all > 0 && good == all, "{}", failures.concat());
}

/// Whole trees are formatted, so that imports are formatted too.
#[test]
fn formatting_keeps_models() {
    let Some(corpus) = Corpus::find() else { return };
    let place = tempfile::tempdir().unwrap();
    let place = Utf8PathBuf::from_path_buf(PathBuf::from(place.path())).unwrap();
    let (mut same, mut all, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts() {
        let copy = place.join(verdict.path.strip_prefix(corpus.folder()).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        let text = fs::read_to_string(&verdict.path).unwrap();
        fs::write(copy, formatted(&text, &mut Vec::new())).unwrap();
    }
    for verdict in corpus.verdicts().iter().filter(|each| each.is_root) {
        all += 1;
        let copy = place.join(verdict.path.strip_prefix(corpus.folder()).unwrap());
        if model(&verdict.path) == model(&copy) {
            same += 1;
        } else {
            failures.push(format!("{}\n", verdict.path));
        }
    }
    row(
        "roots formatted with their imports: the same model",
        same,
        all,
    );
    assert!(all > 0 && same == all, "{}", failures.concat());
}

fn formatted(text: &str, found: &mut Vec<String>) -> String {
    let mut report = Report::default();
    let formatted = format::format(FileId(0), text, &mut report);
    if formatted.is_none() {
        found.push(render(&report, &SourceMap::default(), Format::Short));
    }
    formatted.unwrap_or_default()
}

fn comments(text: &str) -> Vec<String> {
    fn collect(node: &Node<'_>, out: &mut Vec<String>) {
        if node.kind == Kind::Comment {
            out.push(node.text.replace('\r', "").trim_end().to_owned());
        }
        for part in &node.parts {
            collect(part, out);
        }
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut out = Vec::new();
    if let Some(tree) = tree(text) {
        collect(&tree, &mut out);
    }
    out
}

/// Without places, which formatting moves.
fn model(path: &Utf8Path) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(fields) => {
                fields.shift_remove("at");
                fields.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    let checked = check(path);
    let json = inspect::json(&checked.output.system, &checked.sources);
    let mut value = serde_json::from_str(&json).unwrap();
    strip(&mut value);
    value
}
