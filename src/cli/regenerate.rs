//! `zgen gen`: everything again.

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};

use super::{Console, Exit, sync};
use crate::project;

/// Generate everything that zgen.yaml lists
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen gen                 the workspace in the current directory
  zgen gen out/
  zgen gen --dry-run       what would be written, and why
  zgen gen --check         in CI: exit 1 and a diff if something is not up to date
  zgen gen --merge         also bring files that you edited up to date, by a three-way merge
  zgen gen --prune         also delete edited files that are no longer generated")]
pub(super) struct Args {
    /// The workspace, the folder with zgen.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    expect_project(&args.dir)?;
    sync::run(&args.dir, args.mode, console, |_| Ok(()))
}

/// Complains about a folder that is no workspace.
pub(super) fn expect_project(dir: &Utf8Path) -> anyhow::Result<()> {
    // An interrupted first run has no zgen.yaml yet, only the means to complete it.
    let begun = crate::write::is_interrupted(dir);
    let file = dir.join(project::FILE);
    if !begun && !file.exists() {
        bail!("{file}: not found; start with `zgen api FILE.api` or `zgen rpc FILE.proto`");
    }
    Ok(())
}
