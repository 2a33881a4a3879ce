//! The output directory as it is, and the walls around it.

use std::fs;
use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::{BASE, LOCK, STAGE};

/// Reads below one directory and refuses to look, or to lead, out of it.
#[derive(Debug, Clone)]
pub struct Disk {
    root: Utf8PathBuf,
}

impl Disk {
    /// The directory need not exist.
    pub fn at(root: impl Into<Utf8PathBuf>) -> Self {
        let root = root.into();
        // The path of nothing is no path for the system.
        let root = if root.as_str().is_empty() {
            ".".into()
        } else {
            root
        };
        Self { root }
    }

    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The bytes of a file, `None` where there is none.
    pub fn read(&self, path: &Utf8Path) -> io::Result<Option<Vec<u8>>> {
        let place = self.locate(path)?;
        match fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(named(path, &cause)),
        }
    }

    /// Where a path of the tree is on disk, symlinks followed.
    pub(super) fn locate(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        check(path)?;
        let Ok(root) = self.root.canonicalize_utf8() else {
            return Ok(self.root.join(path));
        };
        let mut place = root.clone();
        for part in path.components() {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => {
                    place = place
                        .canonicalize_utf8()
                        .map_err(|_| refused(path, "is a symlink that leads nowhere"))?;
                    if !place.starts_with(&root) {
                        return Err(refused(
                            path,
                            "leads out of the output directory through a symlink",
                        ));
                    }
                }
                Ok(_) => {}
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => return Err(named(path, &cause)),
            }
        }
        Ok(place)
    }

    /// After a delete: folders that hold nothing any more go too, never the root.
    pub(super) fn remove_empty_parents(&self, path: &Utf8Path) {
        for folder in path
            .ancestors()
            .skip(1)
            .filter(|folder| !folder.as_str().is_empty())
        {
            let removed = self.locate(folder).and_then(fs::remove_dir);
            if removed.is_err() {
                return;
            }
        }
    }
}

/// Only plain names, so that nothing can land outside of the output directory or on zgen's own files.
fn check(path: &Utf8Path) -> io::Result<()> {
    let plain = path
        .components()
        .all(|part| matches!(part, Utf8Component::Normal(_)));
    if path.as_str().is_empty() || !plain {
        return Err(refused(path, "is not a path below the output directory"));
    }
    if path
        .as_str()
        .contains(|c: char| c.is_control() || c == '\\')
    {
        return Err(refused(path, "has a character that paths must not have"));
    }
    if path.starts_with(STAGE) {
        return Err(refused(path, "is where zgen keeps unfinished work"));
    }
    Ok(())
}

/// As `check`, for what a generation may contain.
pub(super) fn check_generated(path: &Utf8Path) -> io::Result<()> {
    check(path)?;
    if path == LOCK || path.starts_with(BASE) {
        return Err(refused(path, "is zgen's own record"));
    }
    Ok(())
}

fn refused(path: &Utf8Path, why: &str) -> io::Error {
    let name = path.as_str().escape_debug();
    io::Error::new(io::ErrorKind::InvalidInput, format!("`{name}` {why}"))
}

/// The error with the file that it is about.
pub(super) fn named(path: &Utf8Path, cause: &io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("{path}: {cause}"))
}
