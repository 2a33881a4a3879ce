//! Why nothing could be read. No message holds a password: what is said of a place is what [`Address`] shows of it.

use std::fmt;

use super::Address;

/// As many names as one reads at a glance.
const SHOWN: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// What was said is no address; it is not repeated, since it may hold a password.
    Address(String),
    /// The environment has no such variable.
    Variable(String),
    /// The database could not be asked.
    Asking {
        at: String,
        doing: String,
        reason: String,
    },
    /// The database has no table at all.
    NoTables {
        at: String,
        passed_over: Vec<String>,
    },
    /// It has tables, and none of them is asked for.
    NoneWanted { at: String, all: Vec<String> },
    /// zgen was built without drivers.
    NoDriver,
}

impl Error {
    #[cfg(feature = "database")]
    pub(super) fn at(
        address: &Address,
        doing: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Asking {
            at: address.to_string(),
            doing: doing.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(reason) => write!(
                f,
                "--database: {reason}; expected mysql://USER:PASSWORD@HOST:PORT/DATABASE, postgres://.., sqlite:FILE, or \
                 env:NAME for a variable that holds one of these"
            ),
            Self::Variable(name) => write!(
                f,
                "--database: the environment has no variable `{name}`; set it to the URL of the database"
            ),
            Self::Asking { at, doing, reason } => write!(f, "{at}: {doing}: {reason}"),
            Self::NoTables { at, passed_over } if passed_over.is_empty() => {
                write!(f, "{at}: there are no tables")
            }
            Self::NoTables { at, passed_over } => {
                write!(f, "{at}: there are no tables, only {}", few(passed_over))
            }
            Self::NoneWanted { at, all } => {
                write!(f, "{at}: no table is called so; there are: {}", few(all))
            }
            Self::NoDriver => f.write_str(
                "this zgen was built without the feature `database`, which `--database` needs: build it with \
                 `--features database`, or give a dump of the database as a .sql file",
            ),
        }
    }
}

impl std::error::Error for Error {}

fn few(names: &[String]) -> String {
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 {
        return shown;
    }
    format!("{shown} and {more} more")
}
