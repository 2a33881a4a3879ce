//! `zgen dev`: build, run, watch.

use camino::Utf8PathBuf;

use super::{Console, Exit};
use crate::dev;

/// Build and run every service of a workspace and print its traces
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen dev                 the workspace in the current directory, until Ctrl-C
  zgen dev out/ --release
  zgen dev --sample        generate the order sample, place an order, print the trace")]
pub(super) struct Args {
    /// The workspace
    #[arg(value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    /// Generate the order sample first, send it requests, print the answers, stop
    #[arg(long)]
    sample: bool,
    /// Build with optimisations
    #[arg(long)]
    release: bool,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    let options = dev::Options {
        sample: args.sample,
        release: args.release,
        color: console.out_color,
    };
    let fine = dev::run(&args.dir, &options, console.out.as_mut())?;
    Ok(Exit::fine_if(fine))
}
