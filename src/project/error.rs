//! Why a `zgen.yaml` cannot be used.

use std::{fmt, io};

use camino::Utf8PathBuf;

#[derive(Debug)]
pub enum Error {
    Read {
        path: Utf8PathBuf,
        cause: io::Error,
    },
    /// The text is not what a `zgen.yaml` may hold. Line and column count from one.
    Syntax {
        path: Utf8PathBuf,
        line: u64,
        column: u64,
        message: String,
    },
    /// The user's own layout of the file has no obvious place for what must be added.
    Edit {
        path: Utf8PathBuf,
        snippet: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, cause } => write!(f, "{path}: {cause}"),
            Self::Syntax {
                path,
                line,
                column,
                message,
            } => write!(f, "{path}:{line}:{column}: {message}"),
            Self::Edit { path, snippet } => write!(
                f,
                "{path} was laid out by hand and zgen finds no safe place for what is new; \
                 make it say this, then run `zgen gen`:\n\n{snippet}"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { cause, .. } => Some(cause),
            Self::Syntax { .. } | Self::Edit { .. } => None,
        }
    }
}
