//! What `--against` names: a file, a folder, or a revision of git.

use std::io;

use anyhow::ensure;
use camino::{Utf8Path, Utf8PathBuf};

use super::kind;
use crate::git::Revision;
use crate::source::{self, Loader, SourceMap};

/// Where earlier states of files are.
pub(super) enum Against {
    File(Utf8PathBuf),
    Folder(Utf8PathBuf),
    Revision(Revision),
}

impl Against {
    /// What is on the disk goes first; `refs/heads/NAME` is a branch that is called like a folder.
    pub(super) fn new(text: &str, files: &[Utf8PathBuf]) -> anyhow::Result<Self> {
        let path = Utf8Path::new(text);
        if path.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        if path.is_file() {
            let [file] = files else {
                anyhow::bail!(
                    "{path}: one file is compared with one file; name a folder for several"
                );
            };
            ensure!(
                kind::of(path)? == kind::of(file)?,
                "{file} and {path} are not in one language"
            );
            return Ok(Self::File(path.to_owned()));
        }
        let first = files.first().and_then(|file| file.parent());
        Revision::open(text, first.unwrap_or(Utf8Path::new(""))).map(Self::Revision)
    }

    /// The earlier state of a file by the path to read it from, if there was one.
    pub(super) fn find(&self, file: &Utf8Path) -> anyhow::Result<Option<Utf8PathBuf>> {
        match self {
            Self::File(path) => Ok(Some(path.clone())),
            // As it lies below the present folder, or beside others of its name only.
            Self::Folder(folder) => {
                let name = file.file_name().map(Utf8Path::new);
                let relative = file.is_relative().then_some(file);
                let paths = relative
                    .into_iter()
                    .chain(name)
                    .map(|path| folder.join(path));
                Ok(paths.into_iter().find(|path| path.is_file()))
            }
            Self::Revision(revision) => match revision.read(file) {
                Ok(_) => Ok(Some(file.to_owned())),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(cause) => {
                    let file = revision.label(file);
                    Err(anyhow::Error::new(cause).context(format!("cannot read `{file}`")))
                }
            },
        }
    }

    /// What earlier states are read with.
    pub(super) fn loader(&self) -> &dyn Loader {
        match self {
            Self::File(_) | Self::Folder(_) => &source::Disk,
            Self::Revision(revision) => revision,
        }
    }

    /// Folders for imports, those of the earlier state first.
    pub(super) fn includes(&self, includes: &[Utf8PathBuf]) -> Vec<Utf8PathBuf> {
        let Self::Folder(folder) = self else {
            return includes.to_vec();
        };
        let relative = includes.iter().filter(|include| include.is_relative());
        let earlier = relative.map(|include| folder.join(include));
        earlier.chain(includes.iter().cloned()).collect()
    }

    /// Gives the files read so far the names by which people know them.
    pub(super) fn label(&self, sources: &mut SourceMap) {
        if let Self::Revision(revision) = self {
            sources.rename(|path| revision.label(path));
        }
    }
}
