//! What would have to happen on disk, decided file by file. Writes nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::base::Move;
use super::decide::Decider;
use super::disk::{Disk, check_generated};
use super::lock::{Lock, State};
use super::{base, diff, format, record};
use crate::emit::{File, FileTree, Owner};
use crate::parallel;
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
    /// What changed in the scaffolds of edited files is put into them.
    pub merge: bool,
    /// The only files that this run is about; `None`: all of them.
    pub within: Option<Patterns>,
    /// Descriptions that this run has read from elsewhere. They take the place of what is there, and are no file that
    /// zgen remembers: to all other runs they are the user's.
    pub inputs: BTreeSet<Utf8PathBuf>,
}

impl Rules {
    /// Whether this run is about a file.
    pub(super) fn covers(&self, path: &Utf8Path) -> bool {
        (self.within.as_ref()).is_none_or(|within| within.matches(path))
    }

    /// Whether a file is described by its text alone: `zgen.yaml`, and what was read from elsewhere.
    pub(super) fn is_input(&self, path: &Utf8Path) -> bool {
        path == project::FILE || self.inputs.contains(path)
    }
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
    /// The user's and edited, and zgen would write another scaffold now than the one that the user began with.
    Behind,
    /// The user's and edited, with what changed in its scaffold.
    Merged,
    /// As [`Self::Merged`], with marks where both sides changed the same lines.
    Clashed,
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
    /// The scaffold whose changes are in the user's text now, where that is not `after`.
    pub(super) pristine: Option<String>,
    /// Of `after` in its normal form, where it is known: until something else than rustfmt changes that.
    pub(super) hash: Option<String>,
}

/// Every file of the tree and every file of the lock, each with what is to happen to it.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) changes: BTreeMap<Utf8PathBuf, Change>,
    pub(super) lock: Lock,
    pub(super) bases: Vec<Move>,
    /// What the user began with, of the files that are [`Reason::Behind`].
    pub(super) begun: BTreeMap<Utf8PathBuf, String>,
    pub(super) lock_was: Lock,
    lock_moves: bool,
    /// Something of the tree was on disk already.
    pub(super) met_files: bool,
    /// Every text that was formatted is still the same to zgen, and no file is about to be forgotten.
    pub(super) is_settled: bool,
}

/// A plan without conflicts.
#[derive(Debug, Clone)]
pub struct Ready(pub(super) Plan);

impl Ready {
    /// How many files would be written with marks of conflicts.
    pub fn clashes(&self) -> usize {
        let changes = self.0.changes();
        changes
            .filter(|change| change.reason == Reason::Clashed)
            .count()
    }
}

/// Compares; every error is one of reading.
pub fn plan(tree: &FileTree, disk: &Disk, lock: &Lock, rules: &Rules) -> io::Result<Plan> {
    let decider = Decider { disk, lock, rules };
    // Paths are slow to compare, and lists that are in order already are quickly made into maps.
    let mut found = Vec::with_capacity(tree.0.len());
    let mut is_settled = true;
    for (path, file) in tree.0.iter().filter(|(path, _)| rules.covers(path)) {
        check_generated(path)?;
        let change = if rules.own.matches(path) {
            Change::keep(path, file.owner, Reason::Own)
        } else {
            decider.generated(path, file)?
        };
        found.push((path.clone(), change));
    }
    for (path, entry) in &lock.entries {
        if tree.0.contains_key(path) || !rules.covers(path) {
            continue;
        }
        if rules.own.matches(path) {
            // The next lock does not know it any more.
            is_settled = false;
            found.push((path.clone(), Change::keep(path, entry.owner, Reason::Own)));
        } else if let Some(bytes) = disk.read(path)? {
            found.push((path.clone(), decider.orphan(path, entry, bytes)));
        }
    }
    let mut changes: BTreeMap<_, _> = found.into_iter().collect();
    let met_files = changes.values().any(|change| change.before.is_some());
    let jobs = format::Jobs::of(&changes, disk);
    // Formatting does not change the hash, so that it need not be waited for.
    let (hashes, answers) = parallel::both(|| record::hashes(&changes), || jobs.answers());
    for (change, hash) in changes.values_mut().zip(hashes) {
        change.hash = hash;
    }
    is_settled &= format::take(&mut changes, answers);
    for change in changes.values_mut() {
        decider.merged(change)?;
    }
    let mut begun = BTreeMap::new();
    for path in changes
        .values()
        .filter(|change| change.reason == Reason::Behind)
    {
        let base = base::read(&path.path, disk, lock)?;
        begun.extend(base.map(|base| (path.path.clone(), base)));
    }
    let (next, bases) = record::next(&changes, disk, lock, rules)?;
    Ok(Plan {
        lock_moves: lock.state != State::Sound || next.entries != lock.entries,
        lock_was: lock.clone(),
        lock: next,
        bases,
        begun,
        met_files,
        is_settled,
        changes,
    })
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
        !self.lock_moves
            && self.bases.is_empty()
            && self.changes().all(|change| change.action == Action::Keep)
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

    /// A unified diff of one of them, empty for one that is to be kept.
    pub fn diff_of_file(&self, change: &Change) -> String {
        match change.action {
            Action::Keep => self.scaffold_diff(change),
            _ => diff::change(change),
        }
    }

    /// The plan, if nothing stands in its way.
    pub fn ready(self) -> Result<Ready, Box<Self>> {
        if self.conflicts().next().is_some() {
            return Err(Box::new(self));
        }
        Ok(Ready(self))
    }
}

impl Change {
    pub(super) fn of(
        path: &Utf8Path,
        file: &File,
        before: Option<Vec<u8>>,
        action: Action,
        reason: Reason,
    ) -> Self {
        Self {
            path: path.to_owned(),
            owner: file.owner,
            action,
            reason,
            before,
            after: Some(file.text.clone()),
            pristine: None,
            hash: None,
        }
    }

    /// With this in place of the user's text.
    pub(super) fn grown(self, text: String) -> Self {
        Self {
            action: Action::Update,
            reason: Reason::Grown,
            after: Some(text),
            hash: None,
            ..self
        }
    }

    pub(super) fn keep(path: &Utf8Path, owner: Owner, reason: Reason) -> Self {
        Self {
            path: path.to_owned(),
            owner,
            action: Action::Keep,
            reason,
            before: None,
            after: None,
            pristine: None,
            hash: None,
        }
    }

    /// The text on disk, for people.
    pub(super) fn shown_before(&self) -> Option<Cow<'_, str>> {
        self.before.as_deref().map(String::from_utf8_lossy)
    }
}
