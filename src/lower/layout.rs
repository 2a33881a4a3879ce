//! Where rustfmt breaks lines (its defaults: 100 columns, chains and call arguments up to 60), so that what is
//! printed needs no formatting even where names are long.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rust::{Init, Use};

const MAX_WIDTH: usize = 100;
const CHAIN_WIDTH: usize = 60;
pub(super) const CALL_WIDTH: usize = 60;
/// A struct literal up to this stays on one line.
const LITERAL_WIDTH: usize = 18;
const ATTRIBUTE_WIDTH: usize = 70;
/// Arguments up to this may share a line.
const SHORT: usize = 10;
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
    let width = one_line.chars().count();
    // rustfmt counts a `?` at the end twice.
    let tries = usize::from(one_line.ends_with('?'));
    let fits = !one_line.contains('\n')
        && (width + tries <= CHAIN_WIDTH || links.len() < 2)
        && column + width + 2 * tries + tail.chars().count() <= MAX_WIDTH;
    if fits {
        return one_line;
    }
    let is_too_wide = column + width + tail.chars().count() > MAX_WIDTH;
    if let Some(overflowing) = overflowing(indent, head, links).filter(|_| is_too_wide) {
        return overflowing;
    }
    let mut out = head.to_owned();
    for (index, link) in links.iter().enumerate() {
        // Only at the start of a line: behind `let x = ` even a short head stands alone.
        let joins_head = index == 0 && column - indent + head.chars().count() <= TAB;
        if !joins_head {
            out.push('\n');
            out.push_str(&" ".repeat(indent + TAB));
        }
        out.push_str(link);
    }
    out
}

/// Where the last link has many arguments, they alone stand on lines of their own.
fn overflowing(indent: usize, head: &str, links: &[&str]) -> Option<String> {
    let (last, before) = links.split_last()?;
    let start = format!("{head}{}", before.concat());
    let (name, inside) = last.strip_suffix(')')?.split_once('(')?;
    let arguments = arguments_of(inside);
    let fits = start.chars().count() + name.chars().count() < CHAIN_WIDTH;
    let is_plain = !start.contains('\n') && !last.contains('\n');
    // Three arguments and the two parentheses: from five lines on, rustfmt prefers this.
    (fits && is_plain && arguments.len() >= 3)
        .then(|| format!("{start}{name}({})", below(indent, &arguments)))
}

/// A call in a line indented by `indent`: its arguments below each other where they are long.
pub(super) fn call(
    indent: usize,
    callee: &str,
    arguments: &[impl AsRef<str>],
    tail: &str,
) -> String {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let list = arguments.join(", ");
    let width = list.chars().count();
    let line = format!("{callee}({list}){tail}");
    if width <= CALL_WIDTH && !is_wide(indent, &line) {
        return line;
    }
    // A call that is the only argument takes the line break into its own parentheses.
    if let [only] = arguments.as_slice()
        && let Some((inner, rest)) = only.split_once('(')
        && let Some(rest) = rest.strip_suffix(')')
        && !inner.contains(['"', '|', ' '])
    {
        if inner.chars().count() >= CALL_WIDTH {
            if !is_wide(indent, &line) {
                return line;
            }
            let tab = " ".repeat(indent + TAB);
            let nested = call(indent + TAB, inner, &arguments_of(rest), ",");
            return format!("{callee}(\n{tab}{nested}\n{}){tail}", " ".repeat(indent));
        }
        let nested = below(indent, &arguments_of(rest));
        return format!("{callee}({inner}({nested})){tail}");
    }
    format!("{callee}({}){tail}", below(indent, &arguments))
}

/// Arguments on lines of their own, together where all of them are short.
fn below(indent: usize, arguments: &[&str]) -> String {
    let tab = " ".repeat(indent + TAB);
    let are_short = arguments
        .iter()
        .all(|argument| argument.chars().count() <= SHORT);
    let separator = if are_short {
        ", ".to_owned()
    } else {
        format!(",\n{tab}")
    };
    let list = arguments.join(&separator);
    format!("\n{tab}{list},\n{}", " ".repeat(indent))
}

/// The arguments of a call, split at the commas between them.
fn arguments_of(list: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut start, mut quoted) = (0_usize, 0, false);
    let mut before = ' ';
    for (at, c) in list.char_indices() {
        match c {
            '"' if before != '\\' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            '<' if before == ':' || before.is_alphanumeric() => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '>' if before.is_alphanumeric() || before == '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    out.push(list[start..].trim());
    out
}

/// A closure that is an argument on a line of its own, if the call has to be broken.
pub(super) fn closure(indent: usize, head: &str, body: &str) -> String {
    let line = format!("{head} {body}");
    if !is_wide(indent, &format!("{line},")) {
        return line;
    }
    let (tab, inner) = (" ".repeat(indent), " ".repeat(indent + TAB));
    let body = if is_wide(indent + TAB, body) {
        body.replace(" || ", &format!("\n{inner}    || "))
    } else {
        body.to_owned()
    };
    format!("{head} {{\n{inner}{body}\n{tab}}}")
}

/// The head of a function: its parameters below each other where they are long.
pub(super) fn signature(head: &str, parameters: &[String], result: &str) -> String {
    let line = format!("{head}({}) -> {result} {{", parameters.join(", "));
    if !is_wide(0, &line) {
        return line;
    }
    let tab = " ".repeat(TAB);
    let lines = parameters
        .iter()
        .map(|parameter| format!("{tab}{parameter},\n"));
    let lines: String = lines.collect();
    format!("{head}(\n{lines}) -> {result} {{")
}

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
    let key = |line: &Use| {
        let full = if line.braces {
            line.path.clone()
        } else {
            format!("{}::{}", line.path, line.lines.concat())
        };
        let rank = match full.split("::").next() {
            Some("super") => 0,
            Some("crate") => 1,
            _ => 2,
        };
        // Types stand before modules.
        let mut parts: Vec<(bool, String)> = full
            .split("::")
            .map(|part| {
                let is_type = part.starts_with(|c: char| c.is_uppercase());
                (!is_type, part.to_owned())
            })
            .collect();
        if line.braces {
            // As the brace itself would be.
            parts.push((true, "{".to_owned()));
        }
        (rank, parts)
    };
    lines.sort_by_key(key);
    lines
}

/// The inside of `#[name(..)]`: its arguments below each other where they are long.
pub(super) fn attribute(indent: usize, name: &str, arguments: &[String]) -> String {
    let list = arguments.join(", ");
    if list.chars().count() <= ATTRIBUTE_WIDTH && !is_wide(indent + 3, &format!("{name}({list})")) {
        return format!("{name}({list})");
    }
    let tab = " ".repeat(indent + TAB);
    let lines = arguments.join(&format!(",\n{tab}"));
    format!("{name}(\n{tab}{lines}\n{})", " ".repeat(indent))
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
        .map(|field| {
            if field.name == field.value {
                field.name.clone()
            } else {
                format!("{}: {}", field.name, field.value)
            }
        })
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
        if name == value {
            let _ = writeln!(out, "{inner}{name},");
        } else {
            let _ = writeln!(out, "{inner}{name}: {value},");
        }
    }
    out + &outer + "}"
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
    names.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    names.dedup();
    let all = names.join(", ");
    let braces = names.len() > 1;
    let is_wrapped = braces && is_wide(2, &format!("{head}use {path}::{{{all}}};"));
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
    for (index, name) in names.iter().enumerate() {
        let item = format!("{name},");
        // The comma after the last one does not count.
        let limit = MAX_WIDTH - usize::from(index + 1 < names.len());
        match lines.last_mut() {
            Some(line) if TAB + line.chars().count() + 1 + item.chars().count() <= limit => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls() {
        let long = "a".repeat(61);
        for (arguments, expected) in [
            (vec!["a", "b"], "f(a, b);".to_owned()),
            (vec![&long], format!("f(\n    {long},\n);")),
            (
                vec!["a::b::c::d::e::f::g::h::i::j::k::l::m::n::o::p::q::r(&svc, req)"],
                "f(a::b::c::d::e::f::g::h::i::j::k::l::m::n::o::p::q::r(\n    &svc, req,\n));"
                    .to_owned(),
            ),
        ] {
            assert_eq!(call(0, "f", &arguments, ";"), expected);
        }
    }

    #[test]
    fn chains() {
        let forty = format!(".{}()", "b".repeat(40));
        let links = [forty.as_str(), ".c()"];
        assert_eq!(chain(4, 4, "a", &links, ";"), format!("a{forty}.c()"));
        let links = [forty.as_str(), ".required(\"a\")"];
        assert_eq!(
            chain(4, 4, "form", &links, ";"),
            format!("form{forty}\n        .required(\"a\")")
        );
        assert_eq!(
            chain(4, 12, "form", &links, ";"),
            format!("form\n        {forty}\n        .required(\"a\")")
        );
    }
}
