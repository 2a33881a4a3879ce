//! What a run is asked for, and by which zgen: all that a generation depends on besides the files that it reads.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use crate::project::Project;

/// Equal for two runs only if they would do the same with the same files. `None` where that cannot be told.
pub(super) fn key(project: &Project) -> Option<String> {
    let mut key = program()?;
    // Descriptions are read by paths that are relative to it.
    let _ = writeln!(key, "{}", std::env::current_dir().ok()?.display());
    let _ = writeln!(key, "{project:?}");
    // Symlinks decide how the paths in it are written.
    let _ = writeln!(key, "{:?}", project.resolved_inputs());
    let _ = writeln!(key, "{:?}", project.own_templates().ok()?);
    Some(key)
}

/// The program itself: another build of the same version may write something else.
fn program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    let found = std::fs::metadata(&path).ok()?;
    let time = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let (version, length) = (env!("CARGO_PKG_VERSION"), found.len());
    let (path, place) = (path.display(), place(&found));
    Some(format!("{version} {path} {length} {time:?} {place}\n"))
}

/// What an archive that sets all times alike does not keep.
#[cfg(unix)]
fn place(found: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let (device, node) = (found.dev(), found.ino());
    format!("{device} {node} {}.{}", found.ctime(), found.ctime_nsec())
}

#[cfg(not(unix))]
fn place(_: &std::fs::Metadata) -> &'static str {
    ""
}
