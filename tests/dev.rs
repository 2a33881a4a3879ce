//! `zgen dev` against processes of the tests' own; a generated workspace is the end-to-end test's business.

#[path = "dev/build.rs"]
mod build;
#[path = "dev/fleet.rs"]
mod fleet;
#[path = "dev/receiver.rs"]
mod receiver;
#[path = "dev/services.rs"]
mod services;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

/// A program of `tests/support/`.
fn support(name: &str) -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/support")
        .join(name)
}

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> anyhow::Result<(TempDir, Utf8PathBuf)> {
    let temp = TempDir::new()?;
    let dir = Utf8PathBuf::try_from(temp.path().to_owned())?;
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&dir))?;
        std::fs::write(path, text)?;
    }
    Ok((temp, dir))
}

#[test]
fn a_folder_without_services_is_refused() -> anyhow::Result<()> {
    let (_temp, dir) = folder(&[])?;
    let mut out = Vec::new();
    let error = zgen::dev::run(&dir, &zgen::dev::Options::default(), &mut out).err();
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("is not a generated workspace"), "{error}");
    assert!(out.is_empty());
    Ok(())
}
