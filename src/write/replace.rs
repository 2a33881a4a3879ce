//! One file as a whole: a new one, or one of the user's replaced.

use std::fs;
use std::io::{self, Write as _};

use camino::Utf8Path;

use super::disk::named;

/// Writes `text` to `path`, with the folders above it. False where the file says so already and is left alone.
pub fn put(path: &Utf8Path, text: &str) -> io::Result<bool> {
    match fs::read(path) {
        Ok(known) if known == text.as_bytes() => return Ok(false),
        Ok(_) => return replace(path, text).map(|()| true),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(named(path, &cause)),
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder,
        _ => Utf8Path::new("."),
    };
    let written = fs::create_dir_all(folder).and_then(|()| {
        // Beside its place first: a crash leaves no half of it there. Made here, the file is readable for all as
        // any other is, where a temporary file is its owner's alone.
        let name = format!(".{}.new", path.file_name().unwrap_or_default());
        let beside = folder.join(name);
        fs::write(&beside, text)?;
        fs::rename(&beside, path)
    });
    written.map_err(|cause| named(path, &cause))?;
    Ok(true)
}

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
