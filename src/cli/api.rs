//! `zgen api`: a gateway.

use camino::Utf8PathBuf;

use super::kind::{self, Kind};
use super::{Console, Exit, sync};

/// Generate a gateway from an .api file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen api order.api                          into the current directory
  zgen api order.api -o out/
  zgen api order.api --rpc stock.proto        calls a service that lives in another workspace
  zgen api order.api -o out/ --check          in CI: exit 1 and a diff if out/ is not up to date

The file is added to zgen.yaml in the output directory; `zgen gen` generates all that is listed there.")]
pub(super) struct Args {
    /// The root .api file
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// The workspace to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: Utf8PathBuf,
    /// A .proto file of a service in another workspace that this gateway calls
    #[arg(long, value_name = "FILE")]
    rpc: Vec<Utf8PathBuf>,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    kind::expect(&args.file, Kind::Api)?;
    for file in &args.rpc {
        kind::expect(file, Kind::Proto)?;
    }
    sync::run(&args.output, args.mode, console, |project| {
        project.add_api(&args.file, &args.rpc)
    })
}
