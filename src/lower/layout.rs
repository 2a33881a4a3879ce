//! Where rustfmt breaks lines (its defaults: 100 columns, chains and call arguments up to 60), so that what is
//! printed needs no formatting even where names are long.

use std::collections::BTreeMap;

use crate::rust::Use;

const MAX_WIDTH: usize = 100;
const CHAIN_WIDTH: usize = 60;
const TAB: usize = 4;

/// Whether a line that starts at this indentation is too long.
pub(super) fn is_wide(indent: usize, line: &str) -> bool {
    indent + line.chars().count() > MAX_WIDTH
}

/// A method chain that starts at `column` of a line indented by `indent`; `tail` is what follows it on its line.
pub(super) fn chain(
    indent: usize,
    column: usize,
    head: &str,
    links: &[&str],
    tail: &str,
) -> String {
    let one_line = format!("{head}{}", links.concat());
    let fits = one_line.chars().count() <= CHAIN_WIDTH
        && column + one_line.chars().count() + tail.chars().count() <= MAX_WIDTH;
    if fits {
        return one_line;
    }
    let mut out = head.to_owned();
    for (index, link) in links.iter().enumerate() {
        let joins_head = index == 0 && head.chars().count() <= TAB;
        if !joins_head {
            out.push('\n');
            out.push_str(&" ".repeat(indent + TAB));
        }
        out.push_str(link);
    }
    out
}

/// `use path::{..};` with its names sorted as rustfmt sorts them.
pub(super) fn use_of(path: &str, names: &[String]) -> Option<Use> {
    let mut names = names.to_vec();
    names.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    names.dedup();
    let all = names.join(", ");
    let braces = names.len() > 1;
    let is_wrapped = braces && is_wide(0, &format!("use {path}::{{{all}}};"));
    let lines = if is_wrapped { fill(&names) } else { vec![all] };
    (!names.is_empty()).then(|| Use {
        path: path.to_owned(),
        lines,
        braces,
        is_wrapped,
    })
}

/// One block of `use` lines, as rustfmt sorts them. Names of one path go into one line.
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
        let mut lines: Vec<_> = self
            .0
            .iter()
            .filter_map(|(path, names)| use_of(path, names))
            .collect();
        // A list in braces comes after every single name.
        lines.sort_by_cached_key(|line| {
            let last = if line.braces {
                "~"
            } else {
                line.lines[0].as_str()
            };
            let segments = line.path.split("::").chain([last]);
            segments.map(str::to_owned).collect::<Vec<_>>()
        });
        lines
    }
}

/// As rustfmt orders imports: `self`, then types, then functions and modules.
fn sort_key(name: &str) -> (bool, bool, &str) {
    (
        name != "self",
        name.starts_with(|c: char| c.is_lowercase()),
        name,
    )
}

fn fill(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        let item = format!("{name},");
        match lines.last_mut() {
            Some(line) if TAB + line.chars().count() + 1 + item.chars().count() <= MAX_WIDTH => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}
