//! What the user should hear about a plan.

use super::lock::{LOCK, State};
use super::plan::{Action, Change, Plan, Reason};
use super::{diff, normal};

/// Something to say, with what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// A unified diff, or nothing.
    pub diff: String,
}

impl Plan {
    /// What the user should hear about, in the order of the paths.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut say = |text: String, diff: String| notes.push(Note { text, diff });
        match self.lock_was.state() {
            State::Missing if self.met_files => say(
                format!("{LOCK} is missing: every file that was already here counts as yours"),
                String::new(),
            ),
            State::Damaged => say(
                format!("{LOCK} cannot be read: every file that was already here counts as yours"),
                String::new(),
            ),
            State::Missing | State::Sound => {}
        }
        let mut told = Vec::new();
        for change in self.changes() {
            let path = &change.path;
            let says = match (change.action, change.reason) {
                (Action::Keep, Reason::Orphan) => {
                    "no longer generated, left because you edited it (delete it, or run with --prune)"
                }
                (_, Reason::Stuck) => "cannot be read as TOML, so nothing was added to it",
                (_, Reason::Grown) => "yours; what was missing is added to it",
                (_, Reason::Merged) => "yours; what changed in its scaffold is merged into it",
                (_, Reason::Clashed) => {
                    "yours; what changed in its scaffold is merged into it, look for `<<<<<<<`"
                }
                (_, Reason::Behind) if self.was_told(change) => {
                    told.push(path.as_str());
                    continue;
                }
                (_, Reason::Behind) => {
                    let text = format!(
                        "{path}: yours, so it stays as it is; its scaffold changed (take that over with --merge, or by \
                         hand)"
                    );
                    say(text, self.scaffold_diff(change));
                    continue;
                }
                _ => continue,
            };
            say(format!("{path}: {says}"), String::new());
        }
        if !told.is_empty() {
            let text = format!(
                "the scaffold of what you edited has changed since, --merge takes it over: {}",
                told.join(", ")
            );
            say(text, String::new());
        }
        notes
    }

    /// Whether an earlier run has shown what changed.
    fn was_told(&self, change: &Change) -> bool {
        let entry = self.lock_was.entries.get(&change.path);
        let now = change.after.as_deref();
        let now = now.map(|text| normal::hash(&change.path, text));
        now.is_some() && entry.and_then(|entry| entry.told.clone()) == now
    }

    /// What changed in a scaffold since the user began with it.
    pub(super) fn scaffold_diff(&self, change: &Change) -> String {
        let base = self.begun.get(&change.path);
        match (base, &change.after) {
            (Some(base), Some(after)) => {
                diff::unified(change.path.as_str(), &normal::lines(base), after)
            }
            _ => String::new(),
        }
    }
}
