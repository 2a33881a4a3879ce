//! Folders as maps of paths to contents.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

/// What zgen keeps for itself on one machine is in folders of this name.
const CACHE: &str = ".zgen/cache";

/// Every file below `dir`, by its path from there, without zgen's caches; a folder that is missing has none.
pub(crate) fn below(dir: &Utf8Path) -> anyhow::Result<BTreeMap<Utf8PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in folder.read_dir_utf8()? {
            let path = entry?.into_path();
            if path.ends_with(CACHE) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(dir)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

/// Every file below `from`, below `to` too; what is there besides stays.
#[allow(dead_code)]
pub(crate) fn copy(from: &Utf8Path, to: &Utf8Path) -> anyhow::Result<()> {
    for (path, bytes) in below(from)? {
        write(&to.join(path), &bytes)?;
    }
    Ok(())
}

/// Writes a file and the folders that it needs, unless it is there already: a build tool looks at the time.
pub(crate) fn write(path: &Utf8Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)?;
    Ok(())
}
