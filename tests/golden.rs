//! What zgen generates from the projects of `fixtures/projects/`, against the workspaces that are kept there.
//!
//! After a change that is meant: `ZGEN_UPDATE=1 cargo test --test golden`, then read the diff.

#[path = "support/files.rs"]
mod files;
#[path = "support/fresh.rs"]
mod fresh;
#[path = "golden/order_of_commands.rs"]
mod order_of_commands;
#[path = "support/project.rs"]
mod project;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};
use zgen::write;

use self::fresh::Fresh;
use self::project::Fixture;

/// A change of a template shows in many files; the first ones tell what it was.
const SHOWN: usize = 5;
const UPDATE: &str = "if this is meant: ZGEN_UPDATE=1 cargo test --test golden";

type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

#[test]
fn projects_are_generated_as_expected() -> anyhow::Result<()> {
    let update = std::env::var_os("ZGEN_UPDATE").is_some_and(|value| value == "1");
    let mut wrong = String::new();
    for fixture in Fixture::all()? {
        let generated = generated(&fixture)?;
        let dir = fixture.expected();
        if update {
            replace(&dir, &generated)?;
        }
        let differences = differences(&files::below(&dir)?, &generated);
        if !differences.is_empty() {
            let _ = write!(wrong, "\n{dir}:\n{differences}");
        }
    }
    if !wrong.is_empty() {
        bail!("{wrong}\n{UPDATE}");
    }
    Ok(())
}

fn generated(fixture: &Fixture) -> anyhow::Result<Files> {
    let outcome = zgen::generate(&fixture.project()?, &Fresh);
    let found: Vec<_> = (outcome.report.iter())
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    let tree = outcome.tree;
    let tree = tree.with_context(|| format!("{}: {}", fixture.name, found.join("\n")))?;
    let files = tree.0.into_iter();
    Ok(files
        .map(|(path, file)| (path, file.text.into_bytes()))
        .collect())
}

fn replace(dir: &Utf8Path, new: &Files) -> anyhow::Result<()> {
    for path in files::below(dir)?
        .keys()
        .filter(|path| !new.contains_key(*path))
    {
        fs::remove_file(dir.join(path))?;
    }
    for (path, bytes) in new {
        files::write(&dir.join(path), bytes)?;
    }
    Ok(())
}

/// Empty if there are none.
fn differences(expected: &Files, generated: &Files) -> String {
    let mut out = String::new();
    for path in expected
        .keys()
        .filter(|path| !generated.contains_key(*path))
    {
        let _ = writeln!(out, "  no longer generated: {path}");
    }
    for path in generated
        .keys()
        .filter(|path| !expected.contains_key(*path))
    {
        let _ = writeln!(out, "  not expected: {path}");
    }
    let changed = expected.iter().filter_map(|(path, old)| {
        let new = generated.get(path)?;
        (new != old).then_some((path, old, new))
    });
    for (index, (path, old, new)) in changed.enumerate() {
        if index < SHOWN {
            out.push_str(&diff(path, old, new));
        } else {
            let _ = writeln!(out, "  differs: {path}");
        }
    }
    out
}

fn diff(path: &Utf8Path, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let names = (format!("expected/{path}"), format!("generated/{path}"));
    write::between(&names.0, &names.1, &old, &new)
}

#[test]
fn differences_are_named() {
    let files = |files: &[(&str, &str)]| -> Files {
        let files = files.iter();
        files
            .map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()))
            .collect()
    };
    let expected = files(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")]);
    let generated = files(&[("a", "1\n"), ("b", "2\n"), ("d", "1\n")]);
    let found = differences(&expected, &generated);
    for part in [
        "no longer generated: c",
        "not expected: d",
        "--- expected/b\n+++ generated/b\n",
        "-1\n+2\n",
    ] {
        assert!(found.contains(part), "{part:?} is not in {found}");
    }
    assert!(!found.contains("/a"), "{found}");
    assert_eq!(differences(&expected, &expected), "");
}
