//! rustfmt over what is about to be written, with the workspace's own settings. Its absence is no error.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::alike::Shaped;
use super::disk::Disk;
use super::normal;
use super::plan::{Action, Change, Reason};
use crate::emit::Owner;

/// What zgen writes into `rustfmt.toml`.
const SETTINGS: &str = "edition = \"2024\"";

/// The new Rust texts, before rustfmt is asked about them.
pub(super) struct Jobs<'c> {
    paths: Vec<&'c Utf8PathBuf>,
    shaped: Shaped<'c>,
    settings: String,
}

impl<'c> Jobs<'c> {
    pub(super) fn of(changes: &'c BTreeMap<Utf8PathBuf, Change>, disk: &Disk) -> Self {
        let settings = settings(changes, disk);
        let is_own = settings.trim_end() == SETTINGS;
        let jobs = changes
            .iter()
            .filter(|(path, change)| is_open(change) && wants_format(path))
            .filter(|(path, change)| !(is_own && is_runtime(path, change)))
            .filter_map(|(path, change)| Some((path, change.after.as_deref()?)))
            .filter(|(_, text)| !opts_out(text));
        let (paths, texts) = jobs.unzip();
        Self {
            paths,
            shaped: Shaped::of(texts),
            settings,
        }
    }

    /// Every text that rustfmt would not leave as it is, as it makes it.
    pub(super) fn answers(&self) -> Vec<(Utf8PathBuf, String)> {
        if self.paths.is_empty() {
            return Vec::new();
        }
        let answers = self.paths.iter().zip(self.shaped.answers(&self.settings));
        answers
            .filter_map(|(path, text)| Some(((*path).clone(), text?)))
            .collect()
    }
}

/// Takes the answers over; a text that is on disk already when formatted is kept after all. Says whether all of them are
/// still the same as far as edits go, as they should be.
pub(super) fn take(
    changes: &mut BTreeMap<Utf8PathBuf, Change>,
    answers: Vec<(Utf8PathBuf, String)>,
) -> bool {
    let mut are_same = true;
    for (path, text) in answers {
        if let Some(change) = changes.get_mut(&path) {
            let printed = change.after.as_deref().unwrap_or_default();
            let is_same = normal::is_same(&path, printed, &text);
            if !is_same {
                change.hash = None;
            }
            are_same &= is_same;
            settle(change, text);
        }
    }
    are_same
}

fn settle(change: &mut Change, text: String) {
    let there = change
        .before
        .as_deref()
        .and_then(|bytes| std::str::from_utf8(bytes).ok());
    if there.is_some_and(|there| normal::is_same(&change.path, there, &text)) {
        change.action = Action::Keep;
        change.reason = Reason::Same;
    }
    change.after = Some(text);
}

/// The `rustfmt.toml` that will stand in the workspace.
fn settings(changes: &BTreeMap<Utf8PathBuf, Change>, disk: &Disk) -> String {
    let path = Utf8Path::new("rustfmt.toml");
    let new = changes
        .get(path)
        .filter(|change| matches!(change.action, Action::Create | Action::Update))
        .and_then(|change| change.after.clone());
    let there = || {
        let bytes = disk.read(path).ok().flatten()?;
        String::from_utf8(bytes).ok()
    };
    new.or_else(there).unwrap_or_default()
}

/// Whether its new text is of interest.
fn is_open(change: &Change) -> bool {
    change.action != Action::Keep || change.reason == Reason::Behind
}

fn wants_format(path: &Utf8Path) -> bool {
    path.extension() == Some("rs") && !path.as_str().ends_with(".pb.rs")
}

/// The same in every workspace, and formatted already: zgen's own sources are, by the same settings.
fn is_runtime(path: &Utf8Path, change: &Change) -> bool {
    path.starts_with("crates/zgen-rt") && change.owner == Owner::Zgen
}

/// Long machine-written code says so on its first lines.
fn opts_out(text: &str) -> bool {
    let mut head = text.lines().take(20);
    head.next().is_some_and(|line| line.contains("@generated"))
        && head.any(|line| line.contains("rustfmt::skip") || line.contains("rustfmt_skip"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn these_are_the_settings_of_every_new_workspace() {
        let template = include_str!("../../templates/workspace/rustfmt.toml.j2");
        assert_eq!(template.trim_end(), SETTINGS);
    }
}
