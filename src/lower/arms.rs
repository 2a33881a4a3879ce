//! Arms of a `match`, with rustfmt's line breaks.

use super::layout::{TAB, chain, is_wide};

/// `pattern => head.a().b(),`
pub(super) fn chain_arm(indent: usize, pattern: &str, head: &str, links: &[&str]) -> String {
    let start = format!("{pattern} => ");
    let column = indent + start.chars().count();
    let value = chain(indent, column, head, links, ",");
    if !value.contains('\n') {
        return format!("{start}{value},");
    }
    let inner = indent + TAB;
    let value = chain(inner, inner, head, links, "");
    format!("{start}{{\n{}{value}\n{}}}", tab(inner), tab(indent))
}

/// `pattern if a && b => value,`
pub(super) fn guarded_arm(
    indent: usize,
    pattern: &str,
    conditions: &[String],
    value: &str,
) -> String {
    let guard = conditions.join(" && ");
    let line = format!("{pattern} if {guard} => {value},");
    if !is_wide(indent, &line) {
        return line;
    }
    let inner = indent + TAB;
    let body = format!("{{\n{}{value}\n{}}}", tab(inner), tab(indent));
    let line = format!("{pattern} if {guard} =>");
    if !is_wide(indent, &format!("{line} {{")) {
        return format!("{line} {body}");
    }
    let line = format!("if {guard} =>");
    let guard = if is_wide(inner, &line) {
        let between = format!("\n{}&& ", tab(inner + TAB));
        format!("if {} =>", conditions.join(&between))
    } else {
        line
    };
    format!("{pattern}\n{}{guard}\n{}{body}", tab(inner), tab(indent))
}

fn tab(width: usize) -> String {
    " ".repeat(width)
}
