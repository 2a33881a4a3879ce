//! `zgen openapi`: a gateway for other people's tools.

use anyhow::{anyhow, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use clap::ValueEnum;

use super::kind::{self, Kind};
use super::regenerate::expect_project;
use super::{Console, Exit, findings};
use crate::diag::Report;
use crate::project::{Inputs, Project};
use crate::source::{self, SourceMap};
use crate::{analyze, openapi, write};

/// Write a gateway's OpenAPI 3.1 document
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen openapi order.api                        to the standard output
  zgen openapi order.api -o openapi.yaml
  zgen openapi order.api -o docs/openapi.json
  zgen openapi order.api --format json | jq .paths
  zgen openapi order.api --workspace out/       with the choices of its zgen.yaml")]
pub(super) struct Args {
    /// The root .api file
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// The file to write instead of the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
    /// The workspace that the gateway is generated into: its zgen.yaml says whether answers come in an envelope
    #[arg(long, value_name = "DIR")]
    workspace: Option<Utf8PathBuf>,
    /// How the document is written; by default as the output's ending says, or as YAML
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    kind::expect(&args.file, Kind::Api)?;
    if let Some(output) = &args.output {
        ensure!(
            kind::of(output).is_err(),
            "{output}: a description, which a document must not replace"
        );
    }
    let inputs = Inputs::of_api(args.file.clone());
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(&inputs, &source::Disk, &mut sources, &mut report);
    findings::show(console, &report, &sources)?;
    let (false, Some(gateway)) = (report.has_errors(), output.system.gateways.first()) else {
        return Ok(Exit::Findings);
    };
    for route in openapi::left_out(gateway) {
        console.note(&format!(
            "`{route}` is left out: OpenAPI has no word for it"
        ))?;
    }
    let document = openapi::document(gateway, options(args.workspace.as_deref())?);
    let text = openapi::render(&document, format(args)).map_err(|cause| anyhow!(cause))?;
    match &args.output {
        None => console.print(&text)?,
        Some(path) if write::put(path, &text)? => console.print(&format!("{path}: written\n"))?,
        Some(path) => console.print(&format!("{path}: up to date\n"))?,
    }
    Ok(Exit::Fine)
}

/// The choices of a workspace; in a folder that is none, what they are by default.
fn options(workspace: Option<&Utf8Path>) -> anyhow::Result<openapi::Options> {
    if let Some(dir) = workspace {
        expect_project(dir)?;
    }
    let project = Project::open(workspace.unwrap_or(Utf8Path::new(".")))?;
    Ok(openapi::Options {
        envelope: project.options.envelope,
    })
}

fn format(args: &Args) -> openapi::Format {
    let ending = args.output.as_deref().and_then(Utf8Path::extension);
    let ends_in_json = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if args
        .format
        .map_or(ends_in_json, |format| format == Format::Json)
    {
        openapi::Format::Json
    } else {
        openapi::Format::Yaml
    }
}
