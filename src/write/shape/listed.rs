//! Items that rustfmt need not be asked about: `use` and `mod` lines, of which a large workspace has thousands. Their
//! letters decide, since they are sorted, so that hardly two of them are alike.

use std::cmp::Ordering;

use crate::style::{self, MAX_WIDTH, TAB};

/// Where a list of imports is broken depends on what stands around it by a column or two.
const DOUBT: usize = 4;

/// Whether an item is nothing but such lines, in order, and rustfmt would certainly leave them.
pub(in super::super) fn is_settled(item: &str) -> bool {
    let mut rest = item;
    let mut last: Option<Line<'_>> = None;
    while !rest.is_empty() {
        let Some((line, after)) = Line::first(rest) else {
            return false;
        };
        if last.is_some_and(|last| !last.stands_before(&line)) {
            return false;
        }
        last = Some(line);
        rest = after;
    }
    last.is_some()
}

struct Line<'t> {
    is_use: bool,
    path: &'t str,
}

impl<'t> Line<'t> {
    /// What the text begins with, and the text behind it; `None` where it is not laid out as expected.
    fn first(text: &'t str) -> Option<(Self, &'t str)> {
        let (head, rest) = text.split_once(";\n")?;
        let bare = ["pub(crate) ", "pub "]
            .iter()
            .find_map(|visibility| head.strip_prefix(visibility))
            .unwrap_or(head);
        if let Some(path) = bare.strip_prefix("mod ") {
            let fits = head.len() < MAX_WIDTH && is_name(path);
            let line = Self {
                is_use: false,
                path,
            };
            return fits.then_some((line, rest));
        }
        let path = bare.strip_prefix("use ")?;
        let is_laid_out = match path.split_once("::{") {
            Some((front, list)) => {
                let before = head.len() - list.len();
                are_names(front) && is_list(list.strip_suffix('}')?, before)
            }
            None => head.len() < MAX_WIDTH && are_names(path),
        };
        let line = Self { is_use: true, path };
        is_laid_out.then_some((line, rest))
    }

    /// Two lists of one path are compared name by name, which is rare.
    fn stands_before(&self, next: &Self) -> bool {
        let front = |line: &Self| line.path.split_once('{').map(|(front, _)| front);
        if front(self).is_some() && front(self) == front(next) {
            return false;
        }
        match (self.is_use, next.is_use) {
            (true, true) => style::by_path(self.path, next.path) == Ordering::Less,
            (false, false) => style::by_letters(self.path, next.path) == Ordering::Less,
            _ => true,
        }
    }
}

/// Whether what stands between braces is sorted and on as many lines as it needs. The path takes `before` columns.
fn is_list(list: &str, before: usize) -> bool {
    let wrapped = list
        .strip_prefix('\n')
        .and_then(|list| list.strip_suffix(",\n"));
    let names: Vec<&str> = match wrapped {
        Some(lines) => lines
            .split_inclusive(',')
            .map(|name| name.trim_end_matches(',').trim_start())
            .collect(),
        None => list.split(", ").collect(),
    };
    let are_sorted = names.is_sorted_by(|a, b| style::by_path(a, b) == Ordering::Less);
    if names.len() < 2 || !are_sorted || !names.iter().all(|name| *name == "self" || is_name(name))
    {
        return false;
    }
    let width = before + names.iter().map(|name| name.len() + 2).sum::<usize>();
    let Some(lines) = wrapped else {
        return width + DOUBT < MAX_WIDTH;
    };
    let indent = " ".repeat(TAB);
    let filled = style::fill(&names);
    let laid_out: Vec<String> = filled
        .iter()
        .map(|line| format!("{indent}{line}"))
        .collect();
    width > MAX_WIDTH + DOUBT && laid_out.join("\n").strip_suffix(',') == Some(lines)
}

fn are_names(path: &str) -> bool {
    let is_first = |part: &str| matches!(part, "self" | "super" | "crate") || is_name(part);
    let mut parts = path.split("::");
    parts.next().is_some_and(is_first) && parts.all(|part| part == "super" || is_name(part))
}

/// As most names are: neither `r#type` nor `*` nor `x as y`.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        && !matches!(name, "self" | "super" | "crate")
}

#[cfg(test)]
mod tests;
