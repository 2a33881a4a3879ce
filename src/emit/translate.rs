//! zgen's templates in the language of templates of one's own: from the part of askama that `templates/README.md` allows
//! to minijinja. Whitespace comes out the same.

use std::fmt::Write as _;

pub(super) fn to_minijinja(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut matches = Vec::new();
    while let Some((before, after)) = rest.split_once("{%") {
        out.push_str(before);
        let Some((tag, after)) = after.split_once("%}") else {
            break;
        };
        rest = after;
        let (open, tag) = match tag.strip_prefix('-') {
            Some(tag) => ("{%-", tag),
            None => ("{%", tag),
        };
        let (close, tag) = match tag.strip_suffix('-') {
            Some(tag) => ("-%}", tag),
            None => ("%}", tag),
        };
        self::tag(tag.trim(), open, close, &mut matches, &mut out);
    }
    out.push_str(rest);
    out
}

/// What is matched, until the end of the match.
struct Match<'t> {
    on: &'t str,
    arms: usize,
}

fn tag<'t>(
    tag: &'t str,
    open: &str,
    close: &str,
    open_matches: &mut Vec<Match<'t>>,
    out: &mut String,
) {
    let (word, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let rest = rest.trim();
    let condition = match (word, rest.split_once(char::is_whitespace)) {
        ("else", Some(("if", rest))) => Some(("elif", rest)),
        ("if", _) => Some(("if", rest)),
        _ => None,
    };
    // Writing into a `String` cannot fail.
    let _ = match (word, condition) {
        (_, Some((word, rest))) => match bound(rest) {
            Some((name, value)) => write!(
                out,
                "{open} {word} {value} is not none %}}{{% set {name} = {value} {close}"
            ),
            None => write!(out, "{open} {word} {} {close}", expression(rest)),
        },
        ("let", _) => write!(out, "{open} set {rest} {close}"),
        ("match", _) => {
            open_matches.push(Match { on: rest, arms: 0 });
            Ok(())
        }
        ("when", _) => match open_matches.last_mut() {
            Some(matched) => {
                matched.arms += 1;
                let word = if matched.arms == 1 { "if" } else { "elif" };
                let (test, set) = arm(rest, matched.on);
                match set {
                    Some(set) => write!(out, "{open} {word} {test} %}}{{% set {set} {close}"),
                    None => write!(out, "{open} {word} {test} {close}"),
                }
            }
            None => Ok(()),
        },
        ("endmatch", _) => {
            open_matches.pop();
            write!(out, "{open} endif {close}")
        }
        _ => write!(out, "{open} {tag} {close}"),
    };
}

/// `let Some(name) = value`.
fn bound(condition: &str) -> Option<(&str, &str)> {
    let (name, value) = condition.strip_prefix("let Some(")?.split_once(')')?;
    Some((name, value.trim_start().strip_prefix('=')?.trim()))
}

/// The test of one arm, and the name that it gives.
fn arm(pattern: &str, on: &str) -> (String, Option<String>) {
    let (variant, inner) = match pattern.split_once(" with ") {
        Some((variant, inner)) => (variant.trim(), inner.trim()),
        None => (pattern, ""),
    };
    let variant = variant.rsplit("::").next().unwrap_or(variant);
    let tuple = inner.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    let fields = inner.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
    let name = tuple.or(fields).unwrap_or_default().trim();
    let place = match (variant, fields) {
        ("Some", _) => on.to_owned(),
        (_, Some(_)) => format!("{on}.{variant}.{name}"),
        _ => format!("{on}.{variant}"),
    };
    let test = match (variant, inner.is_empty()) {
        ("None", _) => format!("{on} is none"),
        ("Some", _) => format!("{on} is not none"),
        (_, true) => format!("{on} == \"{variant}\""),
        (_, false) => format!("{on}.{variant} is defined"),
    };
    // `field: _` is there for the compiler's sake.
    let is_name = !name.is_empty() && !name.contains(':');
    (test, is_name.then(|| format!("{name} = {place}")))
}

fn expression(text: &str) -> String {
    let any: Vec<String> = text
        .split(" || ")
        .map(|part| {
            let all: Vec<String> = part.split(" && ").map(operand).collect();
            all.join(" and ")
        })
        .collect();
    any.join(" or ")
}

fn operand(text: &str) -> String {
    let (not, text) = match text.strip_prefix('!') {
        Some(text) => ("not ", text),
        None => ("", text),
    };
    if let Some(list) = text.strip_suffix(".is_empty()") {
        let sign = if not.is_empty() { "==" } else { ">" };
        return format!("{list}|length {sign} 0");
    }
    if let Some(option) = text.strip_suffix(".is_some()") {
        return format!("{not}{option} is not none");
    }
    if let Some(option) = text.strip_suffix(".is_none()") {
        return format!("{not}{option} is none");
    }
    format!("{not}{}", text.replace(".len()", "|length"))
}

#[cfg(test)]
mod tests {
    use super::to_minijinja;

    #[test]
    fn tags_are_translated() {
        for (from, to) in [
            ("a {{ v.b }}", "a {{ v.b }}"),
            ("{%- if v.a -%}", "{%- if v.a -%}"),
            ("{% if !v.a && v.b %}", "{% if not v.a and v.b %}"),
            (
                "{%- if !v.a.is_empty() || v.b %}",
                "{%- if v.a|length > 0 or v.b %}",
            ),
            (
                "{%- else if v.a.len() == 1 %}",
                "{%- elif v.a|length == 1 %}",
            ),
            ("{%- if v.a.is_some() %}", "{%- if v.a is not none %}"),
            (
                "{% if let Some(x) = v.a -%}",
                "{% if v.a is not none %}{% set x = v.a -%}",
            ),
            ("{%- let a = v.b %}", "{%- set a = v.b %}"),
            (
                "{%- match v.p %}{%- when P::A %}1{%- when P::B with { c } %}2{%- when P::D with (e) %}3{%- endmatch %}",
                "{%- if v.p == \"A\" %}1{%- elif v.p.B is defined %}{% set c = v.p.B.c %}2{%- elif v.p.D is defined %}{% set e = v.p.D %}3{%- endif %}",
            ),
            (
                "{%- match v.p %}{%- when Some with (a) %}1{%- when None %}{%- endmatch %}",
                "{%- if v.p is not none %}{% set a = v.p %}1{%- elif v.p is none %}{%- endif %}",
            ),
            ("{%- when P::B with { c: _ } %}", ""),
        ] {
            assert_eq!(to_minijinja(from), to, "{from}");
        }
    }
}
