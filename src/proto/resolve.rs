//! Finds imports through a [`Loader`], so that the compiler does no I/O.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use protox::file::{File, FileResolver};

use crate::source::{FileId, Loader, SourceMap};

/// Everything that a root can reach, read before the compiler starts: protox wants a resolver without borrows.
pub(super) struct Sources {
    texts: BTreeMap<String, String>,
    pub(super) files: IndexMap<String, FileId>,
}

impl Sources {
    /// Reads the root and, name by name, what it imports. What is not found here is left to the compiler, which either knows it
    /// or reports it where it is imported.
    pub(super) fn read(
        root: &Utf8Path,
        includes: &[Utf8PathBuf],
        loader: &dyn Loader,
        map: &mut SourceMap,
    ) -> io::Result<Self> {
        let folder = root.parent().unwrap_or(Utf8Path::new(""));
        let folders: Vec<&Utf8Path> = [folder]
            .into_iter()
            .chain(includes.iter().map(Utf8PathBuf::as_path))
            .collect();
        let mut out = Self {
            texts: BTreeMap::new(),
            files: IndexMap::new(),
        };
        let name = root.file_name().unwrap_or(root.as_str()).to_owned();
        let mut queue = vec![name.clone()];
        while let Some(next) = queue.pop() {
            if out.texts.contains_key(&next) {
                continue;
            }
            // Import names are relative; the compiler says so of others.
            let paths = folders
                .iter()
                .filter(|_| !next.starts_with('/'))
                .map(|folder| folder.join(&next));
            let found = paths
                .map(|path| (loader.read(&path), path))
                .find(|(text, _)| !matches!(text, Err(e) if e.kind() == io::ErrorKind::NotFound));
            let (text, path) = match found {
                Some((text, path)) => (text?, path),
                None if next == name => return Err(io::ErrorKind::NotFound.into()),
                None => continue,
            };
            let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).to_owned();
            // A file that does not parse imports nothing yet.
            if let Ok(file) = File::from_source(&next, &text) {
                queue.extend(file.file_descriptor_proto().dependency.iter().cloned());
            }
            let id = match map.find(&path) {
                Some(known) => known,
                None => map.add(path, text.as_str()),
            };
            out.files.insert(next.clone(), id);
            out.texts.insert(next, text);
        }
        Ok(out)
    }

    /// The files as protox asks for them.
    pub(super) fn resolver(&self) -> impl FileResolver + 'static {
        Resolver(self.texts.clone())
    }
}

struct Resolver(BTreeMap<String, String>);

impl FileResolver for Resolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.get(name) {
            Some(text) => File::from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}
