//! Every dependency is used, and `docs/dependencies.md` says what for.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{DocumentMut, TableLike};

use crate::rules::crate_places;
use crate::{code, files};

const DOCUMENT: &str = "docs/dependencies.md";

/// The headings of the document, and the tables of which manifest they list.
const LISTS: &[(&str, &str, &[&str])] = &[
    ("zgen", "Cargo.toml", &["dependencies"]),
    ("Tests of zgen", "Cargo.toml", &["dev-dependencies"]),
    ("zgen-rt", "rt/Cargo.toml", &["dependencies"]),
    ("Tests of zgen-rt", "rt/Cargo.toml", &["dev-dependencies"]),
    (
        "Generated workspaces",
        "templates/workspace/Cargo.toml.j2",
        &["workspace", "dependencies"],
    ),
];

/// The names in a manifest's table, those for one platform too; crates of the workspace itself left out.
fn declared(manifest: &str, path: &[&str]) -> BTreeSet<String> {
    let plain: String = manifest
        .lines()
        .filter(|line| !line.contains("{%") && !line.contains("{{"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let document: DocumentMut = plain.parse().expect("a manifest");
    let mut names = names(document.as_table(), path);
    let targets = document.get("target").and_then(|item| item.as_table_like());
    for (_, target) in targets.into_iter().flat_map(TableLike::iter) {
        names.extend(
            target
                .as_table_like()
                .into_iter()
                .flat_map(|table| self::names(table, path)),
        );
    }
    names
}

fn names(table: &dyn TableLike, path: &[&str]) -> BTreeSet<String> {
    let Some((first, rest)) = path.split_first() else {
        let outside = table.iter().filter(|(_, item)| item.get("path").is_none());
        return outside.map(|(name, _)| name.to_owned()).collect();
    };
    let inner = table.get(first).and_then(|item| item.as_table_like());
    inner.map(|inner| names(inner, rest)).unwrap_or_default()
}

/// The first column of the table below each heading.
fn documented(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut heading = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.clone_into(&mut heading);
        }
        let name = line
            .strip_prefix("| `")
            .and_then(|rest| rest.split_once('`'));
        if let Some((name, _)) = name {
            lists
                .entry(heading.clone())
                .or_default()
                .insert(name.to_owned());
        }
    }
    lists
}

#[test]
fn dependencies_are_documented() {
    let documented = documented(&files::read(DOCUMENT));
    for (heading, manifest, path) in LISTS {
        let declared = declared(&files::read(manifest), path);
        let empty = BTreeSet::new();
        let listed = documented.get(*heading).unwrap_or(&empty);
        assert_eq!(
            *listed, declared,
            "`## {heading}` of {DOCUMENT} and {manifest}"
        );
    }
}

#[test]
fn dependencies_are_used() {
    let shipped = |prefix: &str| -> String {
        let sources = code::sources().into_iter();
        let own = sources.filter(|source| source.path.starts_with(prefix));
        own.map(|source| source.code).collect()
    };
    let tests = |folders: &[&str]| -> String {
        let paths = files::below(folders).into_iter();
        paths
            .filter(|path| files::is(path, "rs"))
            .map(|path| files::read(&path))
            .collect()
    };
    let places = [
        ("Cargo.toml", "dependencies", shipped("src/")),
        ("Cargo.toml", "dev-dependencies", tests(&["tests"])),
        ("rt/Cargo.toml", "dependencies", shipped("rt/src/")),
        ("rt/Cargo.toml", "dev-dependencies", tests(&["rt/tests"])),
    ];
    for (manifest, table, code) in places {
        for name in declared(&files::read(manifest), &[table]) {
            let is_used = !crate_places(&code, &name.replace('-', "_")).is_empty();
            assert!(is_used, "{manifest}: nothing uses `{name}`");
        }
    }
}

#[test]
fn manifests_and_tables_are_read() {
    let manifest = "[dependencies]\na = \"1\"\nb.version = \"1\"\nown = { path = \"x\" }\n{% if x %}\n\
        [target.'cfg(unix)'.dependencies]\nc = \"1\"\n";
    let expected: BTreeSet<_> = ["a", "b", "c"].map(str::to_owned).into();
    assert_eq!(declared(manifest, &["dependencies"]), expected);
    let tables = documented("## x\n| `a` | why |\n| `c` |\n## y\n| `b` |\n| d |\n");
    assert_eq!(tables["x"].len(), 2);
    assert_eq!(tables["y"].len(), 1);
}
