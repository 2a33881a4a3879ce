//! Histories of a workspace that people own: each folder of `fixtures/scenarios/` begins with the workspace of `base/`,
//! `steps` says what happens to it, and `expected` what zgen said and did.
//!
//! Steps: `write`, `append`, `replace`, `remove` and `crlf` are the user's, `zgen` runs. After a change that is meant:
//! `ZGEN_UPDATE=1 cargo test --test scenarios`, then read the diff.

#[path = "support/files.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use zgen::write;

const ROOT: &str = "fixtures/scenarios";

type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

struct Workspace {
    dir: Utf8PathBuf,
    _temp: TempDir,
}

impl Workspace {
    fn of(files: &Files) -> Self {
        let temp = TempDir::new().expect("a folder");
        let dir = Utf8PathBuf::try_from(temp.path().join("shop")).expect("UTF-8");
        for (path, bytes) in files {
            files::write(&dir.join(path), bytes).expect("written");
        }
        Self { dir, _temp: temp }
    }

    fn files(&self) -> Files {
        files::below(&self.dir).expect("files")
    }

    /// What it says, with its exit status.
    fn zgen(&self, words: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_zgen"))
            .args(words.split(' '))
            .current_dir(&self.dir)
            // The same with and without rustfmt, and much faster without.
            .env("PATH", "")
            .output()
            .expect("zgen runs");
        let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        let code = output.status.code().expect("an exit status");
        format!("$ zgen {words}\n{out}{err}exit {code}\n")
    }

    /// One step of the user's; returns the file that it is about.
    fn edit(&self, verb: &str, rest: &str) -> Utf8PathBuf {
        let mut parts = rest.split('|').map(unescaped);
        let name = parts.next().unwrap_or_default();
        let name = Utf8PathBuf::from(name.trim());
        let path = self.dir.join(&name);
        let text = || fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut part = || parts.next().unwrap_or_default();
        let new = match verb {
            "write" => part(),
            "append" => text() + &part(),
            "replace" => {
                let (old, new) = (part(), part());
                let text = text();
                assert!(text.contains(&old), "{path} has no {old:?}");
                text.replace(&old, &new)
            }
            "crlf" => text().replace('\n', "\r\n"),
            "remove" => {
                fs::remove_file(&path).expect("removed");
                return name;
            }
            _ => panic!("`{verb}` is no step"),
        };
        files::write(&path, new.as_bytes()).expect("written");
        name
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", "\n")
}

/// What a run did to the files: a line each, and the diff where the user had edited the file.
fn changes(before: &Files, after: &Files, edited: &BTreeSet<Utf8PathBuf>) -> String {
    let mut text = String::new();
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for path in paths {
        if path == "zgen.lock" || path.starts_with(".zgen") {
            continue;
        }
        let (old, new) = (before.get(path), after.get(path));
        let line = |bytes: Option<&Vec<u8>>| {
            bytes.map(|bytes| String::from_utf8_lossy(bytes).replace('\r', "\\r"))
        };
        let _ = match (old, new) {
            (None, _) => writeln!(text, "A {path}"),
            (_, None) => writeln!(text, "D {path}"),
            _ if old == new => Ok(()),
            _ if edited.contains(path) => {
                let [old, new] = [line(old), line(new)].map(Option::unwrap_or_default);
                let diff = write::between("before", "after", &old, &new);
                let hunks = diff.lines().skip(2).map(|line| format!("    {line}"));
                let hunks: Vec<String> = hunks.map(|line| line.trim_end().to_owned()).collect();
                writeln!(text, "M {path}\n{}", hunks.join("\n"))
            }
            _ => writeln!(text, "M {path}"),
        };
    }
    text
}

fn played(base: &Files, steps: &str) -> String {
    let workspace = Workspace::of(base);
    let mut transcript = String::new();
    let mut edited = BTreeSet::from([Utf8PathBuf::from("zgen.yaml")]);
    for step in steps.lines() {
        let (verb, rest) = step.split_once(' ').expect("a verb and more");
        if verb != "zgen" {
            edited.insert(workspace.edit(verb, rest));
            continue;
        }
        let before = workspace.files();
        transcript += &workspace.zgen(rest);
        transcript += &changes(&before, &workspace.files(), &edited);
        transcript.push('\n');
        // Whatever happened, nothing unfinished is left behind.
        assert!(!workspace.dir.join(".zgen-stage").exists(), "{step}");
    }
    transcript
}

fn base() -> Files {
    let workspace = Workspace::of(&files::below(&Utf8Path::new(ROOT).join("base")).expect("base"));
    for command in ["api shop.api", "rpc stock.proto --sql stock.sql"] {
        let said = workspace.zgen(command);
        assert!(said.ends_with("exit 0\n"), "{said}");
    }
    workspace.files()
}

#[test]
fn histories() {
    let update = std::env::var_os("ZGEN_UPDATE").is_some_and(|value| value == "1");
    let base = base();
    let mut count = 0;
    let mut wrong = String::new();
    for entry in Utf8Path::new(ROOT).read_dir_utf8().expect("scenarios") {
        let dir = entry.expect("a folder").path().to_owned();
        let Ok(steps) = fs::read_to_string(dir.join("steps")) else {
            continue;
        };
        count += 1;
        let transcript = played(&base, &steps);
        let path = dir.join("expected");
        if update {
            files::write(&path, transcript.as_bytes()).expect("written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        wrong += &write::between(path.as_str(), "now", &expected, &transcript);
    }
    assert!(count >= 45, "only {count} scenarios");
    assert!(
        wrong.is_empty(),
        "{wrong}\nif this is meant: ZGEN_UPDATE=1 cargo test --test scenarios"
    );
}
