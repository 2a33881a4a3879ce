//! Finds imports through a [`Loader`], so that the compiler does no I/O.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;
use protox::file::{File, FileResolver};

use crate::source::{FileId, Loader, SourceMap};

/// Everything that the roots can reach, read before the compiler starts: protox wants a resolver without borrows.
pub(super) struct Sources {
    texts: BTreeMap<String, String>,
    pub(super) files: IndexMap<String, FileId>,
    /// What an import would call the roots.
    pub(super) roots: Vec<String>,
}

impl Sources {
    /// Reads the roots and, name by name, what they import. What is not found here is left to the compiler, which
    /// either knows it or reports it where it is imported. An error comes with the path that cannot be read.
    pub(super) fn read(
        roots: &[&Utf8Path],
        includes: &[Utf8PathBuf],
        loader: &dyn Loader,
        map: &mut SourceMap,
    ) -> Result<Self, (Utf8PathBuf, io::Error)> {
        let mut folders: Vec<&Utf8Path> = Vec::new();
        let own = roots.iter().filter_map(|root| root.parent());
        for folder in own.chain(includes.iter().map(Utf8PathBuf::as_path)) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let names = names(roots, includes);
        let mut out = Self {
            texts: BTreeMap::new(),
            files: IndexMap::new(),
            roots: names.clone(),
        };
        let mut queue: Vec<String> = names.iter().rev().cloned().collect();
        while let Some(next) = queue.pop() {
            if out.texts.contains_key(&next) {
                continue;
            }
            let root = names.iter().position(|name| *name == next);
            let paths = match root {
                Some(at) => vec![roots[at].to_owned()],
                // Import names are relative; the compiler says so of others.
                None if next.starts_with('/') => Vec::new(),
                None => folders.iter().map(|folder| folder.join(&next)).collect(),
            };
            let found = (paths.into_iter())
                .map(|path| (loader.read(&path), path))
                .find(|(text, _)| {
                    root.is_some() || !matches!(text, Err(e) if e.kind() == io::ErrorKind::NotFound)
                });
            let (text, path) = match found {
                Some((Ok(text), path)) => (text, path),
                Some((Err(error), path)) => return Err((path, error)),
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

/// A file in an import folder has one name, whoever mentions it: else it would be compiled twice. Another is called
/// as it is in its own folder, or by as much of its path as tells it from the rest.
fn names(roots: &[&Utf8Path], includes: &[Utf8PathBuf]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for root in roots {
        let inside = (includes.iter()).find_map(|folder| match folder.as_str() {
            "." | "" => Some(*root).filter(|root| root.is_relative() && !root.starts_with("..")),
            _ => root.strip_prefix(folder).ok(),
        });
        let inside = inside.filter(|_| roots.len() > 1);
        let mut parts: Vec<&str> = inside.unwrap_or(root).as_str().split('/').collect();
        parts.retain(|part| !matches!(*part, "" | "." | ".."));
        let mut depth = if inside.is_some() { parts.len() } else { 1 };
        let mut name = parts[parts.len().saturating_sub(depth)..].join("/");
        while out.contains(&name) && depth < parts.len() {
            depth += 1;
            name = parts[parts.len() - depth..].join("/");
        }
        out.push(name);
    }
    out
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
