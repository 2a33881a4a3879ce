//! `use` lines in rustfmt's order and width.

use std::collections::BTreeMap;

use super::layout::is_wide;
use crate::rust::Use;
use crate::style;

/// A block of `use` lines, sorted as rustfmt sorts them.
pub(super) fn uses(list: &[(&str, &[&str])]) -> Vec<Use> {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let lines = list.iter().map(|(path, all)| use_of(path, &names(all)));
    sorted(lines.flatten().collect())
}

/// Puts `use` lines into rustfmt's order: `super` before `crate`, then by path.
pub(super) fn sorted(mut lines: Vec<Use>) -> Vec<Use> {
    let path = |line: &Use| {
        // As the brace itself would be.
        let last = if line.braces {
            "{".to_owned()
        } else {
            line.lines.concat()
        };
        format!("{}::{last}", line.path)
    };
    lines.sort_by(|a, b| style::by_path(&path(a), &path(b)));
    lines
}

/// `use path::{..};` with its names sorted as rustfmt sorts them.
pub(super) fn use_of(path: &str, names: &[String]) -> Option<Use> {
    use_behind("", path, names)
}

/// The same behind `pub `.
pub(super) fn pub_use_of(path: &str, names: &[String]) -> Option<Use> {
    use_behind("pub ", path, names)
}

fn use_behind(head: &str, path: &str, names: &[String]) -> Option<Use> {
    let mut names = names.to_vec();
    names.sort_by(|a, b| style::by_path(a, b));
    names.dedup();
    let all = names.join(", ");
    let braces = names.len() > 1;
    let is_wrapped = braces && is_wide(2, &format!("{head}use {path}::{{{all}}};"));
    let lines = if is_wrapped {
        style::fill(&names)
    } else {
        vec![all]
    };
    (!names.is_empty()).then(|| Use {
        path: path.to_owned(),
        lines,
        braces,
        is_wrapped,
    })
}

/// One block of `use` lines; names of one path go into one line. `emit` puts the lines in order.
#[derive(Default)]
pub(super) struct Imports(BTreeMap<String, Vec<String>>);

impl Imports {
    pub(super) fn add(&mut self, path: &str, names: &[&str]) {
        let known = self.0.entry(path.to_owned()).or_default();
        known.extend(names.iter().map(|name| (*name).to_owned()));
    }

    pub(super) fn add_if(&mut self, needed: bool, path: &str, names: &[&str]) {
        if needed {
            self.add(path, names);
        }
    }

    pub(super) fn lines(&self) -> Vec<Use> {
        let lines = self.0.iter();
        lines
            .filter_map(|(path, names)| use_of(path, names))
            .collect()
    }
}
