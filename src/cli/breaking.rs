//! `zgen breaking`: would a change break callers?

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};

use super::against::Against;
use super::findings::{self, Format};
use super::kind::{self, Kind};
use super::{Console, Exit};
use crate::diag::Report;
use crate::model::System;
use crate::model::wire::Contract;
use crate::project::Inputs;
use crate::source::{self, Loader, SourceMap};
use crate::{analyze, breaking, proto};

/// Find what a change of .api and .proto files would break for callers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen breaking order.api order.proto --against origin/main
  zgen breaking order.proto --against v1.2.0 -I third_party
  zgen breaking order.api --against ../released/          a folder with files of the same names
  zgen breaking order.api --against order-v1.api
  zgen breaking order.api --against HEAD --format github  annotations in a pull request

Errors are what earlier callers are refused for or cannot read, and make the exit status 1; warnings are what they may
notice. Findings go to the standard error in the format `human`, to the standard output in the others.")]
pub(super) struct Args {
    /// The files as they are now
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    /// What they are compared with: a git revision, a folder, or (for one FILE) a file
    #[arg(long, value_name = "REF|FILE|DIR")]
    against: String,
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
    for file in &args.files {
        if kind::of(file)? == Kind::Sql {
            bail!("{file}: nobody calls tables; name .api and .proto files");
        }
    }
    let against = Against::new(&args.against, &args.files)?;
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let includes = against.includes(&args.include);
    let mut pairs = Vec::new();
    for file in &args.files {
        let old = match against.find(file)? {
            Some(path) => {
                let loader = against.loader();
                Some(read(&path, &includes, loader, &mut sources, &mut report)?)
            }
            None => None,
        };
        pairs.push((file, old));
    }
    // Before the present state is read, which may have the same paths.
    against.label(&mut sources);
    for (file, old) in pairs {
        let new = read(
            file,
            &args.include,
            &source::Disk,
            &mut sources,
            &mut report,
        )?;
        match (&old, &new) {
            (_, State::Unknown) => {}
            (None, _) => console.note(&format!(
                "{file}: not there in `{}`, so nobody depends on it",
                args.against
            ))?,
            (Some(State::Api(old)), State::Api(new)) => {
                breaking::gateways(old, new, &mut report);
            }
            (Some(State::Proto(old)), State::Proto(new)) => {
                breaking::contracts(old, new, &mut report);
            }
            // The earlier state was found to be wrong; that both are in one language is seen to above.
            (Some(_), _) => {}
        }
    }
    report.sort();
    findings::print(args.format, console, &report, &sources)?;
    let warned = args.deny_warnings && !report.is_empty();
    Ok(Exit::fine_if(!report.has_errors() && !warned))
}

/// What callers depend on.
enum State {
    Api(System),
    Proto(Contract),
    /// It could not be understood; the report has the reason.
    Unknown,
}

fn read(
    file: &Utf8Path,
    includes: &[Utf8PathBuf],
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> anyhow::Result<State> {
    let mut own = Report::default();
    let state = match kind::of(file)? {
        Kind::Proto => {
            let set = proto::compile(&[file], includes, loader, sources, &mut own);
            set.map(|set| State::Proto(proto::contract(&set, sources)))
        }
        Kind::Api | Kind::Sql => {
            let inputs = Inputs::of_api(file.to_owned());
            let output = analyze::check(&inputs, loader, sources, &mut own);
            Some(State::Api(output.system))
        }
    };
    // What only deserves a warning is not the question here: that is `zgen check`.
    if own.has_errors() {
        report.append(own);
        return Ok(State::Unknown);
    }
    Ok(state.unwrap_or(State::Unknown))
}
