//! One file of the user's, replaced as a whole.

use std::fs;
use std::io::{self, Write as _};

use camino::Utf8Path;

use super::disk::named;

/// Writes `text` where `path` leads, symlinks followed: beside it first, then in its place, so that a crash leaves the
/// old text or the new one. Permissions stay.
pub fn replace(path: &Utf8Path, text: &str) -> io::Result<()> {
    let place = path
        .canonicalize_utf8()
        .map_err(|cause| named(path, &cause))?;
    let folder = place.parent().unwrap_or(Utf8Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        fs::set_permissions(file.path(), fs::metadata(&place)?.permissions())?;
        file.persist(&place)?;
        Ok(())
    });
    written.map_err(|cause| named(path, &cause))
}
