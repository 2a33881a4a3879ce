//! The command line: what the user typed, turned into calls of the library, and its answers into text.
//!
//! Results go to the standard output (summary, diff, plan, JSON), what is to be noticed to the standard error
//! (findings, notes, errors). Only this module prints.

mod against;
mod api;
mod asked;
mod breaking;
mod check;
mod console;
mod database;
mod dev;
mod docker;
mod exit;
mod findings;
mod fmt;
mod folders;
mod inspect;
mod kind;
mod kube;
mod model;
mod new;
mod openapi;
mod planned;
mod regenerate;
mod rpc;
mod said;
mod status;
mod sync;
mod tables;
mod template;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use self::console::Console;
pub use self::exit::Exit;

/// Writes complete, traced Rust microservice workspaces from go-zero .api files, protobuf and SQL.
#[derive(Debug, Parser)]
#[command(
    name = "zgen",
    version,
    arg_required_else_help = true,
    after_help = "\
Examples:
  zgen new shop                                   a sample workspace, ready to build
  zgen api order.api -o out/                      a gateway
  zgen rpc order.proto --sql order.sql -o out/    a service, in the same workspace
  zgen gen --check                                in CI: is everything up to date?

Exit status: 0 fine, 1 findings or differences, 2 could not run."
)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
    Api(api::Args),
    Rpc(rpc::Args),
    Model(model::Args),
    Gen(regenerate::Args),
    Docker(docker::Args),
    Kube(kube::Args),
    Status(status::Args),
    Template(template::Args),
    Check(check::Args),
    Breaking(breaking::Args),
    Fmt(fmt::Args),
    Inspect(inspect::Args),
    Openapi(openapi::Args),
    Dev(dev::Args),
}

/// Runs one command; `args` begin with the program's name.
pub fn run<I, T>(args: I, console: &mut Console) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let result = match Args::try_parse_from(args) {
        Ok(args) => dispatch(args.command, console),
        Err(answer) => console.clap(&answer),
    };
    result.unwrap_or_else(|error| console.fail(&error))
}

fn dispatch(command: Command, console: &mut Console) -> anyhow::Result<Exit> {
    match command {
        Command::New(args) => new::run(&args, console),
        Command::Api(args) => api::run(&args, console),
        Command::Rpc(args) => rpc::run(&args, console),
        Command::Model(args) => model::run(&args, console),
        Command::Gen(args) => regenerate::run(&args, console),
        Command::Docker(args) => docker::run(&args, console),
        Command::Kube(args) => kube::run(&args, console),
        Command::Status(args) => status::run(&args, console),
        Command::Template(args) => template::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Breaking(args) => breaking::run(&args, console),
        Command::Fmt(args) => fmt::run(&args, console),
        Command::Inspect(args) => inspect::run(&args, console),
        Command::Openapi(args) => openapi::run(&args, console),
        Command::Dev(args) => dev::run(&args, console),
    }
}
