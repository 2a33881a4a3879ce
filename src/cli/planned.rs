//! A plan as text: for people, for programs, for a pull request.

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use crate::diag;
use crate::emit::Owner;
use crate::write::{Action, Change, Plan, Reason};

/// What would be done, a line for each file.
pub(super) fn table(plan: &Plan) -> String {
    let line = |change: &Change| {
        let (action, owner, reason) = words(change);
        format!("{action:<8}  {owner}  {}  ({reason})\n", change.path)
    };
    plan.changes().map(line).collect()
}

/// What every file is, and how many there are of each kind.
pub(super) fn states(plan: &Plan) -> String {
    let mut text = String::new();
    let mut counts: Vec<(String, usize)> = Vec::new();
    for change in plan.changes() {
        let state = state(change);
        let (_, owner, _) = words(change);
        let _ = writeln!(text, "{owner}  {state:<24}  {}", change.path);
        match counts.iter_mut().find(|(known, _)| *known == state) {
            Some((_, count)) => *count += 1,
            None => counts.push((state.to_owned(), 1)),
        }
    }
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let total = plan.changes().count();
    let _ = writeln!(text, "{total} files: {}", counts.join(", "));
    text
}

/// The paths of all that is not to be kept.
pub(super) fn differing(plan: &Plan) -> String {
    let changes = plan.changes();
    let changes = changes.filter(|change| change.action != Action::Keep);
    changes
        .flat_map(|change| [change.path.as_str(), "\n"])
        .collect()
}

/// For GitHub Actions, one for each file that differs, at the first line that does.
pub(super) fn annotations(plan: &Plan, dir: &Utf8Path) -> String {
    let changes = plan.changes();
    let changes = changes.filter(|change| change.action != Action::Keep);
    let annotate = |change: &Change| {
        let (_, _, reason) = words(change);
        let message = format!("not what zgen would write ({reason}); run `zgen gen {dir}`");
        let file = dir.join(&change.path);
        let file = file.as_str().trim_start_matches("./");
        diag::annotation(file, first_difference(change), "zgen/outdated", &message)
    };
    changes.map(annotate).collect()
}

fn first_difference(change: &Change) -> usize {
    let before = change.before.as_deref().map(String::from_utf8_lossy);
    let before = before.unwrap_or_default();
    let after = change.after.as_deref().unwrap_or_default();
    let pairs = before.lines().zip(after.lines());
    pairs.take_while(|(before, after)| before == after).count() + 1
}

#[derive(Serialize)]
struct Document<'a> {
    /// Of this shape.
    version: u32,
    /// Whether there is nothing to do.
    up_to_date: bool,
    files: Vec<File<'a>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    owner: &'static str,
    state: &'static str,
    action: &'static str,
    /// From the disk to what zgen would write, where that is not the same.
    #[serde(skip_serializing_if = "String::is_empty")]
    diff: String,
}

/// The plan for programs, as `docs/ownership.md` describes it.
pub(super) fn json(plan: &Plan) -> String {
    let file = |change| {
        let (action, owner, _) = words(change);
        File {
            path: change.path.as_str(),
            owner,
            state: state(change),
            action,
            diff: plan.diff_of_file(change),
        }
    };
    let document = Document {
        version: 1,
        up_to_date: plan.is_idle(),
        files: plan.changes().map(file).collect(),
        notes: plan.notes().into_iter().map(|note| note.text).collect(),
    };
    // Strings and numbers only: serializing them cannot fail.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn words(change: &Change) -> (&'static str, &'static str, &'static str) {
    let action = match change.action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Keep => "keep",
        Action::Delete => "delete",
        Action::Conflict => "conflict",
    };
    let owner = match change.owner {
        Owner::Zgen => "zgen",
        Owner::User | Owner::Once => "user",
    };
    let reason = match change.reason {
        Reason::New => "new",
        Reason::Outdated => "out of date",
        Reason::Same => "up to date",
        Reason::Edited => "edited",
        Reason::Grown => "edited; adds what is missing",
        Reason::Stuck => "edited; not readable",
        Reason::Behind => "edited; its scaffold changed",
        Reason::Merged => "edited; merges the scaffold's changes",
        Reason::Clashed => "edited; merges the scaffold's changes, with conflicts",
        Reason::Own => "listed under own",
        Reason::Orphan => "no longer generated",
        Reason::Forced => "edited; overruled",
    };
    (action, owner, reason)
}

/// How a file stands now, whatever is to happen to it.
fn state(change: &Change) -> &'static str {
    match (change.reason, change.action) {
        (Reason::New, _) => "missing",
        (Reason::Outdated, _) => "out of date",
        (Reason::Same, _) => "up to date",
        (Reason::Edited | Reason::Forced, _) => "edited",
        (Reason::Grown, _) => "edited, incomplete",
        (Reason::Stuck, _) => "edited, not readable",
        (Reason::Behind | Reason::Merged | Reason::Clashed, _) => "edited, scaffold changed",
        (Reason::Own, _) => "own",
        (Reason::Orphan, Action::Delete) => "orphan",
        (Reason::Orphan, _) => "orphan, edited",
    }
}
