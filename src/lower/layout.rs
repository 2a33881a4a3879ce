//! Where rustfmt breaks lines (its defaults: 100 columns, chains and call arguments up to 60), so that what is
//! printed needs no formatting even where names are long.

use std::fmt::Write as _;

pub(super) use super::arms::{chain_arm, guarded_arm};
pub(super) use super::imports::{Imports, pub_use_of, sorted, use_of, uses};
use crate::rust::Init;
pub(super) use crate::style::{MAX_WIDTH, TAB};

const CHAIN_WIDTH: usize = 60;
pub(super) const CALL_WIDTH: usize = 60;
/// A struct literal up to this stays on one line.
const LITERAL_WIDTH: usize = 18;
const ATTRIBUTE_WIDTH: usize = 70;
/// Arguments up to this may share a line.
const SHORT: usize = 10;

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
    let is_too_wide = column + width + tail.chars().count() > MAX_WIDTH
        || links.last().is_some_and(|last| long(last).is_some());
    if let Some(overflowing) = overflowing(indent, head, links).filter(|_| is_too_wide) {
        return overflowing;
    }
    let mut out = head.to_owned();
    // Behind a call in several lines that begins the chain, links stand where it ends.
    let mut at = indent + TAB;
    for (index, link) in links.iter().enumerate() {
        // Only at the start of a line: behind `let x = ` even a short head stands alone.
        let joins_head = index == 0 && column - indent + head.chars().count() <= TAB;
        let (base, start) = if joins_head {
            (indent, column + head.chars().count())
        } else {
            out.push('\n');
            out.push_str(&" ".repeat(at));
            (at, at)
        };
        let is_last = index + 1 == links.len();
        let end = if is_last { tail.chars().count() } else { 0 };
        let broken = long(link).or_else(|| {
            let is_wide = start + link.chars().count() + end > MAX_WIDTH;
            is_wide.then(|| arguments_below(link)).flatten()
        });
        match broken {
            Some((name, arguments)) => {
                let arguments = below(base, &arguments);
                let _ = write!(out, "{name}({arguments})");
                at = base;
            }
            None => out.push_str(link),
        }
    }
    out
}

/// The name and the arguments of a link whose arguments are below each other wherever it stands.
fn long(link: &str) -> Option<(&str, Vec<&str>)> {
    let (_, inside) = link.strip_suffix(')')?.split_once('(')?;
    let found = arguments_below(link)?;
    (inside.chars().count() > CALL_WIDTH && found.1.len() >= 3).then_some(found)
}

/// The same of any that can be broken there.
fn arguments_below(link: &str) -> Option<(&str, Vec<&str>)> {
    let (name, inside) = link.strip_suffix(')')?.split_once('(')?;
    let is_plain = !inside.is_empty() && !inside.contains(['|', '\n', '{']);
    is_plain.then(|| (name, arguments_of(inside)))
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
    fn long_arguments() {
        let long = ".run(\"FindHomestayBusinessByUser\", \"SELECT\", \"homestay_business\", query)";
        let below = |indent: usize| {
            let tab = " ".repeat(indent + 4);
            let lines = long[5..long.len() - 1].replace(", ", &format!(",\n{tab}"));
            format!(".run(\n{tab}{lines},\n{})", " ".repeat(indent))
        };
        assert_eq!(
            chain(8, 8, "self", &[".pool", long, ".await"], ""),
            format!("self.pool\n            {}\n            .await", below(12))
        );
        assert_eq!(
            chain(8, 19, "self", &[".pool", long], ";"),
            format!("self.pool{}", below(8))
        );
        let name = "select_by_".repeat(6);
        let wide = format!(".{name}(first, second)");
        assert_eq!(
            chain(16, 16, "self", &[&wide, ".await"], ""),
            format!("self.{name}(first, second)\n{}.await", " ".repeat(20))
        );
        let name = "select_by_".repeat(7);
        let wide = format!(".{name}(first, second, third)");
        assert_eq!(
            chain(16, 16, "self", &[&wide, ".await"], ""),
            format!(
                "self.{name}(\n{0}first, second, third,\n{1})\n{1}.await",
                " ".repeat(20),
                " ".repeat(16)
            )
        );
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
