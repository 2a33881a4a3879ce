//! A change as a unified diff.

use similar::TextDiff;

use super::normal;
use super::plan::{Action, Change};

pub(super) fn change(change: &Change) -> String {
    let before = change.shown_before();
    let (old, new) = (
        normal::lines(before.as_deref().unwrap_or_default()),
        normal::lines(change.after.as_deref().unwrap_or_default()),
    );
    let path = &change.path;
    let old_name = before
        .as_ref()
        .map_or("/dev/null".to_owned(), |_| format!("a/{path}"));
    let gone = change.action == Action::Delete || change.after.is_none();
    let new_name = if gone {
        "/dev/null".to_owned()
    } else {
        format!("b/{path}")
    };
    TextDiff::from_lines(old.as_ref(), new.as_ref())
        .unified_diff()
        .header(&old_name, &new_name)
        .to_string()
}

/// Two texts of one file.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
