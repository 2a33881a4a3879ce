//! The expected workspaces, outside of the repository's sources and with the versions of `Cargo.lock`, for cargo.

// Every test takes its part of this.
#![allow(dead_code)]

use std::fs;

use anyhow::ensure;
use camino::Utf8PathBuf;

use crate::cargo;
use crate::files;
use crate::project::Fixture;

/// A project's workspace below the tests' folder of the target directory, where it stays from run to run.
pub(crate) struct Workspace {
    pub(crate) dir: Utf8PathBuf,
    lock: Utf8PathBuf,
}

impl Workspace {
    /// Writes what is expected of the project; a test of its own says that this is what zgen generates.
    pub(crate) fn of(fixture: &Fixture) -> anyhow::Result<Self> {
        let dir = cargo::root().join(&fixture.name);
        let wanted = files::below(&fixture.expected())?;
        ensure!(!wanted.is_empty(), "{} is empty", fixture.expected());
        for path in files::below(&dir)?.keys() {
            if !wanted.contains_key(path) {
                fs::remove_file(dir.join(path))?;
            }
        }
        for (path, bytes) in &wanted {
            files::write(&dir.join(path), bytes)?;
        }
        let lock = fixture.dir.join("Cargo.lock");
        if let Ok(bytes) = fs::read(&lock) {
            files::write(&dir.join("Cargo.lock"), &bytes)?;
        }
        Ok(Self { dir, lock })
    }

    /// A folder with nothing in it.
    pub(crate) fn fresh(name: &str) -> anyhow::Result<Self> {
        let dir = cargo::root().join(name);
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir)?;
        let lock = dir.join("Cargo.lock");
        Ok(Self { dir, lock })
    }

    pub(crate) fn cargo(&self, line: &str) -> anyhow::Result<()> {
        cargo::cargo(&self.dir, line)
    }

    /// After a build: says so if dependencies have changed, and keeps the new versions if that was asked for.
    pub(crate) fn check_lock(&self) -> anyhow::Result<()> {
        let new = fs::read(self.dir.join("Cargo.lock"))?;
        if std::env::var_os("ZGEN_UPDATE").is_some_and(|value| value == "1") {
            files::write(&self.lock, &new)?;
        }
        ensure!(
            fs::read(&self.lock).is_ok_and(|old| old == new),
            "{} is out of date: ZGEN_UPDATE=1 cargo test --test compile",
            self.lock
        );
        Ok(())
    }
}

/// Where cargo puts the programs of a package.
pub(crate) fn binary(package: &str) -> Utf8PathBuf {
    cargo::target().join("debug").join(package)
}
