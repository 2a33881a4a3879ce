//! What zgen has to remember: the next `zgen.lock` and the bases that it goes with.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8PathBuf;

use super::base::{self, Move, Wanted};
use super::disk::Disk;
use super::lock::{Entry, Lock};
use super::normal;
use super::plan::{Action, Change, Reason, Rules};
use crate::emit::Owner;
use crate::parallel;

pub(super) fn next(
    changes: &BTreeMap<Utf8PathBuf, Change>,
    disk: &Disk,
    lock: &Lock,
    rules: &Rules,
) -> io::Result<(Lock, Vec<Move>)> {
    let mut entries = Vec::new();
    let mut bases = Vec::new();
    for (path, entry) in lock.entries.iter().filter(|(path, _)| !rules.covers(path)) {
        entries.push((path.clone(), entry.clone()));
        bases.push((path.clone(), Wanted::AsItIs));
    }
    // Every edit of `zgen.yaml` is welcome, so there is nothing to tell apart.
    let recorded: Vec<&Change> = changes
        .values()
        .filter(|change| !rules.is_input(&change.path))
        .collect();
    let found = parallel::map(&recorded, |change| entry(change, lock));
    for (change, entry) in recorded.into_iter().zip(found) {
        let Some(entry) = entry else {
            continue;
        };
        let path = &change.path;
        entries.push((path.clone(), entry));
        if change.owner == Owner::User {
            bases.push((path.clone(), wanted(change)));
        }
    }
    let bases = base::moves(&bases.into_iter().collect(), disk, lock)?;
    Ok((Lock::of(entries.into_iter().collect()), bases))
}

/// [`Change::hash`] of each.
pub(super) fn hashes(changes: &BTreeMap<Utf8PathBuf, Change>) -> Vec<Option<String>> {
    let changes: Vec<&Change> = changes.values().collect();
    parallel::each(&changes, |change| {
        let text = change.after.as_ref()?;
        Some(normal::hash(&change.path, text))
    })
}

fn entry(change: &Change, lock: &Lock) -> Option<Entry> {
    let known = || lock.entries.get(&change.path).cloned();
    let with = |hash| Entry {
        owner: change.owner,
        hash,
        told: None,
    };
    let hash = |text: &String| normal::hash(&change.path, text);
    let hash_after = |text| change.hash.clone().unwrap_or_else(|| hash(text));
    let written = |text| with(hash_after(text));
    match (change.reason, &change.after) {
        (Reason::Own, _) => None,
        // An edit is to be told when the file is no longer wanted, and is none of this run's business.
        (_, Some(after)) if change.owner == Owner::Once => {
            let entry = known().unwrap_or_else(|| written(after));
            Some(Entry {
                owner: Owner::User,
                ..entry
            })
        }
        _ if change.pristine.is_some() => change.pristine.as_ref().map(|text| with(hash(text))),
        // What the user edited stays edited: the hash of zgen's own last text is kept.
        (Reason::Edited | Reason::Grown | Reason::Stuck, _) => known(),
        (Reason::Behind, Some(now)) => known().map(|entry| Entry {
            told: Some(hash_after(now)),
            ..entry
        }),
        (_, Some(after)) => Some(written(after)),
        // An edited orphan is remembered, so that `--prune` finds it.
        (_, None) if change.action == Action::Delete => None,
        (_, None) => known(),
    }
}

/// Only for what the lock has.
fn wanted(change: &Change) -> Wanted {
    if let Some(text) = &change.pristine {
        return Wanted::Text(text.clone());
    }
    match (change.reason, &change.before, &change.after) {
        // It may be laid out in the user's way, and be zgen's text all the same.
        (Reason::Same, Some(bytes), _) => match std::str::from_utf8(bytes) {
            Ok(text) => Wanted::Text(normal::lines(text).into_owned()),
            Err(_) => Wanted::AsItIs,
        },
        (Reason::New | Reason::Outdated | Reason::Forced, _, Some(text)) => {
            Wanted::Text(text.clone())
        }
        _ => Wanted::AsItIs,
    }
}
