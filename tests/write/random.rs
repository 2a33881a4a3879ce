//! Random histories: descriptions change, the user edits, zgen runs. No edit is ever lost, and what is zgen's is
//! always what a fresh run would write.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8PathBuf;
use zgen::emit::{FileTree, Owner};
use zgen::write::{self, Disk, Guard, Lock, Rules};

use crate::support::Workspace;

const HISTORIES: u64 = 120;
const STEPS: u32 = 12;
const PATHS: [(&str, Owner); 6] = [
    ("a.txt", Owner::Zgen),
    ("deep/b.txt", Owner::Zgen),
    ("deep/er/c.txt", Owner::Zgen),
    ("mine.txt", Owner::User),
    ("etc/mine.yaml", Owner::User),
    ("deep/mine.txt", Owner::User),
];

/// xorshift64*: the same histories in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap_or_default() % end
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Some of the files, some of them in another version than before.
fn described(random: &mut Random, versions: &mut BTreeMap<&'static str, usize>) -> FileTree {
    let mut tree = FileTree::default();
    for (path, owner) in PATHS {
        let version = versions.entry(path).or_default();
        if random.one_in(3) {
            *version = random.below(4);
        }
        if *version == 3 {
            continue;
        }
        let line = |at: usize| {
            format!(
                "line{at}: {}\n",
                if at == *version + 1 { *version } else { 9 }
            )
        };
        tree.insert(path, owner, (0..5).map(line).collect::<String>());
    }
    tree
}

/// Puts a line that is nowhere else into a file, wherever.
fn edit(random: &mut Random, workspace: &Workspace, number: &mut u32) {
    let (path, _) = PATHS[random.below(PATHS.len())];
    let Some(text) = workspace.read(path) else {
        return;
    };
    *number += 1;
    let mut lines: Vec<&str> = text.lines().collect();
    let mine = format!("mine{number}: x");
    lines.insert(random.below(lines.len() + 1), &mine);
    workspace.write(path, &(lines.join("\n") + "\n"));
}

/// The user's own lines, with the file that they are in.
fn edits(workspace: &Workspace) -> BTreeSet<(Utf8PathBuf, String)> {
    let mut edits = BTreeSet::new();
    for (path, bytes) in workspace.texts() {
        if path.starts_with(".zgen") {
            continue;
        }
        let text = String::from_utf8(bytes).expect("text");
        let mine = text.lines().filter(|line| line.starts_with("mine"));
        edits.extend(mine.map(|line| (path.clone(), line.to_owned())));
    }
    edits
}

#[test]
fn no_history_loses_an_edit() {
    let mut merges = 0;
    for history in 1..=HISTORIES {
        let mut random = Random(history.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let workspace = Workspace::new();
        let mut versions = BTreeMap::new();
        let mut number = 0;
        for step in 0..STEPS {
            let name = format!("history {history}, step {step}");
            for _ in 0..random.below(3) {
                edit(&mut random, &workspace, &mut number);
            }
            if random.one_in(12) {
                let _ = fs::remove_file(workspace.dir().join("zgen.lock"));
            }
            let tree = described(&mut random, &mut versions);
            let rules = Rules {
                force: random.one_in(4),
                merge: random.one_in(3),
                ..Rules::default()
            };
            merges += usize::from(run(&workspace, &tree, &rules, &name));
        }
    }
    assert!(merges > 20, "only {merges} merges");
}

/// Whether anything was merged.
fn run(workspace: &Workspace, tree: &FileTree, rules: &Rules, name: &str) -> bool {
    let before = (edits(workspace), workspace.texts());
    let guard = Guard::acquire(workspace.dir()).expect("the guard");
    let disk = Disk::at(workspace.dir());
    let lock = Lock::read(&disk).expect("a lock");
    let plan = write::plan(tree, &disk, &lock, rules).expect("a plan");
    let merged = plan.changes().any(|change| {
        matches!(
            change.reason,
            write::Reason::Merged | write::Reason::Clashed
        )
    });
    match plan.ready() {
        Err(_) => {
            drop(guard);
            assert_eq!(
                workspace.texts(),
                before.1,
                "{name}: a conflict wrote something"
            );
            assert!(!rules.force, "{name}: a conflict with --force");
        }
        Ok(ready) => {
            write::apply(ready, &guard).expect("an applied plan");
            drop(guard);
            let after = edits(workspace);
            for (path, line) in &before.0 {
                let zgens = PATHS
                    .iter()
                    .any(|(known, owner)| path == known && *owner == Owner::Zgen);
                let kept = after.contains(&(path.clone(), line.clone()));
                assert!(kept || (zgens && rules.force), "{name}: {path} lost {line}");
            }
            for (path, file) in &tree.0 {
                let text = workspace.read(path.as_str());
                if file.owner == Owner::Zgen {
                    assert_eq!(text.as_ref(), Some(&file.text), "{name}: {path}");
                } else {
                    assert!(text.is_some(), "{name}: {path} is missing");
                }
            }
            let lock = Lock::read(&disk).expect("a lock");
            let again = write::plan(tree, &disk, &lock, rules).expect("a plan");
            assert!(again.is_idle(), "{name}: not settled\n{}", again.diff());
        }
    }
    merged
}
