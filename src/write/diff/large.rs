//! Large texts: lines that only one of them has cannot be common to both, so only the others are compared. The result
//! is as short as if all were.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use diffy::{DiffOptions, Line};

const CONTEXT: usize = 3;

pub(super) fn between(old_name: &str, new_name: &str, old: &str, new: &str) -> String {
    let (old, new) = (lines(old), lines(new));
    let mut text = format!("--- {old_name}\n+++ {new_name}\n");
    for hunk in hunks(&changes(&old, &new)) {
        print(&mut text, &hunk, &old, &new);
    }
    text
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines of the old text, and those of the new one in their place.
#[derive(Debug, Clone)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let ends = [(old.len(), new.len())];
    for (next_old, next_new) in common(old, new).into_iter().chain(ends) {
        if next_old > at_old || next_new > at_new {
            changes.push(Change {
                old: at_old..next_old,
                new: at_new..next_new,
            });
        }
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
    changes
}

/// The lines that stay, by their numbers in both.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let shared = |these: &[&str], those: &[&str]| {
        let known: BTreeSet<&str> = those.iter().copied().collect();
        let kept = (0..these.len()).filter(|at| known.contains(these[*at]));
        kept.collect::<Vec<_>>()
    };
    let (in_old, in_new) = (shared(old, new), shared(new, old));
    let joined = |all: &[&str], kept: &[usize]| {
        let mut text = String::new();
        for at in kept {
            text.push_str(all[*at].trim_end_matches('\n'));
            text.push('\n');
        }
        text
    };
    let (old_text, new_text) = (joined(old, &in_old), joined(new, &in_new));
    let mut options = DiffOptions::new();
    options.set_context_len(0);
    let patch = options.create_patch(&old_text, &new_text);
    let (mut at_old, mut at_new) = (0, 0);
    let mut pairs = Vec::new();
    for hunk in patch.hunks() {
        let count = |is_old: bool| {
            let lines = hunk.lines().iter();
            lines
                .filter(|line| matches!(line, Line::Delete(_)) == is_old)
                .count()
        };
        // An empty range is told by the line before it.
        let start = hunk.old_range().start() - usize::from(!hunk.old_range().is_empty());
        while at_old < start {
            pairs.push((in_old[at_old], in_new[at_new]));
            (at_old, at_new) = (at_old + 1, at_new + 1);
        }
        at_old += count(true);
        at_new += count(false);
    }
    pairs.extend(
        in_old[at_old..]
            .iter()
            .copied()
            .zip(in_new[at_new..].iter().copied()),
    );
    // A last line without an end is another one than the same with it.
    pairs.retain(|(at_old, at_new)| old[*at_old] == new[*at_new]);
    pairs
}

/// Changes that are shown together.
fn hunks(changes: &[Change]) -> Vec<Vec<Change>> {
    let mut hunks: Vec<Vec<Change>> = Vec::new();
    for change in changes {
        let near = |hunk: &&mut Vec<Change>| {
            let last = hunk.last();
            last.is_some_and(|last| change.old.start - last.old.end <= 2 * CONTEXT)
        };
        match hunks.last_mut().filter(near) {
            Some(hunk) => hunk.push(change.clone()),
            None => hunks.push(vec![change.clone()]),
        }
    }
    hunks
}

fn print(text: &mut String, hunk: &[Change], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let before = CONTEXT.min(first.old.start);
    let after = CONTEXT.min(old.len() - last.old.end);
    let shown_old = first.old.start - before..last.old.end + after;
    let shown_new = first.new.start - before..last.new.end + after;
    let _ = writeln!(text, "@@ -{} +{} @@", range(&shown_old), range(&shown_new));
    let mut at = shown_old.start;
    for change in hunk {
        put(text, ' ', &old[at..change.old.start]);
        put(text, '-', &old[change.old.clone()]);
        put(text, '+', &new[change.new.clone()]);
        at = change.old.end;
    }
    put(text, ' ', &old[at..shown_old.end]);
}

fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        length => format!("{},{length}", lines.start + 1),
    }
}

fn put(text: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        text.push(mark);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few lines of few kinds, some of one text only.
    fn text(random: &mut u64, own: &str) -> String {
        let mut next = |below: u64| {
            *random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (*random >> 33) % below
        };
        let mut text = String::new();
        for _ in 0..next(60) {
            match next(5) {
                0 => text.push_str(own),
                kind => text.extend([&"abcd"[..usize::try_from(kind).unwrap_or(1)], "\n"]),
            }
        }
        if next(4) == 0 {
            text.push_str("the end");
        }
        text
    }

    #[test]
    fn patches_lead_from_one_text_to_the_other() {
        let mut random = 7;
        for _ in 0..2000 {
            let old = text(&mut random, "old\n");
            let new = text(&mut random, "new\n");
            if old == new {
                continue;
            }
            let found = between("a/x", "b/x", &old, &new);
            let patch = diffy::Patch::from_str(&found).expect("a patch");
            assert_eq!(
                diffy::apply(&old, &patch).ok().as_deref(),
                Some(&*new),
                "{found}"
            );
            // Not longer than the whole comparison's.
            let marked = |patch: &str| {
                patch
                    .lines()
                    .filter(|line| line.starts_with(['-', '+']))
                    .count()
            };
            let mut options = DiffOptions::new();
            options
                .set_original_filename("a/x")
                .set_modified_filename("b/x");
            let whole = options.create_patch(&old, &new).to_string();
            assert!(marked(&found) <= marked(&whole) + 1, "{found}\n{whole}");
        }
    }
}
