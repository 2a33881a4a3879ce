//! Texts as they were in a revision of a git repository.

use std::io;
use std::process::{Command, Output};

use anyhow::{Context as _, anyhow, bail};
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::source::{Disk, Loader};

/// A revision to read files from, by the paths that they have in the working tree.
#[derive(Debug, Clone)]
pub struct Revision {
    /// As the user wrote it, such as `origin/main`.
    name: String,
    /// What that is. A branch may move while we read.
    commit: String,
    /// The working tree's.
    root: Utf8PathBuf,
}

impl Revision {
    /// The revision of this name in the repository that holds `folder`.
    pub fn open(name: &str, folder: &Utf8Path) -> anyhow::Result<Self> {
        let folder = physical(folder)?;
        let root = text(&["rev-parse", "--show-toplevel"], &folder)
            .with_context(|| format!("`{name}` cannot be looked up in `{folder}`"))?;
        // An option would be obeyed instead of looked up.
        if name.is_empty() || name.starts_with('-') {
            bail!("`{name}` is not the name of a revision");
        }
        let commit = text(
            &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")],
            &folder,
        )
        .map_err(|_| {
            anyhow!(
                "`{name}` is neither a file, nor a folder, nor a revision of the repository in `{root}` (a shallow \
                 clone has only its own: fetch the others)"
            )
        })?;
        Ok(Self {
            name: name.to_owned(),
            commit,
            root: physical(Utf8Path::new(&root))?,
        })
    }

    /// A file of the revision as git itself writes it: `REVISION:path`. Files outside of the repository keep their names.
    pub fn label(&self, path: &Utf8Path) -> Utf8PathBuf {
        match self.inside(path) {
            Ok(Some(inside)) => format!("{}:{inside}", self.name).into(),
            _ => path.to_owned(),
        }
    }

    /// The path from the repository's root; `None` for a file outside of it.
    fn inside(&self, path: &Utf8Path) -> io::Result<Option<Utf8PathBuf>> {
        let path = physical(path)?;
        Ok(path.strip_prefix(&self.root).ok().map(Utf8Path::to_owned))
    }
}

impl Loader for Revision {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        // Imports from elsewhere on the machine have no revisions: as they are now.
        let Some(inside) = self.inside(path)? else {
            return Disk.read(path);
        };
        let listing = ["ls-tree", "-z", &self.commit, "--", inside.as_str()];
        let entry = bytes(&listing, &self.root).map_err(io::Error::other)?;
        let entry = String::from_utf8_lossy(&entry);
        // `100644 blob OBJECT<tab>path`
        let mut words = entry.split(['\t', '\0']).next().unwrap_or("").split(' ');
        let (_mode, kind, object) = (words.next(), words.next(), words.next());
        let (Some("blob"), Some(object)) = (kind, object) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let content = bytes(&["cat-file", "blob", object], &self.root).map_err(io::Error::other)?;
        String::from_utf8(content)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
    }
}

/// The absolute path without `..` and symlinks, also of what is no longer there: as far as it is, the disk is asked.
fn physical(path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let path = if path.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        path
    };
    let absolute = camino::absolute_utf8(path)?;
    for ancestor in absolute.ancestors() {
        if let (Ok(real), Ok(rest)) = (
            ancestor.canonicalize_utf8(),
            absolute.strip_prefix(ancestor),
        ) {
            return Ok(joined(real, rest));
        }
    }
    Ok(absolute)
}

fn joined(mut folder: Utf8PathBuf, rest: &Utf8Path) -> Utf8PathBuf {
    for component in rest.components() {
        match component {
            Utf8Component::ParentDir => {
                folder.pop();
            }
            other => folder.push(other),
        }
    }
    folder
}

fn text(arguments: &[&str], folder: &Utf8Path) -> anyhow::Result<String> {
    let output = String::from_utf8(bytes(arguments, folder)?)?;
    Ok(output.trim_end_matches(['\r', '\n']).to_owned())
}

/// What git answers, or its complaint.
fn bytes(arguments: &[&str], folder: &Utf8Path) -> anyhow::Result<Vec<u8>> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    // Set in hooks, and relative to where those run: the repository is the one that holds the files.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    let output = command.output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.context("git cannot be run")?;
    if status.success() {
        return Ok(stdout);
    }
    let complaint = String::from_utf8_lossy(&stderr);
    let complaint = complaint
        .lines()
        .next()
        .unwrap_or("git failed without a word");
    bail!("{}", complaint.strip_prefix("fatal: ").unwrap_or(complaint))
}
