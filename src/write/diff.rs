//! A change as a unified diff.

mod large;

use diffy::DiffOptions;

use super::normal;
use super::plan::{Action, Change};

/// In bytes; beyond this, the time that two texts take which have little in common is felt.
const LARGE: usize = 64 * 1024;

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
    between(&old_name, &new_name, &old, &new)
}

/// Two texts of one file.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    between(&format!("a/{name}"), &format!("b/{name}"), before, after)
}

/// Two texts under two names; nothing where they are the same.
pub fn between(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    if old.len().max(new.len()) > LARGE {
        return large::between(old_name, new_name, old, new);
    }
    DiffOptions::new()
        .set_original_filename(old_name.to_owned())
        .set_modified_filename(new_name.to_owned())
        .create_patch(old, new)
        .to_string()
}
