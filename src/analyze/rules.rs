//! `validate` tags, as far as their rules are common (go-playground/validator).

use crate::diag::{Diagnostic, Report};
use crate::model::{Rule, Type};
use crate::syntax::tag::TagPair;

/// The rules that can be checked without knowing more than the field. The others are named in a warning.
pub(super) fn read(pair: &TagPair, ty: &Type, report: &mut Report) -> Vec<Rule> {
    let mut out = Vec::new();
    if pair.text.trim() == "-" {
        return out;
    }
    let words = std::iter::once(&pair.name).chain(&pair.options);
    for word in words.filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        // What follows is about items; those of declared types have tags of their own.
        if name == "dive" {
            let words = std::iter::once(&pair.name).chain(&pair.options);
            let behind = words.skip_while(|word| *word != "dive").skip(1);
            if behind.count() > 0 {
                unknown("rules after `dive` are", pair, report);
            }
            break;
        }
        match rule(name, value, ty) {
            Some(rule) => out.push(rule),
            None => unknown(&format!("`{word}` is"), pair, report),
        }
    }
    out
}

fn rule(name: &str, value: &str, ty: &Type) -> Option<Rule> {
    let ty = match ty {
        Type::Pointer(inner) => inner,
        other => other,
    };
    let is_text = *ty == Type::String;
    let has_length = is_text || matches!(ty, Type::Slice(_) | Type::Map(..) | Type::Bytes);
    let bound = || {
        let fits = match ty {
            Type::Int { signed: true, .. } => value.parse::<i64>().is_ok(),
            Type::Float { .. } => value.parse::<f64>().is_ok_and(f64::is_finite),
            Type::Int { .. } => value.parse::<u64>().is_ok(),
            _ => has_length && value.parse::<u32>().is_ok(),
        };
        fits.then(|| value.to_owned())
    };
    Some(match name {
        "omitempty" => Rule::OmitEmpty,
        "required" => Rule::NotEmpty,
        "min" | "gte" => Rule::AtLeast(bound()?),
        "max" | "lte" => Rule::AtMost(bound()?),
        "gt" => Rule::Above(bound()?),
        "lt" => Rule::Below(bound()?),
        "len" if has_length => Rule::Length(bound()?),
        "oneof" => one_of(value, ty)?,
        "email" if is_text => Rule::Email,
        "url" if is_text => Rule::Url,
        "uuid" | "uuid4" if is_text => Rule::Uuid,
        "number" | "numeric" if is_text => Rule::Numeric,
        // Numbers are numeric.
        "number" | "numeric" if matches!(ty, Type::Int { .. } | Type::Float { .. }) => {
            Rule::OmitEmpty
        }
        "alphanum" if is_text => Rule::Alphanumeric,
        _ => return None,
    })
}

/// Words between blanks, of the field's type.
fn one_of(value: &str, ty: &Type) -> Option<Rule> {
    let words: Vec<String> = value
        .split_whitespace()
        .map(|word| word.trim_matches('\'').to_owned())
        .collect();
    let fits = match ty {
        Type::String => true,
        Type::Int { signed: true, .. } => words.iter().all(|word| word.parse::<i64>().is_ok()),
        Type::Int { .. } => words.iter().all(|word| word.parse::<u64>().is_ok()),
        _ => false,
    };
    (fits && !words.is_empty()).then_some(Rule::OneOf(words))
}

fn unknown(what: &str, pair: &TagPair, report: &mut Report) {
    let message = format!("{what} not checked by the generated code");
    report.push(
        Diagnostic::warning("api/unknown-rule", pair.span, message)
            .help("check it in the logic, or say it with `options=` or `range=`"),
    );
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::diag::Report;
    use crate::model::{Rule, Type};
    use crate::source::{FileId, Span};
    use crate::syntax::tag;

    #[test]
    fn rules() {
        let int = Type::Int {
            bits: 32,
            signed: true,
        };
        let text = Type::String;
        let list = Type::Slice(Box::new(Type::String));
        let five = || "5".to_owned();
        let cases: &[(&str, &Type, &[Rule], usize)] = &[
            ("required", &text, &[Rule::NotEmpty], 0),
            (
                "omitempty,min=5",
                &int,
                &[Rule::OmitEmpty, Rule::AtLeast(five())],
                0,
            ),
            ("max=5", &list, &[Rule::AtMost(five())], 0),
            ("max=x", &int, &[], 1),
            ("gt=5,dive", &list, &[Rule::Above(five())], 0),
            ("dive,min=5", &list, &[], 1),
            ("oneof=5", &int, &[Rule::OneOf(vec![five()])], 0),
            ("oneof=a", &int, &[], 1),
            ("email,zh_cn_phone", &text, &[Rule::Email], 1),
            ("-", &text, &[], 0),
        ];
        for (rules, ty, expected, warnings) in cases {
            let text = format!("validate:\"{rules}\"");
            let tag = tag::parse(&text, Span::new(FileId(0), 0, 0));
            let mut report = Report::default();
            let found = read(tag.get("validate").unwrap(), ty, &mut report);
            assert_eq!(found, *expected, "{rules}");
            assert_eq!(report.iter().count(), *warnings, "{rules}");
        }
    }
}
