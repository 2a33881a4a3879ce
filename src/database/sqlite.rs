//! SQLite's tables in PostgreSQL's words. Its own would not do: a store runs on SQLite beside a server, and to a server
//! `INTEGER` is too small for what SQLite keeps in it, and a text is no key without a length.

use std::fmt::Write as _;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::session::{ask, connect};
use super::{Address, Error, Script, Wanted, taken};

pub(super) async fn read(address: &Address, wanted: &Wanted<'_>) -> Result<Script, Error> {
    let mut connection = connect(address, async {
        let options = SqliteConnectOptions::new().filename(&address.url);
        let options = options.read_only(true).disable_statement_logging();
        SqliteConnection::connect_with(&options).await
    })
    .await?;
    let question = "SELECT name, type FROM pragma_table_list \
        WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let answer = rows(&mut connection, question.to_owned());
    let listed = ask(address, "listing the tables", answer).await?;
    let (mut names, mut passed_over) = (Vec::new(), Vec::new());
    for row in &listed {
        let (name, kind): (String, String) = (get(row, "name"), get(row, "type"));
        match kind.as_str() {
            "table" => names.push(name),
            // What a virtual table keeps its contents in.
            "shadow" => {}
            kind => passed_over.push(format!("{kind} {name}")),
        }
    }
    let mut text = String::new();
    for name in taken(address, names, &passed_over, wanted)? {
        let doing = format!("reading \"{name}\"");
        let table = ask(address, doing, table(&mut connection, &name)).await?;
        let computed = table.columns.iter().filter(|column| column.is_computed);
        passed_over
            .extend(computed.map(|column| format!("computed column {name}.{}", column.name)));
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&table.ddl(&name));
    }
    let _ = connection.close().await;
    Ok(Script { text, passed_over })
}

struct Table {
    columns: Vec<Column>,
    /// In key order.
    primary_key: Vec<String>,
    unique_keys: Vec<Vec<String>>,
    indexes: Vec<Index>,
}

struct Column {
    name: String,
    declared: String,
    not_null: bool,
    default: Option<String>,
    is_computed: bool,
}

struct Index {
    name: String,
    is_unique: bool,
    columns: Vec<String>,
}

async fn table(connection: &mut SqliteConnection, name: &str) -> Result<Table, sqlx::Error> {
    let question = format!("PRAGMA table_xinfo({})", quoted(name));
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    for row in rows(connection, question).await? {
        let name: String = get(&row, "name");
        let place: i64 = get(&row, "pk");
        if place > 0 {
            key.push((place, name.clone()));
        }
        let hidden: i64 = get(&row, "hidden");
        columns.push(Column {
            name,
            declared: get(&row, "type"),
            not_null: get::<i64>(&row, "notnull") != 0 || place > 0,
            default: get(&row, "dflt_value"),
            is_computed: hidden > 1,
        });
    }
    key.sort();
    let (mut unique_keys, mut indexes) = (Vec::new(), Vec::new());
    let question = format!("PRAGMA index_list({})", quoted(name));
    for row in rows(connection, question).await? {
        let (name, origin): (String, String) = (get(&row, "name"), get(&row, "origin"));
        let question = format!("PRAGMA index_info({})", quoted(&name));
        let parts = rows(connection, question).await?;
        let parts: Vec<Option<String>> = parts.iter().map(|row| get(row, "name")).collect();
        // An expression has no name, and an index of some rows finds no row by its columns.
        let columns: Option<Vec<String>> = parts.into_iter().collect();
        let is_partial = get::<i64>(&row, "partial") != 0;
        let Some(columns) = columns.filter(|_| !is_partial) else {
            continue;
        };
        let is_unique = get::<i64>(&row, "unique") != 0;
        match origin.as_str() {
            "pk" => {}
            "u" => unique_keys.push(columns),
            _ => indexes.push(Index {
                name,
                is_unique,
                columns,
            }),
        }
    }
    // The newest comes first.
    unique_keys.reverse();
    indexes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Table {
        columns,
        primary_key: key.into_iter().map(|(_, name)| name).collect(),
        unique_keys,
        indexes,
    })
}

impl Table {
    fn ddl(&self, name: &str) -> String {
        let table = quoted(name);
        let stored = self.columns.iter().filter(|column| !column.is_computed);
        let mut lines: Vec<String> = stored.map(|column| self.column(column)).collect();
        if !self.primary_key.is_empty() {
            lines.push(format!("PRIMARY KEY ({})", list(&self.primary_key)));
        }
        let keys = self.unique_keys.iter();
        lines.extend(keys.map(|key| format!("UNIQUE ({})", list(key))));
        let mut out = format!(
            "CREATE TABLE {table} (\n    {}\n);\n",
            lines.join(",\n    ")
        );
        for index in &self.indexes {
            let unique = if index.is_unique { "UNIQUE " } else { "" };
            let (name, columns) = (quoted(&index.name), list(&index.columns));
            let _ = writeln!(out, "CREATE {unique}INDEX {name} ON {table} ({columns});");
        }
        out
    }

    fn column(&self, column: &Column) -> String {
        // The row's own number under another name.
        let counts = self.primary_key == [column.name.as_str()]
            && column.declared.eq_ignore_ascii_case("INTEGER");
        let ty = if counts {
            "bigint".to_owned()
        } else {
            postgres(&column.declared)
        };
        let mut out = format!("{} {ty}", quoted(&column.name));
        if counts {
            out.push_str(" GENERATED BY DEFAULT AS IDENTITY");
        } else if let Some(default) = &column.default {
            let _ = write!(out, " DEFAULT {}", default_of(&ty, default));
        }
        if column.not_null {
            out.push_str(" NOT NULL");
        }
        out
    }
}

/// What a column that is declared so is to a server: by name where the name says it, else by SQLite's own rules.
fn postgres(declared: &str) -> String {
    let upper = declared.to_ascii_uppercase();
    let (name, length) = match upper.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.split(')').next()),
        None => (upper.trim(), None),
    };
    let with = |ty: &str| match length {
        Some(length) => format!("{ty}({})", length.trim()),
        None => ty.to_owned(),
    };
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let ty = match name {
        "BOOL" | "BOOLEAN" | "BIT" => "boolean",
        "TINYINT" if length == Some("1") => "boolean",
        "TINYINT" | "SMALLINT" | "INT2" => "smallint",
        "DATE" => "date",
        "TIME" => "time",
        "DATETIME" | "TIMESTAMP" => "timestamp",
        "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => "timestamptz",
        "JSON" | "JSONB" => "jsonb",
        "UUID" | "GUID" => "uuid",
        "DECIMAL" | "NUMERIC" => return with("numeric"),
        _ if has(&["INT"]) => "bigint",
        _ if has(&["CHAR"]) && length.is_some() => return with("varchar"),
        "ANY" => "text",
        _ if has(&["CHAR", "CLOB", "TEXT"]) => "text",
        _ if name.is_empty() || has(&["BLOB", "BINARY"]) => "bytea",
        _ if has(&["REAL", "FLOA", "DOUB"]) => "double precision",
        _ => "numeric",
    };
    ty.to_owned()
}

fn default_of(ty: &str, text: &str) -> String {
    let upper = text.to_ascii_uppercase();
    let is_time = matches!(ty, "timestamp" | "timestamptz" | "date" | "time");
    let is_now = ["'NOW'", "CURRENT_"].iter().any(|now| upper.contains(now));
    match text {
        "0" if ty == "boolean" => "false".to_owned(),
        "1" if ty == "boolean" => "true".to_owned(),
        _ if is_time && is_now => "CURRENT_TIMESTAMP".to_owned(),
        // What stands in double quotes and is no column is a text to SQLite.
        _ => match text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        {
            Some(inside) => format!("'{}'", inside.replace('\'', "''")),
            None => text.to_owned(),
        },
    }
}

async fn rows(
    connection: &mut SqliteConnection,
    question: String,
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(question))
        .fetch_all(connection)
        .await
}

/// SQLite's own tables have the columns that they are documented to have; what is NULL is nothing.
fn get<T>(row: &SqliteRow, column: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + Default,
{
    row.try_get_unchecked(column).unwrap_or_default()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{default_of, postgres};

    #[test]
    fn types() {
        let cases = [
            ("INTEGER", "bigint"),
            ("unsigned big int", "bigint"),
            ("TINYINT(1)", "boolean"),
            ("smallint", "smallint"),
            ("VARCHAR(20)", "varchar(20)"),
            ("NATIVE CHARACTER (70)", "varchar(70)"),
            ("varchar", "text"),
            ("CLOB", "text"),
            ("", "bytea"),
            ("VARBINARY(16)", "bytea"),
            ("FLOAT", "double precision"),
            ("DECIMAL(10, 2)", "numeric(10, 2)"),
            ("MONEY", "numeric"),
            ("DATETIME", "timestamp"),
            ("POINT", "bigint"),
        ];
        for (declared, expected) in cases {
            assert_eq!(postgres(declared), expected, "{declared}");
        }
    }

    #[test]
    fn defaults() {
        let cases = [
            ("boolean", "1", "true"),
            ("bigint", "1", "1"),
            ("text", "\"it's\"", "'it''s'"),
            ("text", "'now'", "'now'"),
            ("timestamp", "datetime('now')", "CURRENT_TIMESTAMP"),
        ];
        for (ty, text, expected) in cases {
            assert_eq!(default_of(ty, text), expected, "{text}");
        }
    }
}
