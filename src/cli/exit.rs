//! How a command ended.

use std::process::ExitCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing to complain about.
    Fine,
    /// The descriptions have errors, or the tree is not what would be generated.
    Findings,
    /// Could not run at all: wrong arguments, unreadable files, a full disk.
    Failed,
}

impl Exit {
    pub(super) fn fine_if(fine: bool) -> Self {
        if fine { Self::Fine } else { Self::Findings }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Fine => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failed => Self::from(2),
        }
    }
}
