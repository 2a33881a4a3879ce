//! The repository's files: their sizes, and what none of them may hold.

use std::fs;
use std::path::Path;

use crate::expect_none;

/// Lines beyond which a file has more than one subject.
const MAX_LINES: usize = 400;

/// Longer files, each with its reason.
const LONG: &[(&str, &str)] = &[(
    "rt/src/discovery/etcd/pb.rs",
    "written by tonic's generator from rt/proto",
)];

/// What ties a file to one machine. In pieces, so that this file does not find itself.
const PRIVATE: &[(&str, &str)] = &[
    (concat!("/ho", "me/"), "a home directory"),
    (concat!("/ro", "ot/"), "a home directory"),
    (concat!("/Us", "ers/"), "a home directory"),
    (concat!(":\\Us", "ers\\"), "a home directory"),
    (concat!("/wo", "rk/"), "a directory of one machine"),
    (concat!("replace-", "with"), "a package mirror"),
    (concat!("sparse", "+http"), "a package mirror"),
    (
        concat!("git", "+http"),
        "a dependency from outside of the registry",
    ),
];

/// What is in the root; what else a command may have left there is not to stay.
const TOP: &[&str] = &[
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "askama.toml",
    "benches",
    "build.rs",
    "docs",
    "examples",
    "fixtures",
    "fuzz",
    "grammar",
    "rt",
    "src",
    "templates",
    "tests",
];

/// Every text file of the repository, by its path from the root.
pub(crate) fn all() -> Vec<String> {
    below(&["."])
}

/// Every text file below these folders, sorted.
pub(crate) fn below(folders: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for folder in folders {
        collect(Path::new(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<String>) {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the repository");
    for entry in entries {
        let entry = entry.expect("an entry of a folder");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        let kind = entry.file_type().expect("the kind of an entry");
        // `git` is a file where the repository is a worktree.
        if [".git", "target", "artifacts", "corpus"].contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            collect(&path, found);
        } else if kind.is_file() {
            let path = path.to_string_lossy().replace('\\', "/");
            found.push(path.trim_start_matches("./").to_owned());
        }
    }
}

/// Whether a file's name has this ending.
pub(crate) fn is(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

/// A file's text; what is no text is empty.
pub(crate) fn read(path: &str) -> String {
    let bytes = fs::read(root().join(path)).expect("a file of the repository");
    String::from_utf8(bytes).unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let allowed = LONG.iter().any(|(long, _)| *long == path);
    (lines > MAX_LINES && !allowed)
        .then(|| format!("{path}: {lines} lines; split it (at most {MAX_LINES})"))
}

fn private(path: &str, text: &str) -> Vec<String> {
    let found = PRIVATE.iter().filter(|(part, _)| text.contains(part));
    found
        .map(|(part, what)| format!("{path}: `{part}`: {what}"))
        .collect()
}

#[test]
fn files_are_small() {
    let mut findings = Vec::new();
    for path in below(&["src", "rt/src"]) {
        findings.extend(too_long(&path, &read(&path)));
    }
    for (path, why) in LONG {
        assert!(
            read(path).lines().count() > MAX_LINES,
            "{path} is no longer long: {why}"
        );
    }
    expect_none(&findings);
    assert!(too_long("src/a.rs", &"\n".repeat(MAX_LINES)).is_none());
    assert!(too_long("src/a.rs", &"\n".repeat(MAX_LINES + 1)).is_some());
}

#[test]
fn the_root_has_nothing_else() {
    let paths = all();
    let tops = paths.iter().filter_map(|path| path.split('/').next());
    // An editor may keep its settings there.
    let mut found: Vec<_> = tops.filter(|top| !top.starts_with('.')).collect();
    found.dedup();
    assert_eq!(found, TOP);
}

#[test]
fn files_belong_to_no_machine() {
    let paths = all();
    assert!(paths.len() > 300, "only {} files", paths.len());
    let found = paths.iter().flat_map(|path| private(path, &read(path)));
    expect_none(&found.collect::<Vec<_>>());
    for (part, _) in PRIVATE {
        assert_eq!(private("x", &format!("a {part} b")).len(), 1, "{part}");
    }
}

/// The public registry, whatever mirror this machine uses.
#[test]
fn crates_come_from_the_public_registry() {
    let lock = read("Cargo.lock");
    let sources: Vec<_> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "))
        .collect();
    assert!(sources.len() > 100);
    for source in sources {
        assert_eq!(
            source,
            "\"registry+https://github.com/rust-lang/crates.io-index\""
        );
    }
}
