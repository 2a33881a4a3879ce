//! `options=`, `range=` and `validate` as keywords, as the generated code checks them.

use serde_json::{Value, json};

use super::bounds::{bound, value};
use super::schema::Schema;
use crate::model::{Field, OnEmpty, Range, Rule, Type};

/// What is asked of the value of a field, beside its type.
pub(super) fn constrain(schema: &mut Schema, field: &Field) {
    let ty = pointee(&field.ty);
    of_items(schema, ty, |schema, item| {
        let allowed = field.options.iter();
        let allowed = allowed.filter_map(|option| value(item, option));
        one_of(schema, allowed.collect());
        if let Some(range) = &field.range {
            in_range(schema, item, range);
        }
    });
    let skips_empty = field.rules.contains(&Rule::OmitEmpty);
    let mut unless_empty = Schema::default();
    for rule in &field.rules {
        let rule = or_empty(rule, ty, skips_empty);
        match rule.on_empty(ty) {
            _ if !skips_empty => apply(schema, &rule, ty),
            OnEmpty::Passes => apply(schema, &rule, ty),
            OnEmpty::Only => {}
            OnEmpty::Fails => apply(&mut unless_empty, &rule, ty),
        }
    }
    let sentence = unless_empty.description.take();
    if let Some(sentence) = sentence {
        schema.say(&format!("{} Or empty.", sentence.trim_end()));
    }
    if unless_empty != Schema::default() {
        schema.any_of = vec![empty(ty), unless_empty];
    }
    narrow(schema);
    if let Some(items) = &mut schema.items {
        narrow(items);
    }
}

/// Takes out the options that another check would refuse. If it would refuse all of them, the description contradicts
/// itself, and so does the schema.
fn narrow(schema: &mut Schema) {
    let values = std::mem::take(&mut schema.values);
    let (allowed, others): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|value| schema.admits(value));
    schema.values = if allowed.is_empty() { others } else { allowed };
}

pub(super) fn pointee(ty: &Type) -> &Type {
    match ty {
        Type::Pointer(inner) => pointee(inner),
        other => other,
    }
}

/// Options and ranges of a list are about its items.
fn of_items(schema: &mut Schema, ty: &Type, change: impl FnOnce(&mut Schema, &Type)) {
    match (ty, &mut schema.items) {
        (Type::Slice(item), Some(items)) => change(items, item),
        _ => change(schema, ty),
    }
}

/// Of two lists, a value has to be in both.
fn one_of(schema: &mut Schema, allowed: Vec<Value>) {
    if schema.values.is_empty() {
        schema.values = allowed;
    } else if !allowed.is_empty() {
        schema.and(Schema {
            values: allowed,
            ..Schema::default()
        });
    }
}

fn in_range(schema: &mut Schema, ty: &Type, range: &Range) {
    if !is_number(ty) {
        return;
    }
    if let Some(low) = range.low.as_ref().and_then(|low| bound(ty, low)) {
        schema.at_least(low, range.low_inclusive);
    }
    if let Some(high) = range.high.as_ref().and_then(|high| bound(ty, high)) {
        schema.at_most(high, range.high_inclusive);
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int { .. } | Type::Float { .. })
}

fn apply(schema: &mut Schema, rule: &Rule, ty: &Type) {
    match rule {
        Rule::OmitEmpty => {}
        Rule::NotEmpty => not_empty(schema, ty),
        Rule::AtLeast(low) => bounded(schema, ty, low, Side::Low { inclusive: true }),
        Rule::Above(low) => bounded(schema, ty, low, Side::Low { inclusive: false }),
        Rule::AtMost(high) => bounded(schema, ty, high, Side::High { inclusive: true }),
        Rule::Below(high) => bounded(schema, ty, high, Side::High { inclusive: false }),
        Rule::Length(length) => {
            bounded(schema, ty, length, Side::Low { inclusive: true });
            bounded(schema, ty, length, Side::High { inclusive: true });
        }
        Rule::OneOf(words) => {
            let words = words.iter().filter_map(|word| value(ty, word));
            one_of(schema, words.collect());
        }
        Rule::Email => formatted(schema, "email"),
        Rule::Url => formatted(schema, "uri"),
        Rule::Uuid => formatted(schema, "uuid"),
        Rule::Numeric => matching(schema, r"^[+-]?[0-9]+(\.[0-9]+)?$"),
        // The check takes letters of every script, for which regular expressions have no common word.
        Rule::Alphanumeric => schema.say("Letters and digits only."),
    }
}

fn not_empty(schema: &mut Schema, ty: &Type) {
    match ty {
        Type::String | Type::Slice(_) | Type::Map(..) | Type::Bytes => {
            bounded(schema, ty, "1", Side::Low { inclusive: true });
        }
        Type::Int { signed: false, .. } => schema.at_least(1.into(), true),
        Type::Int { .. } | Type::Float { .. } => {
            schema.not = Some(Box::new(Schema::constant(json!(0))));
        }
        // `false` is an answer.
        _ => {}
    }
}

#[derive(Clone, Copy)]
enum Side {
    Low { inclusive: bool },
    High { inclusive: bool },
}

/// A bound of a number, or of how much there is of a text, a list or a map.
fn bounded(schema: &mut Schema, ty: &Type, text: &str, side: Side) {
    if is_number(ty) {
        let Some(bound) = bound(ty, text) else {
            return;
        };
        match side {
            Side::Low { inclusive } => schema.at_least(bound, inclusive),
            Side::High { inclusive } => schema.at_most(bound, inclusive),
        }
        return;
    }
    let Ok(count) = text.parse::<u64>() else {
        return;
    };
    let (least, most) = match side {
        Side::Low { inclusive: true } => (Some(count), None),
        Side::Low { inclusive: false } => (Some(count.saturating_add(1)), None),
        Side::High { inclusive: true } => (None, Some(count)),
        // Nothing has fewer than none.
        Side::High { inclusive: false } => match count.checked_sub(1) {
            Some(count) => (None, Some(count)),
            None => return schema.and(Schema::never()),
        },
    };
    match ty {
        Type::String => tighten(&mut schema.min_length, &mut schema.max_length, least, most),
        Type::Slice(_) => tighten(&mut schema.min_items, &mut schema.max_items, least, most),
        Type::Map(..) => tighten(
            &mut schema.min_properties,
            &mut schema.max_properties,
            least,
            most,
        ),
        // The text is base64: its length says little about that of the bytes.
        Type::Bytes => match (least, most) {
            (Some(1), _) => tighten(&mut schema.min_length, &mut None, Some(1), None),
            (Some(least), _) => schema.say(&format!("At least {least} bytes.")),
            (_, Some(most)) => schema.say(&format!("At most {most} bytes.")),
            (None, None) => {}
        },
        _ => {}
    }
}

fn tighten(low: &mut Option<u64>, high: &mut Option<u64>, least: Option<u64>, most: Option<u64>) {
    // Nothing is less than any number, so the larger of two lower bounds is what `max` says.
    *low = (*low).max(least);
    *high = match (*high, most) {
        (Some(known), Some(most)) => Some(known.min(most)),
        (known, most) => known.or(most),
    };
}

fn formatted(schema: &mut Schema, format: &'static str) {
    if schema.format.is_none() {
        schema.format = Some(format);
    } else {
        schema.and(Schema {
            format: Some(format),
            ..Schema::default()
        });
    }
}

pub(super) fn matching(schema: &mut Schema, pattern: &'static str) {
    if schema.pattern.is_none() {
        schema.pattern = Some(pattern);
    } else {
        schema.and(Schema {
            pattern: Some(pattern),
            ..Schema::default()
        });
    }
}

/// `omitempty` with a bound next to zero is a bound at zero.
fn or_empty(rule: &Rule, ty: &Type, skips_empty: bool) -> Rule {
    let is_signed = matches!(ty, Type::Int { signed: true, .. });
    match rule {
        Rule::Above(low) if skips_empty && low == "0" && is_number(ty) => {
            Rule::AtLeast("0".to_owned())
        }
        Rule::AtLeast(low) if skips_empty && low == "1" && is_signed => {
            Rule::AtLeast("0".to_owned())
        }
        other => other.clone(),
    }
}

/// The value that `omitempty` lets pass.
fn empty(ty: &Type) -> Schema {
    let mut schema = Schema::default();
    match ty {
        Type::String | Type::Bytes => schema.max_length = Some(0),
        Type::Slice(_) => schema.max_items = Some(0),
        Type::Map(..) => schema.max_properties = Some(0),
        _ => schema.constant = Some(json!(0)),
    }
    schema
}
