//! Bounds of numbers: read from tags, the tighter of two kept.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::schema::Schema;
use crate::model::Type;

/// A bound of a type, as the generated check has it: whole for whole numbers. `None` where it is no bound of the type
/// and so nothing is checked.
pub(super) fn bound(ty: &Type, text: &str) -> Option<Number> {
    let number = number(text)?;
    let Type::Int { bits, signed } = ty else {
        return Some(number);
    };
    let (low, high) = limits(*bits, *signed);
    let whole = number.as_i128().or_else(|| truncated(&number))?;
    if !(low..=high).contains(&whole) {
        return None;
    }
    Number::from_i128(whole)
}

/// The least and the greatest value of an integer type.
pub(super) fn limits(bits: u8, signed: bool) -> (i128, i128) {
    let half = 1i128 << (bits - 1);
    if signed {
        (-half, half - 1)
    } else {
        (0, 2 * half - 1)
    }
}

/// A number as a tag writes it: whole if it can be.
pub(super) fn number(text: &str) -> Option<Number> {
    let text = text.trim().trim_start_matches('+');
    let whole = text.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| text.parse::<u64>().map(Number::from));
    whole
        .ok()
        .or_else(|| Number::from_f64(text.parse::<f64>().ok()?))
}

/// A value of a tag as JSON, by the type of the field. `None` where it is no value of the type.
pub(super) fn value(ty: &Type, text: &str) -> Option<Value> {
    match ty {
        Type::Pointer(inner) => value(inner, text),
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Int { .. } => bound(ty, text).map(Value::Number),
        Type::Float { .. } => number(text).map(Value::Number),
        Type::String => Some(Value::String(text.to_owned())),
        Type::Slice(item) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            let parts = inner.split(',').map(str::trim);
            let parts = parts.filter(|part| !part.is_empty());
            let items: Option<Vec<_>> = parts.map(|part| value(item, part)).collect();
            items.map(Value::Array)
        }
        _ => None,
    }
}

// Only numbers with a fraction come here, all of them small enough.
#[allow(clippy::cast_possible_truncation)]
fn truncated(number: &Number) -> Option<i128> {
    number.as_f64().map(|number| number.trunc() as i128)
}

fn compare(left: &Number, right: &Number) -> Ordering {
    if let (Some(left), Some(right)) = (left.as_i128(), right.as_i128()) {
        return left.cmp(&right);
    }
    let order = left.as_f64().partial_cmp(&right.as_f64());
    order.unwrap_or(Ordering::Equal)
}

impl Schema {
    /// At least this number, or more than it.
    pub(super) fn at_least(&mut self, low: Number, inclusive: bool) {
        let known = self.minimum.as_ref().or(self.exclusive_minimum.as_ref());
        let is_tighter = known.is_none_or(|known| match compare(&low, known) {
            Ordering::Greater => true,
            Ordering::Equal => !inclusive,
            Ordering::Less => false,
        });
        if is_tighter {
            (self.minimum, self.exclusive_minimum) = sides(low, inclusive);
        }
    }

    /// At most this number, or less than it.
    pub(super) fn at_most(&mut self, high: Number, inclusive: bool) {
        let known = self.maximum.as_ref().or(self.exclusive_maximum.as_ref());
        let is_tighter = known.is_none_or(|known| match compare(&high, known) {
            Ordering::Less => true,
            Ordering::Equal => !inclusive,
            Ordering::Greater => false,
        });
        if is_tighter {
            (self.maximum, self.exclusive_maximum) = sides(high, inclusive);
        }
    }
}

impl Schema {
    /// Whether a value of the type keeps what else is asked, patterns and formats aside.
    pub(super) fn admits(&self, value: &Value) -> bool {
        let is_allowed = self.values.is_empty() || self.values.contains(value);
        let is_constant = self
            .constant
            .as_ref()
            .is_none_or(|constant| constant == value);
        let is_refused = self.not.as_ref().is_some_and(|not| not.admits(value));
        let by_type = match value {
            Value::Number(number) => self.admits_number(number),
            Value::String(text) => {
                let count = text.chars().count();
                is_between(count, self.min_length, self.max_length)
            }
            Value::Array(items) => {
                let each = self.items.as_ref();
                is_between(items.len(), self.min_items, self.max_items)
                    && each.is_none_or(|each| items.iter().all(|item| each.admits(item)))
            }
            _ => true,
        };
        let any = &self.any_of;
        is_allowed
            && is_constant
            && !is_refused
            && by_type
            && self.all_of.iter().all(|part| part.admits(value))
            && (any.is_empty() || any.iter().any(|part| part.admits(value)))
    }

    fn admits_number(&self, number: &Number) -> bool {
        let is = |bound: &Option<Number>, wanted: fn(Ordering) -> bool| {
            let order = bound.as_ref().map(|bound| compare(number, bound));
            order.is_none_or(wanted)
        };
        is(&self.minimum, Ordering::is_ge)
            && is(&self.exclusive_minimum, Ordering::is_gt)
            && is(&self.maximum, Ordering::is_le)
            && is(&self.exclusive_maximum, Ordering::is_lt)
    }
}

fn is_between(count: usize, least: Option<u64>, most: Option<u64>) -> bool {
    let count = count as u64;
    least.is_none_or(|least| count >= least) && most.is_none_or(|most| count <= most)
}

fn sides(bound: Number, inclusive: bool) -> (Option<Number>, Option<Number>) {
    if inclusive {
        (Some(bound), None)
    } else {
        (None, Some(bound))
    }
}
