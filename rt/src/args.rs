//! The command line of a service: `-f FILE`, as goctl's services have it, and `healthcheck` for containers.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// What a service was started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    pub config: PathBuf,
    pub command: Command,
    /// What is to be done to the database in place of serving.
    pub migrate: Option<Migrate>,
}

/// Of a service with tables, by [`Args::with_migrations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrate {
    /// Apply what was not applied yet.
    Apply,
    /// Take all up to this version for applied, and run none of it.
    Record(i64),
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

const HELP_WITH_MIGRATIONS: &str = "\
Usage: [-f FILE] [--check-config] [--migrate | --migrated VERSION] [healthcheck]

  -f, --config FILE   the configuration file
  --check-config      read the configuration, say what is wrong with it, and end
  --migrate           bring the database's schema up to date, and end
  --migrated VERSION  record that the database is as the migrations up to VERSION
                      make it, without running them, and end
  healthcheck         ask the running service whether it is well, and end
  -V, --version       print the version
  -h, --help          print this
";

impl Args {
    /// Reads the process's arguments.
    pub fn parse(default_config: &str, version: &'static str) -> anyhow::Result<Self> {
        Self::read(lexopt::Parser::from_env(), default_config, version, false)
    }

    /// The same, of a service that has migrations.
    pub fn with_migrations(default_config: &str, version: &'static str) -> anyhow::Result<Self> {
        Self::read(lexopt::Parser::from_env(), default_config, version, true)
    }

    /// The same from arguments of the caller's, without the program's name.
    pub fn parse_from(
        args: impl IntoIterator<Item: Into<OsString>>,
        default_config: &str,
        version: &'static str,
    ) -> anyhow::Result<Self> {
        Self::read(parser(args), default_config, version, false)
    }

    /// The same, of a service that has migrations.
    pub fn with_migrations_from(
        args: impl IntoIterator<Item: Into<OsString>>,
        default_config: &str,
        version: &'static str,
    ) -> anyhow::Result<Self> {
        Self::read(parser(args), default_config, version, true)
    }

    fn read(
        mut parser: lexopt::Parser,
        default_config: &str,
        version: &'static str,
        has_migrations: bool,
    ) -> anyhow::Result<Self> {
        let help = if has_migrations {
            HELP_WITH_MIGRATIONS
        } else {
            HELP
        };
        let mut args = Self {
            config: default_config.into(),
            command: Command::Serve,
            migrate: None,
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Short('f') | Long("config") => args.config = parser.value()?.into(),
                Long("check-config") => args.command = Command::CheckConfig,
                Long("migrate") if has_migrations => args.migrate = Some(Migrate::Apply),
                Long("migrated") if has_migrations => {
                    args.migrate = Some(Migrate::Record(parser.value()?.parse()?));
                }
                Short('h') | Long("help") => args.command = Command::Show(help),
                Short('V') | Long("version") => args.command = Command::Show(version),
                Value(value) if value == "healthcheck" => args.command = Command::HealthCheck,
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(args)
    }
}

fn parser(args: impl IntoIterator<Item: Into<OsString>>) -> lexopt::Parser {
    let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
    lexopt::Parser::from_args(args)
}
