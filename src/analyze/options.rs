//! Tag options: `optional`, `default=`, `options=`, `range=`.

use crate::diag::{Diagnostic, Report, did_you_mean};
use crate::model::{Presence, Range, Type};
use crate::source::Span;
use crate::syntax::tag::TagPair;

/// Options that go-zero or encoding/json know.
const KNOWN: &[&str] = &[
    "optional",
    "default",
    "options",
    "range",
    "string",
    "omitempty",
    "omitzero",
    "inherit",
    "env",
];

/// What the options of one pair say together.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) presence: Presence,
    pub(super) allowed: Vec<String>,
    pub(super) range: Option<Range>,
    pub(super) as_string: bool,
    pub(super) omit_empty: bool,
    pub(super) example: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            presence: Presence::Required,
            allowed: Vec::new(),
            range: None,
            as_string: false,
            omit_empty: false,
            example: None,
        }
    }
}

pub(super) fn read(pair: &TagPair, ty: &Type, report: &mut Report) -> Options {
    let mut out = Options::default();
    let mut default = None;
    for option in &pair.options {
        let (key, value) = match option.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (option.as_str(), None),
        };
        match (key, value) {
            ("optional", None) => out.presence = Presence::Optional,
            ("optional", Some(other)) => out.presence = optional_with(other),
            ("default", Some(value)) if !value.is_empty() => default = Some(value.to_owned()),
            ("options", Some(values)) => out.allowed = allowed(values),
            ("range", Some(text)) => out.range = range(text, pair.span, report),
            ("string", None) => out.as_string = true,
            ("omitempty" | "omitzero", None) => out.omit_empty = true,
            ("example", Some(value)) if !value.is_empty() => out.example = Some(value.to_owned()),
            // Configuration only, or nothing.
            ("default" | "inherit" | "env", _) => {}
            _ => unknown(key, pair, report),
        }
    }
    out.allowed.retain(|option| {
        let known = fits_item(option, ty);
        if !known {
            report.push(
                Diagnostic::warning(
                    "api/bad-option",
                    pair.span,
                    format!(
                        "the option `{option}` is not a value of the field's type and is ignored"
                    ),
                )
                .help("change the option or the type"),
            );
        }
        known
    });
    if let Some(default) = default {
        check_default(&default, &out, ty, pair, report);
        out.presence = Presence::Default(default);
    }
    out
}

fn optional_with(other: &str) -> Presence {
    let negated = other.starts_with('!');
    Presence::OptionalWith {
        dependency: other.trim_start_matches('!').to_owned(),
        negated,
    }
}

/// `a|b` or `[a,b]`
fn allowed(text: &str) -> Vec<String> {
    let list = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let parts: Vec<&str> = match list {
        Some(list) => list.split(',').collect(),
        None => text.split('|').collect(),
    };
    let trimmed = parts.into_iter().map(str::trim);
    trimmed
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn range(text: &str, span: Span, report: &mut Report) -> Option<Range> {
    let parsed = parse_range(text);
    if parsed.is_none() {
        report.push(
            Diagnostic::error(
                "api/bad-range",
                span,
                format!("`range={text}` is not a range of numbers"),
            )
            .help("write it as `range=[0:100]`; `(` and `)` exclude a bound, and either bound may be left out"),
        );
    }
    parsed
}

fn parse_range(text: &str) -> Option<Range> {
    let low_inclusive = match text.chars().next()? {
        '[' => true,
        '(' => false,
        _ => return None,
    };
    let high_inclusive = match text.chars().next_back()? {
        ']' => true,
        ')' => false,
        _ => return None,
    };
    let (low, high) = text.get(1..text.len() - 1)?.split_once(':')?;
    let (low, high) = (bound(low)?, bound(high)?);
    let text = |bound: &str| (!bound.is_empty()).then(|| bound.to_owned());
    let (low, high) = (text(low), text(high));
    if let (Some(low), Some(high)) = (&low, &high) {
        let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
        if low > high || (low >= high && !(low_inclusive && high_inclusive)) {
            return None;
        }
    }
    Some(Range {
        low,
        high,
        low_inclusive,
        high_inclusive,
    })
}

/// A number, or nothing at all.
fn bound(text: &str) -> Option<&str> {
    let text = text.trim();
    let number = text.parse::<f64>().is_ok_and(f64::is_finite);
    (text.is_empty() || number).then_some(text)
}

/// go-zero uses a default without checking it, so a wrong one is a value that no caller could send.
fn check_default(default: &str, options: &Options, ty: &Type, pair: &TagPair, report: &mut Report) {
    if !fits(default, ty) {
        report.push(
            Diagnostic::error(
                "api/bad-default",
                pair.span,
                format!("the default `{default}` is not a value of the field's type"),
            )
            .help("change the default or the type"),
        );
        return;
    }
    if !options.allowed.is_empty()
        && !matches!(ty, Type::Slice(_))
        && !options.allowed.iter().any(|allowed| allowed == default)
    {
        report.push(
            Diagnostic::warning(
                "api/default-not-allowed",
                pair.span,
                format!("the default `{default}` is not one of the options"),
            )
            .help(format!("one of `{}`", options.allowed.join("`, `"))),
        );
    }
    if let (Some(range), Ok(number)) = (&options.range, default.parse::<f64>())
        && !contains(range, number)
    {
        report.push(
            Diagnostic::warning(
                "api/default-not-allowed",
                pair.span,
                format!("the default `{default}` is outside the range"),
            )
            .help("change the default or the range"),
        );
    }
}

fn contains(range: &Range, number: f64) -> bool {
    let parse = |bound: &Option<String>| bound.as_ref().and_then(|text| text.parse::<f64>().ok());
    let above =
        parse(&range.low).is_none_or(|low| number > low || (range.low_inclusive && number >= low));
    let below = parse(&range.high)
        .is_none_or(|high| number < high || (range.high_inclusive && number <= high));
    above && below
}

/// Options of a list are about its items.
fn fits_item(option: &str, ty: &Type) -> bool {
    match ty {
        Type::Slice(item) => fits(option, item),
        ty => fits(option, ty),
    }
}

fn fits(default: &str, ty: &Type) -> bool {
    match ty {
        Type::Slice(item) => {
            let items = default.trim_start_matches('[').trim_end_matches(']');
            let mut items = items.split(',').map(str::trim);
            items.all(|part| part.is_empty() || fits(part, item))
        }
        Type::Bool => matches!(
            default.to_ascii_lowercase().as_str(),
            "true" | "false" | "1" | "0"
        ),
        Type::Int { bits, signed: true } => default
            .parse::<i64>()
            .is_ok_and(|value| (value >> (bits - 1)) == 0 || (value >> (bits - 1)) == -1),
        Type::Int {
            bits,
            signed: false,
        } => default
            .parse::<u64>()
            .is_ok_and(|value| *bits == 64 || value >> bits == 0),
        Type::Float { .. } => default.parse::<f64>().is_ok(),
        Type::Pointer(inner) => fits(default, inner),
        _ => true,
    }
}

fn unknown(key: &str, pair: &TagPair, report: &mut Report) {
    // Left to Go's other libraries, which have options of their own in the same tags.
    if key.is_empty() || key == "example" {
        return;
    }
    report.push(
        Diagnostic::warning(
            "api/unknown-option",
            pair.span,
            format!(
                "`{key}` is not an option of a `{}` tag and is ignored",
                pair.key
            ),
        )
        .maybe_help(did_you_mean(key, KNOWN.iter().copied())),
    );
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::diag::Report;
    use crate::model::{Presence, Type};
    use crate::source::{FileId, Span};
    use crate::syntax::tag;

    /// Text after the key, type, and what comes of them: presence, allowed values, codes.
    type Case<'a> = (&'a str, &'a Type, Presence, &'a [&'a str], &'a [&'a str]);

    #[test]
    fn options() {
        let int8 = Type::Int {
            bits: 8,
            signed: true,
        };
        let cases: &[Case<'_>] = &[
            ("a", &Type::String, Presence::Required, &[], &[]),
            ("a,optional", &Type::String, Presence::Optional, &[], &[]),
            (
                "a,optional=!b",
                &Type::String,
                Presence::OptionalWith {
                    dependency: "b".into(),
                    negated: true,
                },
                &[],
                &[],
            ),
            (
                "a,options=x|y,",
                &Type::String,
                Presence::Required,
                &["x", "y"],
                &[],
            ),
            (
                "a,options=[1,2]",
                &int8,
                Presence::Required,
                &["1", "2"],
                &[],
            ),
            (
                "a,default=x,optional",
                &Type::String,
                Presence::Default("x".into()),
                &[],
                &[],
            ),
            ("a,default=", &Type::String, Presence::Required, &[], &[]),
            (
                "a,default=127",
                &int8,
                Presence::Default("127".into()),
                &[],
                &[],
            ),
            (
                "a,default=-128",
                &int8,
                Presence::Default("-128".into()),
                &[],
                &[],
            ),
            (
                "a,default=128",
                &int8,
                Presence::Default("128".into()),
                &[],
                &["api/bad-default"],
            ),
            (
                "a,default=z,options=x|y",
                &Type::String,
                Presence::Default("z".into()),
                &["x", "y"],
                &["api/default-not-allowed"],
            ),
            (
                "a,default=9,range=[0:9)",
                &int8,
                Presence::Default("9".into()),
                &[],
                &["api/default-not-allowed"],
            ),
            (
                "a,range=[9:0]",
                &int8,
                Presence::Required,
                &[],
                &["api/bad-range"],
            ),
            (
                "a,range=(0:0)",
                &int8,
                Presence::Required,
                &[],
                &["api/bad-range"],
            ),
            ("a,range=[:]", &int8, Presence::Required, &[], &[]),
            (
                "a,range=0:1",
                &int8,
                Presence::Required,
                &[],
                &["api/bad-range"],
            ),
            (
                "a,optinal",
                &int8,
                Presence::Required,
                &[],
                &["api/unknown-option"],
            ),
        ];
        for (text, ty, presence, allowed, codes) in cases {
            let text = format!("json:\"{text}\"");
            let tag = tag::parse(&text, Span::new(FileId(0), 0, 0));
            let mut report = Report::default();
            let options = read(tag.get("json").unwrap(), ty, &mut report);
            assert_eq!(options.presence, *presence, "{text}");
            assert_eq!(options.allowed, *allowed, "{text}");
            let found: Vec<_> = report.iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!(found, *codes, "{text}");
        }
    }
}
