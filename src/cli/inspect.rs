//! `zgen inspect`: the resolved model.

use camino::Utf8PathBuf;

use super::kind::{self, Kind};
use super::{Console, Exit, findings};
use crate::diag::Report;
use crate::project::{ApiInput, Inputs, ModelInput, RpcInput};
use crate::source::{self, SourceMap};
use crate::{analyze, inspect};

/// Print what zgen understands of a description, as JSON
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen inspect order.api
  zgen inspect order.proto --sql order.sql
  zgen inspect order.sql
  zgen inspect order.api | jq '.gateways[].groups[].routes[].path'

The JSON is stable and carries its version.")]
pub(super) struct Args {
    /// An .api, .proto or .sql file
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// A folder to search imports of a .proto file in
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<Utf8PathBuf>,
    /// DDL of the tables that a .proto file's service owns
    #[arg(long, value_name = "FILE")]
    sql: Vec<Utf8PathBuf>,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    let file = args.file.clone();
    let mut inputs = Inputs::default();
    match kind::of(&file)? {
        Kind::Api => inputs.api.push(ApiInput::of(file)),
        Kind::Proto => inputs.rpc.push(RpcInput {
            file,
            include: args.include.clone(),
            sql: args.sql.clone(),
            ..RpcInput::default()
        }),
        Kind::Sql => inputs.model.push(ModelInput {
            name: super::model::name_of(&file).unwrap_or_else(|| "tables".to_owned()),
            sql: vec![file],
            ..ModelInput::default()
        }),
    }
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    findings::show(console, &report, &sources)?;
    if report.has_errors() {
        return Ok(Exit::Findings);
    }
    console.print(&inspect::json(&output.system, &sources))?;
    Ok(Exit::Fine)
}
