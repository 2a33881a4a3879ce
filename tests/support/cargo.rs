//! Generated workspaces, given to cargo.

// Every test takes its part of this.
#![allow(dead_code)]

use std::process::Command;

use anyhow::{Context as _, ensure};
use camino::{Utf8Path, Utf8PathBuf};

/// Below the tests' folder of the target directory: what is there stays from run to run.
pub(crate) fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

/// Shared by all workspaces, so that dependencies are built once.
pub(crate) fn target() -> Utf8PathBuf {
    root().join("target")
}

/// Runs cargo, as on a machine that has nothing but a Rust toolchain; an error shows what it printed.
pub(crate) fn cargo(dir: &Utf8Path, line: &str) -> anyhow::Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(line.split_whitespace())
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target())
        // Half the time and a third of the space; nobody debugs these.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("PROTOC", "/nonexistent")
        .env_remove("RUSTFLAGS")
        .output()
        .context("cargo cannot be started")?;
    ensure!(
        output.status.success(),
        "cargo {line} in {dir}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Whether the slow lane is left out, which is said.
pub(crate) fn is_skipped() -> bool {
    let skipped = std::env::var_os("ZGEN_SLOW").is_some_and(|value| value == "0");
    if skipped {
        eprintln!("skipped: ZGEN_SLOW=0");
    }
    skipped
}
