//! Log files of the processes that `zgen dev` runs: not part of a generation, so neither planned nor locked.

use std::fs::{self, File};
use std::io;

use camino::Utf8Path;

/// Starts a log file afresh, with the folders that lead to it.
pub fn create(path: &Utf8Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create(path)
}
