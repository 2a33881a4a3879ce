//! The documents say what the code says: commands, codes, configuration keys, attributes.

use std::collections::BTreeSet;
use std::process::Command;

use crate::code::sources;
use crate::{expect_none, files};

/// What of `needed` is not in a document, each between backticks.
fn missing(document: &str, text: &str, needed: impl IntoIterator<Item = String>) -> Vec<String> {
    let words: BTreeSet<&str> = text.split('`').collect();
    let missing = needed
        .into_iter()
        .filter(|word| !words.contains(word.as_str()));
    missing
        .map(|word| format!("{document}: nothing about `{word}`"))
        .collect()
}

/// The literals behind each `opening`.
fn literals(text: &str, opening: &str) -> Vec<String> {
    let behind = text.split(opening).skip(1);
    let quoted = behind.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    quoted.map(|(literal, _)| literal.to_owned()).collect()
}

#[test]
fn codes_of_findings() {
    let mut codes = BTreeSet::new();
    for source in sources() {
        for opening in ["Diagnostic::error(", "Diagnostic::warning(", "code: "] {
            codes.extend(literals(&source.text, opening));
        }
    }
    // A made-up one in a test of the renderer.
    codes.remove("api/x");
    assert!(codes.len() > 30, "{codes:?}");
    let document = "docs/diagnostics.md";
    expect_none(&missing(document, &files::read(document), codes));
}

#[test]
fn keys_of_the_configuration() {
    let paths = files::below(&["rt/src/config"]);
    let text: String = paths.iter().map(|path| files::read(path)).collect();
    let fields = text.lines().filter_map(|line| {
        let name = line.strip_prefix("    pub ")?.split_once(": ")?.0;
        let is_field = !name.contains(' ');
        is_field.then(|| pascal(name.trim_start_matches("r#")))
    });
    let keys: BTreeSet<_> = fields.collect();
    assert!(keys.len() > 20, "{keys:?}");
    let document = "docs/config.md";
    expect_none(&missing(document, &files::read(document), keys));
}

/// As serde's `PascalCase` does.
fn pascal(name: &str) -> String {
    let words = name.split('_').map(|word| {
        // As go-zero spells it.
        if word == "ca" {
            return "CA".to_owned();
        }
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

#[test]
fn keys_of_openapi() {
    let mut keys = BTreeSet::new();
    let sources = sources();
    let room = |path: &str| path.starts_with("src/openapi/");
    for source in sources.iter().filter(|source| room(&source.path)) {
        for opening in [".text(", ".owned(", ".list(", ".link("] {
            keys.extend(literals(&source.text, opening));
        }
    }
    assert!(keys.len() > 20, "{keys:?}");
    let document = "docs/openapi.md";
    expect_none(&missing(document, &files::read(document), keys));
}

#[test]
fn attributes_of_spans() {
    let text = files::read("rt/src/trace/attr.rs");
    let names = literals(&text, ": &str =");
    assert!(names.len() > 15, "{names:?}");
    let document = "docs/trace.md";
    expect_none(&missing(document, &files::read(document), names));
}

#[test]
fn commands() {
    let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
        .arg("--help")
        .output()
        .expect("zgen runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let (commands, _) = commands.split_once("\n\n").expect("the end of the list");
    let names = commands
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.len() >= 7, "{names:?}");
    let readme = files::read("README.md");
    for name in names {
        assert!(
            readme.contains(&format!("| `zgen {name}")),
            "README.md: nothing about `{name}`"
        );
    }
}

#[test]
fn documents_are_reachable() {
    let readme = files::read("README.md");
    for path in files::below(&["docs"]) {
        assert!(
            readme.contains(&format!("({path})")),
            "README.md does not link {path}"
        );
    }
}

#[test]
fn links_lead_somewhere() {
    let documents = files::all();
    let is_document = |path: &&String| files::is(path, "md") && !path.starts_with("fixtures/");
    let mut broken = Vec::new();
    for path in documents.iter().filter(is_document) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in files::read(path).split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap_or_default();
            let target = format!("{folder}/{link}").replace("docs/../", "");
            let target = target.trim_start_matches('/');
            let there = documents
                .iter()
                .any(|file| file == target || file.starts_with(&format!("{target}/")));
            if !link.is_empty() && !link.contains("://") && !there {
                broken.push(format!("{path}: `{link}` leads nowhere"));
            }
        }
    }
    expect_none(&broken);
}

#[test]
fn gaps_are_found() {
    let needed = ["a".to_owned(), "b".to_owned()];
    assert_eq!(missing("x", "`a` and b", needed), ["x: nothing about `b`"]);
    assert_eq!(literals("f(\n  \"x/y\", 1) f(z)", "f("), ["x/y"]);
    assert_eq!(pascal("max_open_conns"), "MaxOpenConns");
}
