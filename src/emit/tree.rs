//! The result of a generation: paths and texts, nothing on disk yet.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// Whose a file is once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// Rewritten on every run.
    Zgen,
    /// Written once; brought up to date only while it is still exactly as zgen wrote it.
    User,
    /// The user's, and written once: not even while it is as zgen wrote it is it ever another.
    Once,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub owner: Owner,
    pub text: String,
}

/// Path below the output directory, `/`-separated, to file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTree(pub BTreeMap<Utf8PathBuf, File>);

impl FileTree {
    pub fn insert(&mut self, path: impl Into<Utf8PathBuf>, owner: Owner, text: impl Into<String>) {
        let file = File {
            owner,
            text: text.into(),
        };
        self.0.insert(path.into(), file);
    }
}
