//! `options=`, `range=` and `validate` as plain checks, and defaults as literals.

use super::bind::is_long_array;
use super::types::is_scalar;
use crate::lower::layout;
use crate::model::{Field, OnEmpty, Range, Rule, Type};

/// A link of a field's chain for each check.
pub(super) fn links(field: &Field) -> Vec<String> {
    let ty = match &field.ty {
        Type::Pointer(inner) => inner,
        other => other,
    };
    let mut checks = Vec::new();
    if let Some(length) = is_long_array(ty) {
        checks.push((
            format!("value.len() == {length}"),
            format!("must have {length} items"),
        ));
    }
    let item = match ty {
        Type::Slice(item) => item,
        other => other,
    };
    if !field.options.is_empty() && (is_scalar(item) || *item == Type::String) {
        checks.push(one_of(ty, &field.options));
    }
    if let Some(range) = &field.range {
        checks.extend(in_range(ty, range));
    }
    // Zero or more than zero is zero or more.
    let rules = field.rules.iter().map(|rule| match rule {
        Rule::Above(low) if low == "0" && skips(field) && is_number(ty) => {
            Rule::AtLeast("0".to_owned())
        }
        Rule::AtLeast(low) if low == "1" && skips(field) && is_whole(ty) => {
            Rule::AtLeast("0".to_owned())
        }
        other => other.clone(),
    });
    let skips_empty = skips(field);
    for rule in rules {
        let rule = &rule;
        let found = match rule.on_empty(ty) {
            _ if !skips_empty => check(rule, ty),
            OnEmpty::Passes => check(rule, ty),
            OnEmpty::Only => None,
            OnEmpty::Fails => check(rule, ty).map(|(test, reason)| match empty(ty) {
                Some(is_empty) => (format!("{is_empty} || {}", grouped(&test)), reason),
                None => (test, reason),
            }),
        };
        checks.extend(found);
    }
    let link = |(test, reason): (String, String)| {
        let reason = format!("\"{}\"", quoted(&reason));
        let closure = layout::closure(20, "|value|", &test);
        layout::call(16, ".check", &[closure, reason], "")
    };
    checks.into_iter().map(link).collect()
}

fn skips(field: &Field) -> bool {
    field.rules.contains(&Rule::OmitEmpty)
}

fn is_number(ty: &Type) -> bool {
    is_whole(ty) || matches!(ty, Type::Float { .. })
}

fn is_whole(ty: &Type) -> bool {
    matches!(ty, Type::Int { signed: true, .. })
}

/// A text inside a Rust string literal, readable in any script.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// `&&` binds closer than `||`, but not everybody remembers.
fn grouped(test: &str) -> String {
    if test.contains(" && ") {
        format!("({test})")
    } else {
        test.to_owned()
    }
}

fn one_of(ty: &Type, options: &[String]) -> (String, String) {
    let reason = format!("must be one of {}", options.join(", "));
    let item = match ty {
        Type::Slice(item) => item,
        other => other,
    };
    let literals: Vec<_> = options.iter().map(|option| literal(item, option)).collect();
    let literals = literals.join(", ");
    let contains = |value: &str| match item {
        Type::String => format!("[{literals}].contains(&{value}.as_str())"),
        _ => format!("[{literals}].contains({value})"),
    };
    let test = match ty {
        Type::Slice(_) => format!("value.iter().all(|value| {})", contains("value")),
        _ => contains("value"),
    };
    (test, reason)
}

fn in_range(ty: &Type, range: &Range) -> Option<(String, String)> {
    let mut tests = Vec::new();
    let mut words = Vec::new();
    let (value, items) = match ty {
        Type::Slice(item) => ("*value", Some(item)),
        _ => ("*value", None),
    };
    let item = items.map_or(ty, |item| item);
    if !matches!(item, Type::Int { .. } | Type::Float { .. }) {
        return None;
    }
    if let Some(low) = range.low.as_ref().filter(|low| fits(item, low)) {
        let (sign, word) = if range.low_inclusive {
            (">=", "at least")
        } else {
            (">", "above")
        };
        // Anything unsigned is.
        if !(is_unsigned(item) && low == "0" && range.low_inclusive) {
            tests.push(format!("{value} {sign} {}", literal(item, low)));
        }
        words.push(format!("{word} {low}"));
    }
    if let Some(high) = range.high.as_ref().filter(|high| fits(item, high)) {
        let (sign, word) = if range.high_inclusive {
            ("<=", "at most")
        } else {
            ("<", "below")
        };
        tests.push(format!("{value} {sign} {}", literal(item, high)));
        words.push(format!("{word} {high}"));
    }
    let test = match (tests.is_empty(), range) {
        (true, _) => return None,
        (false, range) => contained(&tests, range, item).unwrap_or_else(|| tests.join(" && ")),
    };
    let test = match items {
        Some(_) => format!("value.iter().all(|value| {test})"),
        None => test,
    };
    Some((test, format!("must be {}", words.join(" and "))))
}

/// Two bounds of whole numbers are a range, as clippy would have it.
fn contained(tests: &[String], range: &Range, item: &Type) -> Option<String> {
    let (low, high) = (range.low.as_ref()?, range.high.as_ref()?);
    if tests.len() < 2 || !range.low_inclusive {
        return None;
    }
    let dots = if range.high_inclusive { "..=" } else { ".." };
    let (low, high) = (literal(item, low), literal(item, high));
    Some(format!("({low}{dots}{high}).contains(value)"))
}

fn is_unsigned(ty: &Type) -> bool {
    matches!(ty, Type::Int { signed: false, .. })
}

/// What a rule of a `validate` tag asks, and what is said of a value that does not have it.
fn check(rule: &Rule, ty: &Type) -> Option<(String, String)> {
    let simple = |test: &str, reason: &str| Some((test.to_owned(), reason.to_owned()));
    match rule {
        Rule::OmitEmpty => None,
        Rule::NotEmpty => match ty {
            Type::String | Type::Slice(_) | Type::Map(..) | Type::Bytes => {
                simple("!value.is_empty()", "must not be empty")
            }
            Type::Int { .. } => simple("*value != 0", "must not be 0"),
            Type::Float { .. } => simple("*value != 0.0", "must not be 0"),
            // `false` is an answer.
            _ => None,
        },
        Rule::AtLeast(bound) => bounded(ty, ">=", "at least", bound),
        Rule::AtMost(bound) => bounded(ty, "<=", "at most", bound),
        Rule::Above(bound) => bounded(ty, ">", "more than", bound),
        Rule::Below(bound) => bounded(ty, "<", "less than", bound),
        Rule::Length(bound) => bounded(ty, "==", "exactly", bound),
        Rule::OneOf(words) => Some(one_of(ty, words)),
        Rule::Email => simple("text::is_email(value)", "must be an e-mail address"),
        Rule::Url => simple("text::is_url(value)", "must be a URL"),
        Rule::Uuid => simple("text::is_uuid(value)", "must be a UUID"),
        Rule::Numeric => simple("text::is_numeric(value)", "must be a number"),
        Rule::Alphanumeric => simple(
            "value.chars().all(char::is_alphanumeric)",
            "must be letters and digits",
        ),
    }
}

fn bounded(ty: &Type, sign: &str, word: &str, bound: &str) -> Option<(String, String)> {
    let what = match (ty, bound) {
        (Type::String, "1") => "character",
        (Type::String, _) => "characters",
        (Type::Bytes, "1") => "byte",
        (Type::Bytes, _) => "bytes",
        (_, "1") => "item",
        _ => "items",
    };
    let reason = format!("must have {word} {bound} {what}");
    match ty {
        Type::String if bound == "1" && sign == ">=" => Some((
            "!value.is_empty()".to_owned(),
            "must not be empty".to_owned(),
        )),
        Type::String => Some((format!("value.chars().count() {sign} {bound}"), reason)),
        Type::Slice(_) | Type::Map(..) | Type::Bytes => match (sign, bound) {
            (">=", "0") => None,
            (">=", "1") | (">", "0") => Some(("!value.is_empty()".to_owned(), reason)),
            _ => Some((format!("value.len() {sign} {bound}"), reason)),
        },
        Type::Int { .. } | Type::Float { .. } => {
            if !fits(ty, bound) || is_unsigned(ty) && bound == "0" && sign == ">=" {
                return None;
            }
            let test = format!("*value {sign} {}", literal(ty, bound));
            Some((test, format!("must be {word} {bound}")))
        }
        _ => None,
    }
}

/// The test for the value that `omitempty` lets pass.
fn empty(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::String | Type::Slice(_) | Type::Map(..) | Type::Bytes => Some("value.is_empty()"),
        Type::Int { .. } => Some("*value == 0"),
        Type::Float { .. } => Some("*value == 0.0"),
        _ => None,
    }
}

/// The value of `default=`.
pub(super) fn default(ty: &Type, text: &str) -> String {
    match ty {
        Type::String => format!("\"{}\".to_owned()", text.escape_debug()),
        Type::Slice(item) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            let parts = inner
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            let items: Vec<_> = parts.map(|part| default(item, part)).collect();
            format!("vec![{}]", items.join(", "))
        }
        Type::Pointer(target) => format!("Some({})", default(target, text)),
        Type::Bool | Type::Int { .. } | Type::Float { .. } => literal(ty, text),
        _ => "Default::default()".to_owned(),
    }
}

/// Whether a bound is a value of the type; one that is not bounds nothing.
fn fits(ty: &Type, bound: &str) -> bool {
    let Type::Int { bits, signed } = ty else {
        return true;
    };
    let Ok(value) = bound.trim_start_matches('+').parse::<i128>() else {
        return bound.parse::<f64>().is_ok_and(|value| value.abs() < 1e18);
    };
    let half = 1i128 << (bits - 1);
    if *signed {
        (-half..half).contains(&value)
    } else {
        (0..2 * half).contains(&value)
    }
}

/// A value of a tag as a Rust literal; analysis has made sure that it is one.
fn literal(ty: &Type, text: &str) -> String {
    match ty {
        Type::Float { .. } if text.contains(['.', 'e', 'E']) => text.to_owned(),
        Type::Float { .. } => format!("{text}.0"),
        Type::Int { .. } => match text.parse::<f64>() {
            Ok(number) if text.contains(['.', 'e', 'E']) => format!("{:.0}", number.trunc()),
            _ => text.trim_start_matches('+').to_owned(),
        },
        Type::Bool => matches!(text.to_ascii_lowercase().as_str(), "true" | "1").to_string(),
        _ => format!("\"{}\"", text.escape_debug()),
    }
}
