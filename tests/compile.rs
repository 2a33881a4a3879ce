//! The slow lane: what zgen generates builds, is formatted, has no lint and passes its own tests, before the first edit.
//!
//! The first run builds every dependency, which takes minutes. `ZGEN_SLOW=0` skips it; CI never does.

#[path = "support/cargo.rs"]
mod cargo;
#[path = "support/files.rs"]
mod files;
#[path = "support/project.rs"]
mod project;
#[path = "support/workspace.rs"]
mod workspace;

use std::time::Instant;

use self::project::Fixture;
use self::workspace::Workspace;

const COMMANDS: &[&str] = &[
    "fmt --all --check",
    "clippy --workspace --all-targets -- -D warnings",
    "test --workspace",
];

#[test]
fn generated_workspaces_compile() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    for fixture in Fixture::all()? {
        let workspace = Workspace::of(&fixture)?;
        for command in COMMANDS {
            let start = Instant::now();
            workspace.cargo(command)?;
            let seconds = start.elapsed().as_secs_f64();
            eprintln!("{}: cargo {command}: {seconds:.1} s", fixture.name);
        }
        workspace.check_lock()?;
    }
    Ok(())
}
