//! What is to happen to one file.

use std::io;

use camino::Utf8Path;

use super::disk::Disk;
use super::lock::{Entry, Lock};
use super::merge::{self, Grown};
use super::plan::{Action, Change, Reason, Rules};
use super::threeway::{self, Merged};
use super::{base, normal, yaml};
use crate::emit::{File, Owner};

/// What a decision rests on.
#[derive(Clone, Copy)]
pub(super) struct Decider<'a> {
    pub(super) disk: &'a Disk,
    pub(super) lock: &'a Lock,
    pub(super) rules: &'a Rules,
}

impl Decider<'_> {
    /// A file of the tree.
    pub(super) fn generated(self, path: &Utf8Path, file: &File) -> io::Result<Change> {
        let Some(bytes) = self.disk.read(path)? else {
            return Ok(Change::of(path, file, None, Action::Create, Reason::New));
        };
        // What is no text was not written by zgen.
        let text = std::str::from_utf8(&bytes).ok();
        let is_same = text.is_some_and(|text| normal::is_same(path, text, &file.text));
        // `Project` has put its lines into what was on disk, so the new text is the user's own already.
        let is_ours =
            self.rules.is_input(path) || text.is_some_and(|text| self.is_pristine(path, text));
        let (action, reason) = match file.owner {
            _ if is_same => (Action::Keep, Reason::Same),
            Owner::Once => (Action::Keep, Reason::Edited),
            _ if is_ours => (Action::Update, Reason::Outdated),
            Owner::Zgen if self.rules.force => (Action::Update, Reason::Forced),
            Owner::Zgen => (Action::Conflict, Reason::Edited),
            Owner::User => return self.edited(path, file, &bytes),
        };
        Ok(Change::of(path, file, Some(bytes), action, reason))
    }

    /// A file of the user's that is not as zgen wrote it.
    fn edited(self, path: &Utf8Path, file: &File, bytes: &[u8]) -> io::Result<Change> {
        let kept = |reason| Change::of(path, file, Some(bytes.to_vec()), Action::Keep, reason);
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Ok(kept(Reason::Edited));
        };
        if path.file_name() == Some("Cargo.toml") {
            return Ok(match merge::manifest(text, &file.text) {
                Grown::Same => kept(Reason::Edited),
                Grown::Stuck => kept(Reason::Stuck),
                Grown::Text(grown) => kept(Reason::Edited).grown(grown),
            });
        }
        let entry = self.lock.entries.get(path);
        let moved = entry.is_some_and(|entry| entry.hash != normal::hash(path, &file.text));
        if !moved {
            return Ok(kept(Reason::Edited));
        }
        if path.starts_with("etc") {
            let base = base::read(path, self.disk, self.lock)?;
            let base = base.as_deref().map(normal::lines).unwrap_or_default();
            if let Some(grown) = yaml::grow(&base, &normal::lines(text), &file.text) {
                let all = yaml::covers(&base, &file.text);
                return Ok(Change {
                    pristine: all.then(|| file.text.clone()),
                    ..kept(Reason::Edited).grown(grown)
                });
            }
        }
        Ok(kept(Reason::Behind))
    }

    /// Puts the scaffold's changes into the user's text; the scaffold is formatted by now.
    pub(super) fn merged(self, change: &mut Change) -> io::Result<()> {
        if !self.rules.merge || change.reason != Reason::Behind {
            return Ok(());
        }
        let base = base::read(&change.path, self.disk, self.lock)?;
        let theirs = change.before.as_deref().map(String::from_utf8_lossy);
        let (Some(base), Some(theirs), Some(ours)) = (base, theirs, change.after.clone()) else {
            return Ok(());
        };
        let (base, theirs) = (normal::lines(&base), normal::lines(&theirs));
        let (reason, text) = match threeway::merge(&base, &theirs, &ours) {
            Merged::Clean(text) => (Reason::Merged, text),
            Merged::Clashing(text) => (Reason::Clashed, text),
        };
        // The user may have made the same change already.
        let same = text == theirs;
        change.action = if same { Action::Keep } else { Action::Update };
        change.reason = if same { Reason::Edited } else { reason };
        change.after = Some(text);
        change.hash = None;
        change.pristine = Some(ours);
        Ok(())
    }

    /// A file of the lock that the tree does not have.
    pub(super) fn orphan(self, path: &Utf8Path, entry: &Entry, bytes: Vec<u8>) -> Change {
        let text = std::str::from_utf8(&bytes).ok();
        let pristine = text.is_some_and(|text| self.is_pristine(path, text));
        let (action, reason) = match entry.owner {
            _ if pristine => (Action::Delete, Reason::Orphan),
            _ if self.rules.prune => (Action::Delete, Reason::Forced),
            Owner::Zgen if self.rules.force => (Action::Delete, Reason::Forced),
            Owner::Zgen => (Action::Conflict, Reason::Orphan),
            Owner::User | Owner::Once => (Action::Keep, Reason::Orphan),
        };
        Change {
            before: Some(bytes),
            action,
            ..Change::keep(path, entry.owner, reason)
        }
    }

    fn is_pristine(self, path: &Utf8Path, text: &str) -> bool {
        self.lock.is_pristine(path, &normal::hash(path, text))
    }
}
