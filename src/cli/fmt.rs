//! `zgen fmt`: `.api` files in their canonical form.

use std::io::{self, Read as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::kind::{self, Kind};
use super::{Console, Exit, findings, folders};
use crate::diag::{Diagnostic, Report};
use crate::format;
use crate::source::{self, Loader as _, SourceMap};
use crate::write;

/// Format .api files
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen fmt order.api
  zgen fmt .                     every .api file below
  zgen fmt . --check             in CI: is everything formatted?
  zgen fmt - < order.api         to the standard output, for an editor

A file with syntax errors is reported and left alone.")]
pub(super) struct Args {
    /// The files; folders, for the .api files below them; or `-` for the standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
    /// Write nothing; exit with 1 and a unified diff if a file is not formatted
    #[arg(long)]
    check: bool,
}

/// What came of all files.
#[derive(Default)]
struct Run {
    sources: SourceMap,
    report: Report,
    files: usize,
    changed: usize,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    let mut run = Run::default();
    if args.paths.iter().any(|path| path == "-") {
        anyhow::ensure!(
            args.paths.len() == 1,
            "`-` stands alone: there is one standard input"
        );
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        if let Some(formatted) = run.format(Utf8Path::new("<stdin>"), &text) {
            if !args.check {
                console.print(&formatted)?;
            } else if formatted != text {
                console.print_diff(&write::diff("<stdin>", &text, &formatted))?;
                run.changed += 1;
            }
        }
        return run.end(args.check, console);
    }
    for path in folders::expand(&args.paths)? {
        kind::expect(&path, Kind::Api)?;
        let text = match source::Disk.read(&path) {
            Ok(text) => text,
            Err(cause) => {
                let message = format!("cannot read `{path}`: {}", source::reason(&cause));
                run.report
                    .push(Diagnostic::error("input/unreadable", None, message));
                continue;
            }
        };
        run.files += 1;
        let Some(formatted) = run.format(&path, &text).filter(|new| *new != text) else {
            continue;
        };
        run.changed += 1;
        if args.check {
            console.print_diff(&write::diff(path.as_str(), &text, &formatted))?;
        } else {
            write::replace(&path, &formatted)?;
        }
    }
    if !args.check {
        let files = if run.files == 1 { "file" } else { "files" };
        let summary = format!("{} of {} {files} formatted\n", run.changed, run.files);
        console.print(&summary)?;
    }
    run.end(args.check, console)
}

impl Run {
    fn format(&mut self, path: &Utf8Path, text: &str) -> Option<String> {
        // Places are those that an editor shows, which leaves a byte order mark out.
        let shown = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let file = self.sources.add(path, shown);
        format::format(file, text, &mut self.report)
    }

    fn end(self, check: bool, console: &mut Console) -> anyhow::Result<Exit> {
        findings::show(console, &self.report, &self.sources)?;
        let unformatted = check && self.changed > 0;
        if unformatted {
            let files = match self.changed {
                1 => "1 file is not formatted".to_owned(),
                files => format!("{files} files are not formatted"),
            };
            console.error(&files)?;
        }
        Ok(Exit::fine_if(!self.report.has_errors() && !unformatted))
    }
}
