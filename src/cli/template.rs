//! `zgen template`: templates of the user's own.

use std::collections::BTreeMap;

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Subcommand;

use super::{Console, Exit};
use crate::project::Project;
use crate::{diag, emit, write};

/// List, export and compare the templates that the files are printed from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen template list                                                the names, and which of them are yours
  zgen template export gateway/src/logic/route.rs.j2 -o templates/  a copy to change
  zgen template diff                                                yours against zgen's own

A folder with templates is used once zgen.yaml names it (`templates: templates`). Templates are in the language of
minijinja; docs/templates.md tells more.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the name of every template
    List {
        /// The workspace, the folder with zgen.yaml
        #[arg(value_name = "DIR", default_value = ".")]
        dir: Utf8PathBuf,
    },
    /// Write copies of templates, to be changed
    Export {
        /// Their names, as `zgen template list` prints them; all of them if none is given
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// The folder to write into; files that are there already are left alone
        #[arg(short, long, value_name = "DIR", default_value = "templates")]
        output: Utf8PathBuf,
    },
    /// Print what differs between the workspace's templates and zgen's own
    Diff {
        /// The workspace, the folder with zgen.yaml
        #[arg(value_name = "DIR", default_value = ".")]
        dir: Utf8PathBuf,
    },
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List { dir } => list(dir, console),
        Command::Export { names, output } => export(names, output, console),
        Command::Diff { dir } => diff(dir, console),
    }
}

fn own(dir: &Utf8Path) -> anyhow::Result<BTreeMap<String, String>> {
    Ok(Project::open(dir)?.own_templates()?)
}

fn list(dir: &Utf8Path, console: &mut Console) -> anyhow::Result<Exit> {
    let own = own(dir)?;
    let mut text = String::new();
    for name in emit::names() {
        text += name;
        text += if own.contains_key(name) {
            "  (yours)\n"
        } else {
            "\n"
        };
    }
    console.print(&text)?;
    Ok(Exit::Fine)
}

fn export(names: &[String], output: &Utf8Path, console: &mut Console) -> anyhow::Result<Exit> {
    let all: Vec<String>;
    let names = if names.is_empty() {
        all = emit::names().map(str::to_owned).collect();
        &all
    } else {
        names
    };
    let mut texts = Vec::new();
    for name in names {
        let Some(text) = emit::exported(name) else {
            let help = diag::did_you_mean(name, emit::names())
                .unwrap_or_else(|| "`zgen template list` lists the names".to_owned());
            bail!("`{name}` is no template of zgen's: {help}");
        };
        texts.push((output.join(name), text));
    }
    let mut written = 0;
    for (path, text) in &texts {
        if write::create(path, text)? {
            written += 1;
        } else {
            console.note(&format!("{path}: is there already, left alone"))?;
        }
    }
    console.print(&format!(
        "{written} templates in {}; zgen.yaml uses them with `templates: {output}`, relative to itself\n",
        output.join("")
    ))?;
    Ok(Exit::Fine)
}

fn diff(dir: &Utf8Path, console: &mut Console) -> anyhow::Result<Exit> {
    for (name, text) in own(dir)? {
        if let Some(ours) = emit::exported(&name) {
            let names = (format!("zgen/{name}"), format!("yours/{name}"));
            let diff = write::between(&names.0, &names.1, &ours, &text);
            console.print_diff(&diff)?;
        }
    }
    Ok(Exit::Fine)
}
