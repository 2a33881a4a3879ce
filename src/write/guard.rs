//! The right to write into one workspace: held by one process at a time, and only over a healed tree.

use std::fs::{self, File, TryLockError};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::disk::{Disk, named};
use super::{STAGE, journal};

/// Holds the workspace; take it before reading `zgen.yaml`, so that nothing changes between plan and apply.
#[derive(Debug)]
pub struct Guard {
    disk: Disk,
    stage: Utf8PathBuf,
    /// Folders that did not exist before, outermost first.
    made: Vec<Utf8PathBuf>,
    healed: Option<usize>,
    _lock: File,
}

impl Guard {
    /// Makes the directory if need be, waits for nobody, and completes or drops what a killed run left.
    pub fn acquire(dir: &Utf8Path) -> io::Result<Self> {
        let disk = Disk::at(dir);
        let dir = disk.root().to_owned();
        let made = missing(&dir);
        fs::create_dir_all(&dir).map_err(|cause| named(&dir, &cause))?;
        let stage = dir.join(STAGE);
        refuse_symlink(&stage)?;
        let lock = lock(&dir, &stage)?;
        let healed = journal::complete(&disk, &stage)?;
        Ok(Self {
            disk,
            stage,
            made,
            healed,
            _lock: lock,
        })
    }

    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// How many files of an interrupted run were put in place, if there was one.
    pub fn healed(&self) -> Option<usize> {
        self.healed
    }

    pub(super) fn stage(&self) -> &Utf8Path {
        &self.stage
    }
}

/// Whether a killed run left work that the next [`Guard`] will complete.
pub fn is_interrupted(dir: &Utf8Path) -> bool {
    journal::is_there(&dir.join(STAGE))
}

impl Drop for Guard {
    fn drop(&mut self) {
        // With a journal there is work left for the next run.
        if journal::is_there(&self.stage) {
            return;
        }
        let _ = fs::remove_dir_all(&self.stage);
        for folder in self.made.iter().rev() {
            // Not empty as a rule; only a run that failed leaves nothing.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn missing(dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut missing: Vec<Utf8PathBuf> = dir
        .ancestors()
        .take_while(|folder| !folder.as_str().is_empty() && !folder.exists())
        .map(Utf8Path::to_owned)
        .collect();
    missing.reverse();
    missing
}

fn refuse_symlink(stage: &Utf8Path) -> io::Result<()> {
    match fs::symlink_metadata(stage) {
        Ok(found) if !found.is_dir() => Err(io::Error::other(format!(
            "{stage} is in the way: remove it"
        ))),
        _ => Ok(()),
    }
}

fn lock(dir: &Utf8Path, stage: &Utf8Path) -> io::Result<File> {
    let path = stage.join("lock");
    loop {
        fs::create_dir_all(stage).map_err(|cause| named(stage, &cause))?;
        let file = match File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
        {
            Ok(file) => file,
            // The holder before has just tidied up.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(named(&path, &cause)),
        };
        match file.try_lock() {
            Ok(()) if is_same(&file, &path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    format!("another zgen is at work in {dir}"),
                ));
            }
            Err(TryLockError::Error(cause)) => return Err(named(&path, &cause)),
        }
    }
}

/// Whether the locked file is still the one at `path`, and not one that its holder removed meanwhile.
#[cfg(unix)]
fn is_same(file: &File, path: &Utf8Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_same(_: &File, path: &Utf8Path) -> bool {
    path.exists()
}
