//! Whether a value may be missing, and which values are taken.

use std::cmp::Ordering;

use super::fields::Change;
use crate::diag::Severity;
use crate::model::{Field, Presence, Range, Rule};

/// What a field of a request takes less of, or takes for something else.
pub(super) fn request(old: &Field, new: &Field) -> Vec<Change> {
    let mut out: Vec<Change> = presence(&old.presence, &new.presence).into_iter().collect();
    let mut error = |code, what| {
        out.push(Change {
            severity: Severity::Error,
            code,
            what,
            help: Some("requests that were fine are refused now"),
        });
    };
    if !new.options.is_empty() {
        let lost: Vec<&str> = old
            .options
            .iter()
            .filter(|option| !new.options.contains(option))
            .map(String::as_str)
            .collect();
        if old.options.is_empty() {
            let allowed = new.options.join("`, `");
            error(
                "breaking/options",
                format!("takes only `{allowed}`, and took anything"),
            );
        } else if !lost.is_empty() {
            let lost = lost.join("`, `");
            error("breaking/options", format!("no longer takes `{lost}`"));
        }
    }
    if let Some(range) = &new.range
        && is_narrower(old.range.as_ref(), range)
    {
        let was = old.range.as_ref();
        let was = was.map_or("anything".to_owned(), |was| format!("`{}`", written(was)));
        error(
            "breaking/range",
            format!("takes `{}`, and took {was}", written(range)),
        );
    }
    for rule in &new.rules {
        if !is_implied(rule, &old.rules) {
            error(
                "breaking/rule",
                format!("has a stricter rule: {}", described(rule)),
            );
        }
    }
    let was_lenient = old.rules.contains(&Rule::OmitEmpty) && old.rules.len() > 1;
    if was_lenient && !new.rules.is_empty() && !new.rules.contains(&Rule::OmitEmpty) {
        error(
            "breaking/rule",
            "is checked where it is empty, too".to_owned(),
        );
    }
    out
}

/// What a field of a response may surprise a reader with.
pub(super) fn response(old: &Field, new: &Field) -> Vec<Change> {
    let may_be_absent = new.omit_empty && !old.omit_empty;
    let change = Change {
        severity: Severity::Warning,
        code: "breaking/field-optional",
        what: "is left out where it is empty, and was always there".to_owned(),
        help: Some("readers that insist on it fail"),
    };
    may_be_absent.then_some(change).into_iter().collect()
}

fn presence(old: &Presence, new: &Presence) -> Option<Change> {
    let warning = |what| Change {
        severity: Severity::Warning,
        code: "breaking/default",
        what,
        help: Some("requests without it mean something else now"),
    };
    let error = |what| Change {
        severity: Severity::Error,
        code: "breaking/field-required",
        what,
        help: Some("requests without it are refused now"),
    };
    match (old, new) {
        (Presence::Required, _) => None,
        (_, Presence::Required) => Some(error("is required, and was not".to_owned())),
        (Presence::Optional | Presence::Default(_), Presence::OptionalWith { dependency, .. }) => {
            Some(error(format!("depends on `{dependency}`, and did not")))
        }
        (Presence::OptionalWith { .. }, Presence::OptionalWith { dependency, .. })
            if old != new =>
        {
            Some(error(format!("depends on `{dependency}` in another way")))
        }
        (Presence::Default(was), Presence::Default(is)) if was != is => Some(warning(format!(
            "is `{is}` where it is not sent, and was `{was}`"
        ))),
        (Presence::Default(was), Presence::Optional) => Some(warning(format!(
            "is empty where it is not sent, and was `{was}`"
        ))),
        (Presence::Optional | Presence::OptionalWith { .. }, Presence::Default(is)) => Some(
            warning(format!("is `{is}` where it is not sent, and was empty")),
        ),
        _ => None,
    }
}

fn is_narrower(old: Option<&Range>, new: &Range) -> bool {
    let was_low = old.and_then(|old| old.low.as_deref());
    let was_high = old.and_then(|old| old.high.as_deref());
    let takes = |inclusive: fn(&Range) -> bool| old.is_some_and(inclusive);
    let low = end(
        was_low,
        new.low.as_deref(),
        Ordering::Greater,
        takes(|old| old.low_inclusive) && !new.low_inclusive,
    );
    let high = end(
        was_high,
        new.high.as_deref(),
        Ordering::Less,
        takes(|old| old.high_inclusive) && !new.high_inclusive,
    );
    low || high
}

/// Whether one end of a range moved inwards.
fn end(old: Option<&str>, new: Option<&str>, inwards: Ordering, loses_bound: bool) -> bool {
    match (old, new) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(old), Some(new)) => match order(new, old) {
            Some(Ordering::Equal) => loses_bound,
            Some(order) => order == inwards,
            None => old != new,
        },
    }
}

/// Whole numbers exactly, others as well as the check itself can.
fn order(a: &str, b: &str) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return Some(a.cmp(&b));
    }
    a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?)
}

fn written(range: &Range) -> String {
    format!(
        "{}{}:{}{}",
        if range.low_inclusive { '[' } else { '(' },
        range.low.as_deref().unwrap_or_default(),
        range.high.as_deref().unwrap_or_default(),
        if range.high_inclusive { ']' } else { ')' },
    )
}

/// Whether every value that the old rules let pass keeps this one.
fn is_implied(rule: &Rule, old: &[Rule]) -> bool {
    let at_most = |was: &str, is: &str| order(was, is).is_some_and(Ordering::is_le);
    let at_least = |was: &str, is: &str| order(was, is).is_some_and(Ordering::is_ge);
    *rule == Rule::OmitEmpty
        || old.iter().any(|was| match (was, rule) {
            (was, rule) if was == rule => true,
            (Rule::AtLeast(was) | Rule::Length(was), Rule::AtLeast(is))
            | (Rule::Above(was), Rule::Above(is) | Rule::AtLeast(is)) => at_least(was, is),
            (Rule::AtMost(was) | Rule::Length(was), Rule::AtMost(is))
            | (Rule::Below(was), Rule::Below(is) | Rule::AtMost(is)) => at_most(was, is),
            (Rule::OneOf(was), Rule::OneOf(is)) => was.iter().all(|value| is.contains(value)),
            _ => false,
        })
}

fn described(rule: &Rule) -> String {
    match rule {
        Rule::OmitEmpty => "`omitempty`".to_owned(),
        Rule::NotEmpty => "not empty".to_owned(),
        Rule::AtLeast(bound) => format!("at least {bound}"),
        Rule::AtMost(bound) => format!("at most {bound}"),
        Rule::Above(bound) => format!("more than {bound}"),
        Rule::Below(bound) => format!("less than {bound}"),
        Rule::Length(length) => format!("a length of {length}"),
        Rule::OneOf(values) => format!("one of `{}`", values.join("`, `")),
        Rule::Email => "an email address".to_owned(),
        Rule::Url => "a URL".to_owned(),
        Rule::Uuid => "a UUID".to_owned(),
        Rule::Numeric => "a number".to_owned(),
        Rule::Alphanumeric => "letters and digits".to_owned(),
    }
}
