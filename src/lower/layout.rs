//! Where rustfmt breaks lines (its defaults: 100 columns, chains and call arguments up to 60), so that what is
//! printed needs no formatting even where names are long.

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
    names.sort_by(|a, b| version_sort_key(a).cmp(&version_sort_key(b)));
    names.dedup();
    let (first, rest) = names.split_first()?;
    if rest.is_empty() {
        let lines = vec![first.clone()];
        return Some(Use {
            path: path.to_owned(),
            lines,
            braces: false,
        });
    }
    let all = names.join(", ");
    let one_line = format!("use {path}::{{{all}}};");
    let lines = if is_wide(0, &one_line) {
        fill(&names)
    } else {
        vec![all]
    };
    Some(Use {
        path: path.to_owned(),
        lines,
        braces: true,
    })
}

/// Upper case before lower case, as rustfmt orders imports: types before functions and modules.
fn version_sort_key(name: &str) -> (bool, &str) {
    (name.starts_with(|c: char| c.is_lowercase()), name)
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
