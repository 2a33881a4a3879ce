//! `zgen model`: tables without a service.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::kind::{self, Kind};
use super::tables::TableArgs;
use super::{Console, Exit, sync};
use crate::project::ModelInput;

/// Generate a store from DDL: a library for the crates of the workspace
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen model shop.sql -o out/                          crates/shop-store, with all tables of shop.sql
  zgen model a.sql b.sql --name shop -o out/           one store for both files
  zgen model shop.sql --table 't_order*' --prefix t_    some tables, as Order and not as TOrder
  zgen model shop.sql --ignore-columns created_at,updated_at

The store is added to zgen.yaml in the output directory; `zgen gen` generates all that is listed there.")]
pub(super) struct Args {
    /// The .sql files, of one store
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    /// The workspace to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: Utf8PathBuf,
    /// What the store is called: its crate is NAME-store. The first file's name, unless it is said
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    tables: TableArgs,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    for file in &args.files {
        kind::expect(file, Kind::Sql)?;
    }
    let name = match &args.name {
        Some(name) => name.clone(),
        None => (args.files.first().and_then(|file| name_of(file)))
            .context("no store can be named after the file: say `--name NAME`")?,
    };
    sync::run(&args.output, args.mode, console, |project| {
        project.add_model(&ModelInput {
            name: name.clone(),
            sql: args.files.clone(),
            dialect: args.tables.dialect(),
            tables: args.tables.options(),
        })
    })
}

/// `shop.sql` and `Shop_DB.sql` are `shop` and `shop-db`.
pub(super) fn name_of(file: &Utf8Path) -> Option<String> {
    let plain = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let name: String = file.file_stem()?.chars().map(plain).collect();
    let name = name.trim_matches('-');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    starts_well.then(|| name.to_owned())
}
