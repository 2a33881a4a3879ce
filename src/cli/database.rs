//! `--database`: DDL out of a running database instead of files, as `model` and `rpc` have it. What was read becomes a
//! file of the workspace, so that later runs and other people need no database, and no URL is written anywhere.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use anyhow::bail;
use camino::{Utf8Path, Utf8PathBuf};

use super::sync::{self, Described, Mode};
use super::{Console, Exit};
use crate::database::{self, Address, Wanted};
use crate::model::Dialect;
use crate::project::{self, Project};
use crate::source;

#[derive(Debug, clap::Args)]
pub(super) struct DatabaseArgs {
    /// Read the DDL from this database: mysql://.., postgres://.., sqlite:FILE, or env:NAME for a variable that holds
    /// the URL. Without a value it is DATABASE_URL
    #[arg(
        long,
        value_name = "URL",
        num_args = 0..=1,
        default_missing_value = "env:DATABASE_URL",
        conflicts_with = "dialect"
    )]
    database: Option<Secret>,
    /// PostgreSQL's schema, if it is not the one that the connection has
    #[arg(long, value_name = "NAME", requires = "database")]
    schema: Option<String>,
}

impl DatabaseArgs {
    /// Where the DDL is to be read from, if it is.
    pub(super) fn address(&self) -> anyhow::Result<Option<Address>> {
        let address = self.database.as_ref().map(|url| Address::parse(&url.0));
        Ok(address.transpose()?)
    }

    /// Generates from what is read into `file`, below the workspace in `dir`, once `add` has made it one of the
    /// project's inputs.
    pub(super) fn run(
        &self,
        address: &Address,
        file: &Utf8Path,
        dir: &Utf8Path,
        mode: Mode,
        console: &mut Console,
        add: impl FnOnce(&mut Project, Utf8PathBuf, Dialect) -> Result<(), project::Error>,
    ) -> anyhow::Result<Exit> {
        sync::run_reading(dir, mode, console, |project, console| {
            self.describe(address, file, project, console, add)
        })
    }

    fn describe(
        &self,
        address: &Address,
        file: &Utf8Path,
        project: &mut Project,
        console: &mut Console,
        add: impl FnOnce(&mut Project, Utf8PathBuf, Dialect) -> Result<(), project::Error>,
    ) -> anyhow::Result<Described> {
        let path = project.dir.join(file);
        expect_read(&path)?;
        add(project, path.clone(), address.dialect())?;
        let wanted = Wanted {
            schema: self.schema.as_deref(),
            takes: &|table| project.wants(file, table),
        };
        let script = database::read(address, &wanted)?;
        if !script.passed_over.is_empty() {
            let names = script.passed_over.join(", ");
            console.note(&format!(
                "passed over, since no rows are written to it: {names}"
            ))?;
        }
        Ok(Described {
            file: file.to_owned(),
            text: script.text,
        })
    }
}

/// A file of the user's own is never written over.
fn expect_read(path: &Utf8Path) -> anyhow::Result<()> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.lines().next() != Some(database::MARK) => bail!(
            "{path} is there and was not read from a database; move it, or delete it if the database says the same"
        ),
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            bail!("{path}: {}", source::reason(&cause))
        }
        _ => Ok(()),
    }
}

/// What may hold a password.
#[derive(Clone)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    /// All is well here: an error of clap's would repeat the value.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}
