//! `zgen status`: whose file is what.

use camino::Utf8PathBuf;

use super::findings::Format;
use super::{Console, Exit, sync};

/// List every file of a workspace with its owner and state
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen status
  zgen status out/ --format json
  zgen status | grep '^user  edited'         what you have made your own

States: up to date; out of date, missing and orphan (the next `zgen gen` sees to it); edited; edited, scaffold changed
(`zgen gen --merge` takes the changes over); own (listed under `own:` in zgen.yaml).")]
pub(super) struct Args {
    /// The workspace, the folder with zgen.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    /// A table, or one JSON document
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    super::regenerate::expect_project(&args.dir)?;
    sync::status(&args.dir, args.format, console)
}
