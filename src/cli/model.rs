//! `zgen model`: tables without a service.

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

use super::database::DatabaseArgs;
use super::kind::{self, Kind};
use super::tables::TableArgs;
use super::{Console, Exit, sync};
use crate::project::{ModelInput, Project};

/// Generate a store from DDL: a library for the crates of the workspace
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen model shop.sql -o out/                          crates/shop-store, with all tables of shop.sql
  zgen model a.sql b.sql --name shop -o out/           one store for both files
  zgen model shop.sql --table 't_order*' --prefix t_    some tables, as Order and not as TOrder
  zgen model shop.sql --ignore-columns created_at,updated_at
  DATABASE_URL=mysql://user:password@host/shop zgen model --database --table 'order*' -o out/
                                                       tables of a running database, by way of out/shop.sql

The store is added to zgen.yaml in the output directory; `zgen gen` generates all that is listed there.")]
pub(super) struct Args {
    /// The .sql files, of one store
    #[arg(
        required_unless_present = "database",
        conflicts_with = "database",
        value_name = "FILE"
    )]
    files: Vec<Utf8PathBuf>,
    /// The workspace to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: Utf8PathBuf,
    /// What the store is called: its crate is NAME-store. The first file's name, unless it is said
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    tables: TableArgs,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    for file in &args.files {
        kind::expect(file, Kind::Sql)?;
    }
    let address = args.database.address()?;
    let named = match &address {
        Some(address) => Some(Utf8PathBuf::from(format!("{}.sql", address.database()))),
        None => args.files.first().cloned(),
    };
    let name = match &args.name {
        Some(name) => name.clone(),
        None => (named.as_deref().and_then(name_of))
            .context("no store can be named after that: say `--name NAME`")?,
    };
    if let Some(address) = address {
        let file = file_of(&name);
        let add = |project: &mut Project, sql, dialect| {
            project.add_model(&ModelInput {
                name,
                sql: vec![sql],
                dialect: Some(dialect),
                tables: args.tables.options(),
            })
        };
        let (dir, mode) = (&args.output, args.mode);
        return args.database.run(&address, &file, dir, mode, console, add);
    }
    sync::run(&args.output, args.mode, console, |project| {
        project.add_model(&ModelInput {
            name: name.clone(),
            sql: args.files.clone(),
            dialect: args.tables.dialect(),
            tables: args.tables.options(),
        })
    })
}

/// The file of the workspace that holds what was read from a database.
pub(super) fn file_of(name: &str) -> Utf8PathBuf {
    let file = Utf8PathBuf::from(format!("{name}.sql"));
    let name = name_of(&file).unwrap_or_else(|| "database".to_owned());
    Utf8PathBuf::from(format!("{name}.sql"))
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
