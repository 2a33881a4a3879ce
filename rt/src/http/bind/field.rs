//! One field of a request on its way into a struct.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::refusal::Refusal;
use crate::FieldError;

/// What the request says about a field. Absent and zero are told apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    #[default]
    Absent,
    Null,
    Value(T),
    /// What is wrong; `field` is relative to this one, empty for itself.
    Invalid(Vec<FieldError>),
}

impl<T> Field<T> {
    /// Not readable as this type.
    pub fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(vec![FieldError {
            field: String::new(),
            reason: reason.into(),
        }])
    }

    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Value(value) => Field::Value(convert(value)),
            Self::Invalid(errors) => Field::Invalid(errors),
        }
    }

    /// Whether the request says anything about it.
    pub fn is_given(&self) -> bool {
        !matches!(self, Self::Absent | Self::Null)
    }

    /// What another part of the request says, where this one says nothing.
    #[must_use]
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Absent => other(),
            found => found,
        }
    }

    /// The value, which has to be there. On an error some value is returned: `errors` refuses the request.
    pub fn required(self, name: &str, errors: &mut Errors) -> T
    where
        T: Default,
    {
        match self {
            Self::Value(value) => return value,
            Self::Absent => errors.push(name, "is required"),
            Self::Null => errors.push(name, "must not be null"),
            Self::Invalid(below) => errors.push_below(name, below),
        }
        T::default()
    }

    /// The value, or `None` where absent or null.
    pub fn optional(self, name: &str, errors: &mut Errors) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
            Self::Invalid(below) => {
                errors.push_below(name, below);
                None
            }
        }
    }

    /// The value, or this one where absent.
    pub fn or(self, default: T, name: &str, errors: &mut Errors) -> T
    where
        T: Default,
    {
        match self {
            Self::Absent => default,
            other => other.required(name, errors),
        }
    }

    /// Refuses a value for which `allowed` is false.
    #[must_use]
    pub fn check(self, allowed: impl FnOnce(&T) -> bool, reason: &'static str) -> Self {
        match self {
            Self::Value(value) if !allowed(&value) => Self::invalid(reason),
            other => other,
        }
    }
}

/// Findings beyond this are dropped: a megabyte of wrong items must not make an answer of many.
const MAX_ERRORS: usize = 50;

/// Everything that is wrong with a request, by the names on the wire.
#[derive(Debug, Default)]
pub struct Errors(BTreeMap<String, Cow<'static, str>>);

impl Errors {
    pub fn push(&mut self, field: &str, reason: impl Into<Cow<'static, str>>) {
        if self.0.len() < MAX_ERRORS {
            self.0
                .entry(field.to_owned())
                .or_insert_with(|| reason.into());
        }
    }

    /// Adds what is wrong below a field: `price` below `items[2]` is `items[2].price`.
    pub fn push_below(&mut self, field: &str, below: Vec<FieldError>) {
        for error in below {
            let name = match error.field.chars().next() {
                None => field.to_owned(),
                Some('[') => format!("{field}{}", error.field),
                Some(_) => format!("{field}.{}", error.field),
            };
            self.push(&name, error.reason);
        }
    }

    /// `optional=dep`: both fields are there, or neither is.
    pub fn both(&mut self, (field, given): (&str, bool), (other, other_given): (&str, bool)) {
        if given != other_given {
            self.push(field, format!("goes with {other}: send both or neither"));
        }
    }

    /// `optional=!dep`: one of the fields is there, and only one.
    pub fn either(&mut self, (field, given): (&str, bool), (other, other_given): (&str, bool)) {
        if given == other_given {
            self.push(field, format!("stands for {other}: send one of them"));
        }
    }

    /// The value if nothing was wrong.
    pub fn finish<T>(self, value: T) -> Result<T, Refusal> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(Refusal::of_fields(self.into_list()))
        }
    }

    /// The same for a struct inside another.
    pub fn finish_field<T>(self, value: T) -> Field<T> {
        if self.0.is_empty() {
            Field::Value(value)
        } else {
            Field::Invalid(self.into_list())
        }
    }

    fn into_list(self) -> Vec<FieldError> {
        let one = |(field, reason)| FieldError { field, reason };
        self.0.into_iter().map(one).collect()
    }
}
