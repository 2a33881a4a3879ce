//! The output directory as it is, and the walls around it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::{BASE, CACHE, LOCK, STAGE};

/// Reads below one directory and refuses to look, or to lead, out of it.
#[derive(Debug, Clone)]
pub struct Disk {
    root: Utf8PathBuf,
    known: Arc<Known>,
}

/// What was found to be there, so that a run looks at each folder once, however many files are in it.
#[derive(Debug, Default)]
struct Known {
    root: OnceLock<Utf8PathBuf>,
    folders: Mutex<BTreeMap<String, Utf8PathBuf>>,
}

impl Known {
    fn folder(&self, name: &str) -> Option<Utf8PathBuf> {
        let folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.get(name).cloned()
    }

    fn add(&self, folder: &Utf8Path, place: Utf8PathBuf) {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        folders.entry(folder.to_string()).or_insert(place);
    }
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
        Self {
            root,
            known: Arc::default(),
        }
    }

    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// The bytes of a file, `None` where there is none.
    pub fn read(&self, path: &Utf8Path) -> io::Result<Option<Vec<u8>>> {
        let (place, is_there) = self.find(path)?;
        if !is_there {
            return Ok(None);
        }
        match fs::read(&place) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(named(path, &cause)),
        }
    }

    /// Where a path of the tree is on disk, symlinks followed.
    pub(super) fn locate(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        Ok(self.find(path)?.0)
    }

    /// The same, with whether something is there.
    fn find(&self, path: &Utf8Path) -> io::Result<(Utf8PathBuf, bool)> {
        check(path)?;
        let Some(root) = self.real_root() else {
            return Ok((self.root.join(path), false));
        };
        self.step(path, path, root)
    }

    fn real_root(&self) -> Option<&Utf8Path> {
        if let Some(known) = self.known.root.get() {
            return Some(known);
        }
        let root = self.root.canonicalize_utf8().ok()?;
        Some(self.known.root.get_or_init(|| root))
    }

    /// Where a part of `path` is: the file itself or a folder above it.
    fn step(
        &self,
        path: &Utf8Path,
        part: &Utf8Path,
        root: &Utf8Path,
    ) -> io::Result<(Utf8PathBuf, bool)> {
        let folder = part.parent().unwrap_or(Utf8Path::new(""));
        let (above, is_there) = match folder.as_str() {
            "" => (root.to_owned(), true),
            name => {
                if let Some(known) = self.known.folder(name) {
                    (known, true)
                } else {
                    let (place, is_there) = self.step(path, folder, root)?;
                    if is_there {
                        self.known.add(folder, place.clone());
                    }
                    (place, is_there)
                }
            }
        };
        let place = above.join(part.file_name().unwrap_or_default());
        if !is_there {
            return Ok((place, false));
        }
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_symlink() => Ok((follow(path, &place, root)?, true)),
            Ok(_) => Ok((place, true)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok((place, false)),
            Err(cause) => Err(named(path, &cause)),
        }
    }

    /// The outermost folder of a path where there is nothing yet; `None` if all of them are there.
    pub(super) fn outermost_missing(&self, path: &Utf8Path) -> io::Result<Option<Utf8PathBuf>> {
        let mut missing = None;
        for folder in path.ancestors().skip(1) {
            if folder.as_str().is_empty() || self.find(folder)?.1 {
                break;
            }
            missing = Some(folder.to_owned());
        }
        Ok(missing)
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

fn follow(path: &Utf8Path, link: &Utf8Path, root: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let place = link
        .canonicalize_utf8()
        .map_err(|_| refused(path, "is a symlink that leads nowhere"))?;
    if !place.starts_with(root) {
        return Err(refused(
            path,
            "leads out of the output directory through a symlink",
        ));
    }
    Ok(place)
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
    if path == LOCK || path.starts_with(BASE) || path.starts_with(CACHE) {
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
