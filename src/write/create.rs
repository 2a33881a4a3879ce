//! One new file.

use std::fs;
use std::io::{self, Write as _};

use camino::Utf8Path;

use super::disk::named;

/// Writes `text` where no file is yet, with the folders that lead there; false, and nothing done, where one is.
pub fn create(path: &Utf8Path, text: &str) -> io::Result<bool> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|cause| named(folder, &cause))?;
    }
    match fs::File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(cause) => Err(named(path, &cause)),
    }
}
