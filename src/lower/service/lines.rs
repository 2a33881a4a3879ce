//! Line breaks of methods and of members' values.

use crate::lower::layout::{chain, is_wide};

const TAB: usize = 4;

/// The head of a method that is indented by four: its parameters below each other where they are long. `&self` comes first.
pub(super) fn method(head: &str, parameters: &[String], result: &str) -> String {
    let all: Vec<&str> = std::iter::once("&self")
        .chain(parameters.iter().map(String::as_str))
        .collect();
    let line = format!("{head}({}) -> {result} {{", all.join(", "));
    if !is_wide(TAB, &line) {
        return line;
    }
    let lines = all.join(",\n        ");
    format!("{head}(\n        {lines},\n    ) -> {result} {{")
}

/// The value of a member that stands at `column` of a line indented by `indent`, broken where it is a long chain.
pub(super) fn value(indent: usize, column: usize, text: &str) -> String {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    match parts.as_slice() {
        [head, links @ ..] if links.len() > 1 && !text.contains('\n') => {
            chain(indent, column, head, links, ",")
        }
        _ => text.to_owned(),
    }
}

/// Where a unique key is in the cache. A text alone is left on its line as long as it fits.
pub(super) fn hint(hint: &str) -> String {
    let line = format!("let hint = format!(\"{hint}\");");
    if is_wide(8, &line) {
        return format!("let hint = format!(\n            \"{hint}\"\n        );");
    }
    line
}
