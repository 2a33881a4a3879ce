//! MySQL and MariaDB say themselves how a table is created.

use std::collections::BTreeMap;

use sqlx::mysql::{MySqlConnectOptions, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, MySqlConnection, Row as _};

use super::session::{ask, connect};
use super::{Address, Error, Script, Wanted, order, taken};

pub(super) async fn read(address: &Address, wanted: &Wanted<'_>) -> Result<Script, Error> {
    let mut connection = connect(address, async {
        let options: MySqlConnectOptions = address.url.parse()?;
        MySqlConnection::connect_with(&options.disable_statement_logging()).await
    })
    .await?;
    // Whatever the server's own settings are: names in backquotes, and nothing left out.
    let session = "SET SESSION sql_mode = '', sql_quote_show_create = 1";
    let doing = "setting up the session";
    ask(
        address,
        doing,
        sqlx::raw_sql(session).execute(&mut connection),
    )
    .await?;
    let doing = "listing the tables";
    let listed = sqlx::raw_sql("SHOW FULL TABLES").fetch_all(&mut connection);
    let listed = ask(address, doing, listed).await?;
    let (mut names, mut passed_over) = (Vec::new(), Vec::new());
    for row in &listed {
        let (name, kind) =
            ask(address, doing, async { Ok((text(row, 0)?, text(row, 1)?)) }).await?;
        match kind.as_str() {
            "BASE TABLE" | "SYSTEM VERSIONED" => names.push(name),
            kind => passed_over.push(format!("{} {name}", kind.to_ascii_lowercase())),
        }
    }
    let mut tables = BTreeMap::new();
    for name in taken(address, names, &passed_over, wanted)? {
        let question = format!("SHOW CREATE TABLE `{}`", name.replace('`', "``"));
        let answer = sqlx::raw_sql(AssertSqlSafe(question)).fetch_one(&mut connection);
        let doing = format!("reading `{name}`");
        let statement = ask(address, doing, async { text(&answer.await?, 1) }).await?;
        tables.insert(name, order::without_counter(&statement));
    }
    // What is read is read: a farewell that fails is no error.
    let _ = connection.close().await;
    let statements = order::by_reference(&tables);
    Ok(Script {
        text: statements.join(";\n\n") + ";\n",
        passed_over,
    })
}

/// Some servers send these as bytes.
fn text(row: &MySqlRow, at: usize) -> Result<String, sqlx::Error> {
    row.try_get_unchecked(at)
}
