//! What would have to happen on disk, decided file by file. Writes nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::{Disk, check_generated};
use super::lock::{Entry, LOCK, Lock, State};
use super::merge::{self, Grown};
use super::{diff, format, normal};
use crate::emit::{File, FileTree, Owner};
use crate::project::{self, Patterns};

/// What the user said about whose word counts.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Files that are never written.
    pub own: Patterns,
    /// Edited `Zgen` files are overwritten.
    pub force: bool,
    /// Files that are no longer generated go, edited or not.
    pub prune: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Create,
    Update,
    Keep,
    Delete,
    Conflict,
}

/// Why an action was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Not there yet.
    New,
    /// As zgen wrote it, and zgen would write something else now.
    Outdated,
    /// Says already what it should.
    Same,
    /// The user's, and edited.
    Edited,
    /// The user's and edited, with what is missing added to it.
    Grown,
    /// The user's and edited, and zgen cannot tell where to add what is missing.
    Stuck,
    /// Listed under `own:`.
    Own,
    /// No longer generated.
    Orphan,
    /// Edited, and overruled by `--force` or `--prune`.
    Forced,
}

/// One file of the plan.
#[derive(Debug, Clone)]
pub struct Change {
    pub path: Utf8PathBuf,
    pub owner: Owner,
    pub action: Action,
    pub reason: Reason,
    /// The bytes on disk.
    pub before: Option<Vec<u8>>,
    /// The text to write, or that would be written.
    pub after: Option<String>,
}

/// Every file of the tree and every file of the lock, each with what is to happen to it.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) changes: BTreeMap<Utf8PathBuf, Change>,
    pub(super) lock: Lock,
    lock_was: State,
    lock_moves: bool,
    /// Something of the tree was on disk already.
    met_files: bool,
}

/// A plan without conflicts.
#[derive(Debug, Clone)]
pub struct Ready(pub(super) Plan);

/// Compares; every error is one of reading.
pub fn plan(tree: &FileTree, disk: &Disk, lock: &Lock, rules: &Rules) -> io::Result<Plan> {
    let mut changes = BTreeMap::new();
    for (path, file) in &tree.0 {
        check_generated(path)?;
        let change = if rules.own.matches(path) {
            Change::keep(path, file.owner, Reason::Own)
        } else {
            generated(path, file, disk.read(path)?, lock, rules)
        };
        changes.insert(path.clone(), change);
    }
    for (path, entry) in &lock.entries {
        if tree.0.contains_key(path) {
            continue;
        }
        if rules.own.matches(path) {
            changes.insert(path.clone(), Change::keep(path, entry.owner, Reason::Own));
        } else if let Some(bytes) = disk.read(path)? {
            changes.insert(path.clone(), orphan(path, entry, bytes, lock, rules));
        }
    }
    let met_files = changes.values().any(|change| change.before.is_some());
    format::all(&mut changes, disk);
    let next = next_lock(&changes, lock);
    Ok(Plan {
        lock_moves: lock.state != State::Sound || next.entries != lock.entries,
        lock: next,
        lock_was: lock.state,
        met_files,
        changes,
    })
}

fn generated(
    path: &Utf8Path,
    file: &File,
    before: Option<Vec<u8>>,
    lock: &Lock,
    rules: &Rules,
) -> Change {
    let decided = |action, reason, before| Change {
        path: path.to_owned(),
        owner: file.owner,
        action,
        reason,
        before,
        after: Some(file.text.clone()),
    };
    let Some(bytes) = before else {
        return decided(Action::Create, Reason::New, None);
    };
    // What is no text was not written by zgen.
    let text = std::str::from_utf8(&bytes).ok();
    if text.is_some_and(|text| normal::normal(path, text) == normal::normal(path, &file.text)) {
        return decided(Action::Keep, Reason::Same, Some(bytes));
    }
    // `Project` has put its lines into what was on disk, so the new text is the user's own already.
    let is_ours = path == project::FILE
        || text.is_some_and(|text| lock.is_pristine(path, &normal::hash(path, text)));
    if is_ours {
        return decided(Action::Update, Reason::Outdated, Some(bytes));
    }
    match file.owner {
        Owner::Zgen if rules.force => decided(Action::Update, Reason::Forced, Some(bytes)),
        Owner::Zgen => decided(Action::Conflict, Reason::Edited, Some(bytes)),
        Owner::User => {
            let theirs = text.map_or(Grown::Same, |text| merge::grow(path, text, &file.text));
            match theirs {
                Grown::Same => decided(Action::Keep, Reason::Edited, Some(bytes)),
                Grown::Stuck => decided(Action::Keep, Reason::Stuck, Some(bytes)),
                Grown::Text(text) => Change {
                    after: Some(text),
                    ..decided(Action::Update, Reason::Grown, Some(bytes))
                },
            }
        }
    }
}

fn orphan(path: &Utf8Path, entry: &Entry, bytes: Vec<u8>, lock: &Lock, rules: &Rules) -> Change {
    let text = std::str::from_utf8(&bytes).ok();
    let pristine = text.is_some_and(|text| lock.is_pristine(path, &normal::hash(path, text)));
    let (action, reason) = match entry.owner {
        _ if pristine => (Action::Delete, Reason::Orphan),
        _ if rules.prune => (Action::Delete, Reason::Forced),
        Owner::Zgen if rules.force => (Action::Delete, Reason::Forced),
        Owner::Zgen => (Action::Conflict, Reason::Orphan),
        Owner::User => (Action::Keep, Reason::Orphan),
    };
    Change {
        path: path.to_owned(),
        owner: entry.owner,
        action,
        reason,
        before: Some(bytes),
        after: None,
    }
}

fn next_lock(changes: &BTreeMap<Utf8PathBuf, Change>, lock: &Lock) -> Lock {
    let mut entries = BTreeMap::new();
    // Every edit of `zgen.yaml` is welcome, so there is nothing to tell apart.
    for (path, change) in changes.iter().filter(|(path, _)| *path != project::FILE) {
        let entry = match (change.reason, &change.after) {
            (Reason::Own, _) => None,
            // What the user edited stays edited: the hash of zgen's own last text is kept.
            (Reason::Edited | Reason::Grown | Reason::Stuck, _) => lock.entries.get(path).cloned(),
            (_, Some(after)) => Some(Entry {
                owner: change.owner,
                hash: normal::hash(path, after),
            }),
            // An edited orphan is remembered, so that `--prune` finds it.
            (_, None) if change.action == Action::Delete => None,
            (_, None) => lock.entries.get(path).cloned(),
        };
        entries.extend(entry.map(|entry| (path.clone(), entry)));
    }
    Lock::of(entries)
}

impl Plan {
    /// Every file, in the order of the paths.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.values()
    }

    pub fn conflicts(&self) -> impl Iterator<Item = &Change> {
        self.changes()
            .filter(|change| change.action == Action::Conflict)
    }

    /// Whether carrying it out would change nothing.
    pub fn is_idle(&self) -> bool {
        !self.lock_moves && self.changes().all(|change| change.action == Action::Keep)
    }

    /// Whether `zgen.lock` would be written.
    pub fn moves_lock(&self) -> bool {
        self.lock_moves
    }

    /// A unified diff from the disk to the tree, of all that is not to be kept.
    pub fn diff(&self) -> String {
        self.changes()
            .filter(|change| change.action != Action::Keep)
            .map(diff::change)
            .collect()
    }

    /// A unified diff of the files that are in one state.
    pub fn diff_of(&self, action: Action) -> String {
        self.changes()
            .filter(|change| change.action == action)
            .map(diff::change)
            .collect()
    }

    /// What the user should hear about, a line each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.lock_was {
            State::Missing if self.met_files => notes.push(format!(
                "{LOCK} is missing: every file that was already here counts as yours"
            )),
            State::Damaged => notes.push(format!(
                "{LOCK} cannot be read: every file that was already here counts as yours"
            )),
            State::Missing | State::Sound => {}
        }
        for Change {
            path,
            action,
            reason,
            ..
        } in self.changes()
        {
            match (action, reason) {
                (Action::Keep, Reason::Orphan) => notes.push(format!(
                    "{path}: no longer generated, left because you edited it (delete it, or run with --prune)"
                )),
                (_, Reason::Stuck) => notes.push(format!(
                    "{path}: cannot be read as TOML, so nothing was added to it"
                )),
                (_, Reason::Grown) => notes.push(format!("{path}: yours; what was missing is added to it")),
                _ => {}
            }
        }
        notes
    }

    /// The plan, if nothing stands in its way.
    pub fn ready(self) -> Result<Ready, Self> {
        if self.conflicts().next().is_some() {
            return Err(self);
        }
        Ok(Ready(self))
    }
}

impl Change {
    fn keep(path: &Utf8Path, owner: Owner, reason: Reason) -> Self {
        Self {
            path: path.to_owned(),
            owner,
            action: Action::Keep,
            reason,
            before: None,
            after: None,
        }
    }

    /// The text on disk, for people.
    pub(super) fn shown_before(&self) -> Option<Cow<'_, str>> {
        self.before.as_deref().map(String::from_utf8_lossy)
    }
}
