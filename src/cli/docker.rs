//! `zgen docker`: what containers are built and run from.

use camino::Utf8PathBuf;

use super::{Console, Exit, regenerate, sync};

/// Below the workspace.
pub(super) const PATHS: &[&str] = &[
    ".dockerignore",
    "deploy/.env.example",
    "deploy/Dockerfile.*",
    "deploy/README.md",
    "deploy/config",
    "deploy/docker-compose.yaml",
    "deploy/mysql",
    "deploy/observability",
    "deploy/otel-collector.yaml",
    "deploy/postgres",
    "deploy/secrets",
];

/// Generate Dockerfiles, the compose file and what it mounts
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen docker                of the workspace in the current directory
  zgen docker out/ --check   exit 1 and a diff if they are not up to date
  zgen docker --merge        also bring those that you edited up to date

`zgen gen` generates them too, with everything else; this looks at no other file.")]
pub(super) struct Args {
    /// The workspace, the folder with zgen.yaml
    #[arg(value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    regenerate::expect_project(&args.dir)?;
    sync::run_within(Some(PATHS), &args.dir, args.mode, console, |_| Ok(()))
}
