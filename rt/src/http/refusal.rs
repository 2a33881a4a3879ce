//! A request that was not served, before or instead of a handler.

use std::borrow::Cow;

use crate::{Code, FieldError};

/// What the runtime refuses. A service turns it into its own error type, so that every answer has one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// Safe to show to the caller.
    pub message: Cow<'static, str>,
    /// All fields that are wrong, if fields are.
    pub fields: Vec<FieldError>,
}

impl Refusal {
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// The message names the fields, for callers that show only it.
    pub fn of_fields(fields: Vec<FieldError>) -> Self {
        let list: Vec<_> = fields
            .iter()
            .map(|error| format!("{} {}", error.field, error.reason))
            .collect();
        Self {
            code: Code::InvalidArgument,
            message: list.join("; ").into(),
            fields,
        }
    }
}
