//! Folders among the arguments: the `.api` files below them.

use std::io;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

/// Files as they are named, and for each folder the `.api` files below it, sorted. Hidden folders, and folders that hold
/// what was built or fetched, are passed over.
///
/// `.proto` and `.sql` files are only taken by name: which folders their imports start from, and which service owns
/// which tables, no folder says.
pub(super) fn expand(paths: &[Utf8PathBuf]) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let mut out: Vec<Utf8PathBuf> = Vec::new();
    for path in paths {
        if path.is_dir() {
            let below = below(path).with_context(|| format!("{path} cannot be searched"))?;
            anyhow::ensure!(!below.is_empty(), "{path}: there is no .api file below");
            out.extend(below);
        } else {
            out.push(path.clone());
        }
    }
    Ok(out)
}

/// Symlinks to folders are not followed: they may lead in circles.
fn below(folder: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    let mut queue = vec![folder.to_owned()];
    while let Some(folder) = queue.pop() {
        for entry in folder.read_dir_utf8()? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !is_passed_over(entry.file_name()) {
                    queue.push(entry.into_path());
                }
            } else if entry.path().extension() == Some("api") {
                found.push(entry.into_path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_passed_over(folder: &str) -> bool {
    folder.starts_with('.') || matches!(folder, "target" | "node_modules" | "vendor")
}
