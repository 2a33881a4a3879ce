//! Templates of the user's own, as they are on disk.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::Error;

/// Every `.j2` file below `root`, by its path there with `/` between the parts.
pub(super) fn collect(
    root: &Utf8Path,
    below: &Utf8Path,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    let folder = root.join(below);
    let failed = |cause| Error::Read {
        path: folder.clone(),
        cause,
    };
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = below.join(entry.file_name());
        if entry.path().is_dir() {
            collect(root, &path, texts)?;
        } else if path.extension() == Some("j2") {
            let text = std::fs::read_to_string(entry.path()).map_err(|cause| Error::Read {
                path: entry.path().to_owned(),
                cause,
            })?;
            let name: Vec<&str> = path.iter().collect();
            texts.insert(name.join("/"), text);
        }
    }
    Ok(())
}
