//! `zgen check`: are the descriptions right?

use camino::Utf8PathBuf;

use super::findings::{self, Format};
use super::kind::{self, Kind};
use super::{Console, Exit, folders};
use crate::diag::{Diagnostic, Report};
use crate::project::{ApiInput, Inputs, RpcInput};
use crate::source::{self, Loader as _, SourceMap};
use crate::{analyze, sql};

/// Validate .api, .proto and .sql files
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen check order.api
  zgen check .                               every .api file below
  zgen check *.api *.proto *.sql --deny-warnings
  zgen check order.api --format github       annotations in a pull request
  zgen check order.api --format json         for an editor

Findings go to the standard error in the format `human`, to the standard output in the others.")]
pub(super) struct Args {
    /// The files, each checked with all that it imports; or folders, for the .api files below them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// A folder to search imports of .proto files in
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<Utf8PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Exit with 1 for warnings too
    #[arg(long)]
    deny_warnings: bool,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    let mut inputs = Inputs::default();
    let mut tables = Vec::new();
    for file in folders::expand(&args.paths)? {
        match kind::of(&file)? {
            Kind::Api => inputs.api.push(ApiInput::of(file)),
            Kind::Proto => inputs.rpc.push(RpcInput {
                file,
                include: args.include.clone(),
                sql: Vec::new(),
                ..RpcInput::default()
            }),
            Kind::Sql => tables.push(file),
        }
    }
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    match inputs.rpc.as_mut_slice() {
        // Which service owns the tables is plain only where there is one.
        [rpc] => rpc.sql = tables,
        _ => check_tables(tables, &mut sources, &mut report),
    }
    analyze::check(&inputs, &source::Disk, &mut sources, &mut report);
    findings::print(args.format, console, &report, &sources)?;
    let warned = args.deny_warnings && report.iter().next().is_some();
    Ok(Exit::fine_if(!report.has_errors() && !warned))
}

fn check_tables(files: Vec<Utf8PathBuf>, sources: &mut SourceMap, report: &mut Report) {
    for file in files {
        match source::Disk.read(&file) {
            Ok(text) => {
                let id = sources.add(file, text.clone());
                sql::parse(id, &text, report);
            }
            Err(cause) => {
                let message = format!("cannot read `{file}`: {}", source::reason(&cause));
                report.push(Diagnostic::error("input/unreadable", None, message));
            }
        }
    }
}
