//! Where rustfmt breaks lines (its defaults: 100 columns, chains and call arguments up to 60), so that what is
//! printed needs no formatting even where names are long.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rust::{Init, Use};

const MAX_WIDTH: usize = 100;
const CHAIN_WIDTH: usize = 60;
/// A struct literal up to this stays on one line.
const LITERAL_WIDTH: usize = 18;
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
        let joins_head = index == 0 && column - indent + head.chars().count() <= TAB;
        if !joins_head {
            out.push('\n');
            out.push_str(&" ".repeat(indent + TAB));
        }
        out.push_str(link);
    }
    out
}

/// A call, or a link of a chain, whose line is indented by `indent`.
pub(super) fn call(indent: usize, function: &str, arguments: &[&str]) -> String {
    let all = arguments.join(", ");
    if all.chars().count() <= CHAIN_WIDTH && !is_wide(indent, &format!("{function}({all}),")) {
        return format!("{function}({all})");
    }
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + TAB));
    let lines: Vec<_> = (arguments.iter())
        .map(|argument| format!("{inner}{argument},\n"))
        .collect();
    format!("{function}(\n{}{outer})", lines.concat())
}

/// The logic of what zgen cannot know: an honest refusal, on a line indented by four.
pub(super) fn unwritten(name: &str) -> String {
    let message = format!("\"{name} is not written yet\"");
    let arguments = ["Code::Unimplemented", message.as_str()];
    let error = format!("Error::new({})", arguments.join(", "));
    if error.chars().count() <= CHAIN_WIDTH {
        return format!("Err({error})");
    }
    // The last argument of a call may open its braces on the call's own line.
    let lines = arguments.map(|argument| format!("        {argument},\n"));
    format!("Err(Error::new(\n{}    ))", lines.concat())
}

/// A struct literal that begins on a line indented by `indent`.
pub(super) fn literal(indent: usize, ty: &str, fields: &[Init]) -> String {
    if fields.is_empty() {
        return format!("{ty} {{}}");
    }
    let short: Vec<_> = (fields.iter())
        .map(|field| format!("{}: {}", field.name, field.value))
        .collect();
    let short = short.join(", ");
    let is_plain = fields.iter().all(|field| field.comment.is_none());
    if is_plain && short.chars().count() <= LITERAL_WIDTH {
        return format!("{ty} {{ {short} }}");
    }
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + TAB));
    let mut out = format!("{ty} {{\n");
    for Init {
        name,
        value,
        comment,
    } in fields
    {
        if let Some(comment) = comment {
            let _ = writeln!(out, "{inner}// {comment}");
        }
        let _ = writeln!(out, "{inner}{name}: {value},");
    }
    out + &outer + "}"
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
