//! DDL out of a running database: MySQL's and MariaDB's own words, PostgreSQL's put together from its catalog, SQLite's
//! in PostgreSQL's. What comes out is a script as people keep it in a file, and from there on it goes the way of files.
//! The only place that knows a database's driver, and that ever sees a password.

mod address;
mod error;
#[cfg(feature = "database")]
mod mysql;
#[cfg(feature = "database")]
mod order;
#[cfg(feature = "database")]
mod postgres;
#[cfg(feature = "database")]
mod session;
#[cfg(feature = "database")]
mod sqlite;

pub use self::address::Address;
pub use self::error::Error;

/// The first line of a file that holds what was read: such a file may be written anew.
pub const MARK: &str =
    "-- Read from a database by zgen. The next run with `--database` writes this file anew.";

/// What a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// One statement after the other, sorted by table: the same database gives the same text.
    pub text: String,
    /// What is there and is no table that rows can be written to: `view totals`.
    pub passed_over: Vec<String>,
}

/// Which tables are asked for.
pub struct Wanted<'a> {
    /// In PostgreSQL, the schema that they are in; the connection's own, unless it is said.
    pub schema: Option<&'a str>,
    /// By the name of a table.
    pub takes: &'a dyn Fn(&str) -> bool,
}

/// sqlx's table of migrations is in many a database, and is no table of anybody's model.
#[cfg(feature = "database")]
const BOOKS: &str = "_sqlx_migrations";

/// Asks the database for the tables that are wanted. Takes half a minute at the very most for each question.
#[cfg(feature = "database")]
pub fn read(address: &Address, wanted: &Wanted<'_>) -> Result<Script, Error> {
    use self::address::Server;

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::at(address, "starting", cause.to_string()))?;
    let read = async {
        match address.server {
            Server::MySql => mysql::read(address, wanted).await,
            Server::Postgres => postgres::read(address, wanted).await,
            Server::Sqlite => sqlite::read(address, wanted).await,
        }
    };
    let mut script = runtime.block_on(read)?;
    script.text.insert_str(0, &format!("{MARK}\n\n"));
    Ok(script)
}

/// This zgen has no driver.
#[cfg(not(feature = "database"))]
pub fn read(_: &Address, _: &Wanted<'_>) -> Result<Script, Error> {
    Err(Error::NoDriver)
}

/// The names that are wanted, or why there is nothing to read.
#[cfg(feature = "database")]
fn taken(
    address: &Address,
    mut names: Vec<String>,
    passed_over: &[String],
    wanted: &Wanted<'_>,
) -> Result<Vec<String>, Error> {
    names.retain(|name| name != BOOKS);
    names.sort();
    if names.is_empty() {
        return Err(Error::NoTables {
            at: address.to_string(),
            passed_over: passed_over.to_vec(),
        });
    }
    let all = names.clone();
    names.retain(|name| (wanted.takes)(name));
    if names.is_empty() {
        let at = address.to_string();
        return Err(Error::NoneWanted { at, all });
    }
    Ok(names)
}
