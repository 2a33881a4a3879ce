//! `zgen rpc`: services.

use camino::Utf8PathBuf;

use super::database::DatabaseArgs;
use super::kind::{self, Kind};
use super::tables::TableArgs;
use super::{Console, Exit, model, sync};
use crate::model::Dialect;
use crate::project::{self, Project, RpcInput};

/// Generate a service from each .proto file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  zgen rpc order.proto -o out/
  zgen rpc order.proto --sql order.sql -o out/    with a store for the tables of order.sql
  zgen rpc order.proto --database env:SHOP -o out/    with one for those of the database whose URL is in $SHOP
  zgen rpc proto/order.proto -I proto/ -o out/    imports are searched in proto/
  zgen rpc order.proto user.proto --into shop     one process, shop-rpc, that serves both

The files are added to zgen.yaml in the output directory; `zgen gen` generates all that is listed there.")]
pub(super) struct Args {
    /// The root .proto files, a process for each unless --into says otherwise
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Utf8PathBuf>,
    /// The workspace to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: Utf8PathBuf,
    /// A folder to search imports in, after the file's own
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<Utf8PathBuf>,
    /// DDL of the tables that the service owns
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    sql: Vec<Utf8PathBuf>,
    /// Serve the files by one process of this name, together with those that are in it already
    #[arg(long, value_name = "NAME")]
    into: Option<String>,
    /// Derive serde's traits for messages; those that hold Google's own types are left out
    #[arg(long)]
    serde: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    tables: TableArgs,
    #[command(flatten)]
    mode: sync::Mode,
}

pub(super) fn run(args: &Args, console: &mut Console) -> anyhow::Result<Exit> {
    for file in &args.files {
        kind::expect(file, Kind::Proto)?;
    }
    for file in &args.sql {
        kind::expect(file, Kind::Sql)?;
    }
    let Some(address) = args.database.address()? else {
        return sync::run(&args.output, args.mode, console, |project| {
            add(args, &args.sql, args.tables.dialect(), project)
        });
    };
    let file = model::file_of(address.database());
    let add = |project: &mut Project, sql, dialect| add(args, &[sql], Some(dialect), project);
    let (dir, mode) = (&args.output, args.mode);
    args.database.run(&address, &file, dir, mode, console, add)
}

fn add(
    args: &Args,
    sql: &[Utf8PathBuf],
    dialect: Option<Dialect>,
    project: &mut Project,
) -> Result<(), project::Error> {
    (args.files.iter()).try_for_each(|file| {
        project.add_rpc(&RpcInput {
            file: file.clone(),
            include: args.include.clone(),
            sql: sql.to_vec(),
            dialect,
            into: args.into.clone(),
            serde: args.serde,
            tables: args.tables.options(),
        })
    })
}
