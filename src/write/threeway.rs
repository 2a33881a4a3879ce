//! The user's edits and the scaffold's changes in one text.

use diffy::{ConflictStyle, MergeOptions};

/// A text in which both sides' changes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Merged {
    Clean(String),
    /// Both changed the same lines; both versions are in the text, between markers as git writes them.
    Clashing(String),
}

/// `base` is what zgen wrote, `theirs` what the user made of it, `ours` what zgen would write now.
pub(super) fn merge(base: &str, theirs: &str, ours: &str) -> Merged {
    // Lines that both added in the same way are no clash.
    if ours == theirs || base == ours {
        return Merged::Clean(theirs.to_owned());
    }
    let mut options = MergeOptions::new();
    options.set_conflict_style(ConflictStyle::Merge);
    match options.merge(base, theirs, ours) {
        Ok(text) => Merged::Clean(text),
        Err(text) => Merged::Clashing(named(&text)),
    }
}

/// The sides by their names: `ours` would be anybody's.
fn named(text: &str) -> String {
    let lines = text
        .split_inclusive('\n')
        .map(|line| match line.trim_end() {
            "<<<<<<< ours" => "<<<<<<< yours\n",
            ">>>>>>> theirs" => ">>>>>>> zgen\n",
            _ => line,
        });
    lines.collect()
}
