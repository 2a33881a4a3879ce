//! Reads from the disk, and finds nothing that an earlier run has written.

use std::io;

use camino::Utf8Path;
use zgen::source::{Disk, Loader};

/// The first generation of a workspace: migrations that are there would stay as they are.
pub(crate) struct Fresh;

impl Loader for Fresh {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        Disk.read(path)
    }
}
