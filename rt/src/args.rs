//! The command line of a service: `-f FILE`, as goctl's services have it, and `healthcheck` for containers.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// What a service was started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    pub config: PathBuf,
    pub command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Serve until told to stop.
    Serve,
    /// Read the configuration, say what is wrong with it, and end.
    CheckConfig,
    /// Ask the running service on this host whether it is well, and end.
    HealthCheck,
    /// `--help` or `--version`: the text to print.
    Show(&'static str),
}

const HELP: &str = "\
Usage: [-f FILE] [--check-config] [healthcheck]

  -f, --config FILE  the configuration file
  --check-config     read the configuration, say what is wrong with it, and end
  healthcheck        ask the running service whether it is well, and end
  -V, --version      print the version
  -h, --help         print this
";

impl Args {
    /// Reads the process's arguments.
    pub fn parse(default_config: &str, version: &'static str) -> anyhow::Result<Self> {
        Self::read(lexopt::Parser::from_env(), default_config, version)
    }

    /// The same from arguments of the caller's, without the program's name.
    pub fn parse_from(
        args: impl IntoIterator<Item: Into<OsString>>,
        default_config: &str,
        version: &'static str,
    ) -> anyhow::Result<Self> {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        Self::read(lexopt::Parser::from_args(args), default_config, version)
    }

    fn read(
        mut parser: lexopt::Parser,
        default_config: &str,
        version: &'static str,
    ) -> anyhow::Result<Self> {
        let mut args = Self {
            config: default_config.into(),
            command: Command::Serve,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Short('f') | Long("config") => args.config = parser.value()?.into(),
                Long("check-config") => args.command = Command::CheckConfig,
                Short('h') | Long("help") => args.command = Command::Show(HELP),
                Short('V') | Long("version") => args.command = Command::Show(version),
                Value(value) if value == "healthcheck" => args.command = Command::HealthCheck,
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(args)
    }
}
