//! Types as they travel: whether the readers of one understand the other.

use super::body::Walk;
use super::found::Direction;
use crate::diag::{Diagnostic, Severity};
use crate::model::{Field, Source, Type};
use crate::source::Span;

/// What is different, after the name of the thing that has the type.
type Difference = (Severity, String);

/// The types of one field, and whether it travels as text.
pub(super) fn of_fields<'a>(
    old: &'a Field,
    new: &'a Field,
    walk: &mut Walk<'a, '_>,
) -> Option<Difference> {
    if old.as_string != new.as_string {
        let (is, was) = if new.as_string {
            ("a string", "a number")
        } else {
            ("a number", "a string")
        };
        return Some((
            Severity::Error,
            format!("is written as {is}, and was as {was}"),
        ));
    }
    // Outside of JSON everything is text to begin with.
    let is_text =
        walk.direction.is_request() && new.source != Source::Json && old.source == new.source;
    if is_text && new.ty == Type::String && is_scalar(&old.ty) {
        return None;
    }
    compare(&old.ty, &new.ty, walk)
}

fn is_scalar(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool | Type::Int { .. } | Type::Float { .. } | Type::String
    )
}

/// Structs that stand in one place are left for the walk to compare.
pub(super) fn compare<'a>(
    old: &'a Type,
    new: &'a Type,
    walk: &mut Walk<'a, '_>,
) -> Option<Difference> {
    let why = differ(old, new, walk)?;
    let what = match why {
        Why::Null if matches!(new, Type::Pointer(_)) => "may be `null`, and was never".to_owned(),
        Why::Null => "may hold `null`, and never did".to_owned(),
        Why::Type | Why::Width => format!("is `{}`, and was `{}`", spelled(new), spelled(old)),
    };
    // JSON has no widths, and many of its readers neither.
    let severity = match why {
        Why::Width => Severity::Warning,
        Why::Type | Why::Null => Severity::Error,
    };
    Some((severity, what))
}

/// What stands between two types, however deep.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    Type,
    /// Only the range or precision of a number that may not be understood.
    Width,
    Null,
}

fn differ<'a>(old: &'a Type, new: &'a Type, walk: &mut Walk<'a, '_>) -> Option<Why> {
    let is_request = walk.direction.is_request();
    match (old, new) {
        (Type::Named(before), Type::Named(after)) => {
            walk.pair(before, after);
            None
        }
        (Type::Pointer(before), Type::Pointer(after))
        | (Type::Slice(before), Type::Slice(after)) => differ(before, after, walk),
        (Type::Pointer(before), after) => differ(before, after, walk),
        (before, Type::Pointer(after)) => {
            differ(before, after, walk).or((!is_request).then_some(Why::Null))
        }
        (Type::Array(many, before), Type::Array(now, after)) if many == now => {
            differ(before, after, walk)
        }
        (Type::Array(_, before), Type::Slice(after)) if is_request => differ(before, after, walk),
        (Type::Slice(before), Type::Array(_, after)) if !is_request => differ(before, after, walk),
        (Type::Map(old_key, before), Type::Map(new_key, after)) => {
            let keys = differ(old_key, new_key, walk);
            keys.or(differ(before, after, walk))
        }
        (_, Type::Any) if is_request => None,
        (Type::Any, _) if !is_request => None,
        (before, after) if before == after => None,
        (before, after) => match (number(before), number(after)) {
            (Some(before), Some(after)) => fit(before, after, walk.direction),
            _ => Some(Why::Type),
        },
    }
}

/// What a number can be.
#[derive(Clone, Copy, PartialEq)]
enum Number {
    /// Powers of two of the least (negative) and the greatest value; 0 bits below is no negative ones.
    Int {
        below: u8,
        above: u8,
    },
    Float {
        bits: u8,
    },
}

fn number(ty: &Type) -> Option<Number> {
    match *ty {
        Type::Int { bits, signed } => Some(if signed {
            Number::Int {
                below: bits.saturating_sub(1),
                above: bits.saturating_sub(1),
            }
        } else {
            Number::Int {
                below: 0,
                above: bits,
            }
        }),
        Type::Float { bits } => Some(Number::Float { bits }),
        _ => None,
    }
}

/// A request must take what it took, a response must not send what it did not.
fn fit(old: Number, new: Number, direction: Direction) -> Option<Why> {
    let (reader, sent) = match direction {
        Direction::Request => (new, old),
        Direction::Response => (old, new),
    };
    match (sent, reader) {
        (
            Number::Int { below, above },
            Number::Int {
                below: low,
                above: high,
            },
        ) => {
            let fits = below <= low && above <= high;
            let why = match direction {
                // A value out of range is refused.
                Direction::Request => Why::Type,
                Direction::Response => Why::Width,
            };
            (!fits).then_some(why)
        }
        (Number::Float { bits: sent }, Number::Float { bits: read }) => {
            (sent > read).then_some(Why::Width)
        }
        (Number::Int { .. }, Number::Float { .. }) => None,
        (Number::Float { .. }, Number::Int { .. }) => Some(Why::Type),
    }
}

/// As an `.api` file writes it.
fn spelled(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int { bits, signed: true } => format!("int{bits}"),
        Type::Int { bits, .. } => format!("uint{bits}"),
        Type::Float { bits } => format!("float{bits}"),
        Type::String => "string".to_owned(),
        Type::Bytes => "[]byte".to_owned(),
        Type::Any => "any".to_owned(),
        Type::Named(name) => name.clone(),
        Type::Slice(inner) => format!("[]{}", spelled(inner)),
        Type::Array(length, inner) => format!("[{length}]{}", spelled(inner)),
        Type::Map(key, value) => format!("map[{}]{}", spelled(key), spelled(value)),
        Type::Pointer(inner) => format!("*{}", spelled(inner)),
    }
}

/// A finding of either severity.
pub(super) fn finding(
    severity: Severity,
    code: &'static str,
    span: Span,
    message: String,
) -> Diagnostic {
    match severity {
        Severity::Error => Diagnostic::error(code, span, message),
        Severity::Warning => Diagnostic::warning(code, span, message),
    }
}
