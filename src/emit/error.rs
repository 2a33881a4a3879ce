//! Why a template printed nothing.

use std::fmt;
use std::ops::Range;

/// A template that failed: a bug in zgen, or a mistake in a template of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Such as `gateway/src/svc.rs.j2`.
    pub template: String,
    /// Bytes of the template that it is about, where that is known.
    pub range: Option<Range<usize>>,
    pub message: String,
    /// How to mend it, where zgen has an idea.
    pub help: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.template, self.message)
    }
}

impl std::error::Error for Error {}
