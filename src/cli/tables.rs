//! Options for the tables of a DDL, as `model` and `rpc` have them.

use crate::model::Dialect;
use crate::project::TableOptions;

#[derive(Debug, clap::Args)]
pub(super) struct TableArgs {
    /// Whose words the DDL is in, `mysql` or `postgres`, where it does not tell by itself
    #[arg(long, value_name = "DATABASE", value_parser = dialect)]
    dialect: Option<Dialect>,
    /// Take only the tables of this name; `*` stands for any letters
    #[arg(long = "table", value_name = "PATTERN")]
    only: Vec<String>,
    /// Columns that the database fills: read, and never written
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    ignore_columns: Vec<String>,
    /// What the names of types and modules leave out of those of tables, such as `t_`
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Keep rows in the cache, if an earlier run has said otherwise
    #[arg(long, conflicts_with = "no_cache")]
    cache: bool,
    /// Keep no rows in the cache
    #[arg(long)]
    no_cache: bool,
    /// Unsigned columns are unsigned numbers: always so, and accepted because goctl has it
    #[arg(long)]
    // There is nothing to switch on.
    #[allow(dead_code)]
    strict: bool,
}

impl TableArgs {
    pub(super) fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    pub(super) fn options(&self) -> TableOptions {
        let cache = (self.cache || self.no_cache).then_some(self.cache);
        TableOptions {
            only: self.only.clone(),
            ignore_columns: self.ignore_columns.clone(),
            prefix: self.prefix.clone(),
            cache,
        }
    }
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let all = [Dialect::MySql, Dialect::Postgres];
    let found = all.into_iter().find(|dialect| dialect.name() == text);
    found.ok_or_else(|| "expected `mysql` or `postgres`".to_owned())
}
