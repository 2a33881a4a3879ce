//! `zgen new`: a sample to start from.

use std::io;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::{Console, Exit, sync};
use crate::project::RpcInput;

/// Write a sample project, descriptions and generated workspace
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen new shop            order.api, order.proto and order.sql in shop/, and the workspace they describe
  cd shop && zgen dev      build it, run it, watch its traces")]
pub(super) struct Args {
    /// A folder that does not exist yet, or is empty
    #[arg(value_name = "DIR")]
    dir: Utf8PathBuf,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    let dir = &args.dir;
    if !is_empty(dir)? {
        bail!("{dir}: is not empty; `zgen new` starts in a folder of its own");
    }
    crate::write::sample(dir).with_context(|| format!("{dir}: the sample cannot be written"))?;
    sync::run(dir, sync::Mode::default(), console, |project| {
        project.add_api(&dir.join("order.api"), &[])?;
        project.add_rpc(&RpcInput {
            sql: vec![dir.join("order.sql")],
            ..RpcInput::of(dir.join("order.proto"))
        })
    })
}

fn is_empty(dir: &Utf8Path) -> anyhow::Result<bool> {
    match dir.read_dir_utf8() {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(cause) => Err(cause).with_context(|| dir.to_string()),
    }
}
