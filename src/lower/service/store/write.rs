//! Methods that write, and keep the cache in line with it.

use super::rows::argument;
use super::sql::Statement;
use super::{Names, columns, places, source, sql};
use crate::lower::layout::{self, Imports, chain};
use crate::lower::service::lines;
use crate::lower::types;
use crate::model::{Column, ColumnType, Dialect, Rpc, Table};
use crate::rust::Init;
use crate::rust::store::{Method, Methods, Query};

pub(super) fn methods(rpc: &Rpc, names: &Names, table: &Table) -> Methods {
    let key = columns::key(table);
    let changed = columns::changed(table);
    let mut methods = vec![insert(names, table, &key), insert_many(names)];
    let has_changes = !key.is_empty() && !changed.is_empty();
    if has_changes {
        methods.push(update(names, table, &key, &changed));
        methods.push(change(names, table, &key, &changed));
    }
    if !key.is_empty() {
        methods.push(delete(names, table, &key));
    }
    if places::may_differ(names, table, &key) {
        methods.push(places::method(names, &key));
    }
    let names_the_place =
        |method: &Method| (method.last.iter()).any(|line| line.contains("row.cache_key()"));
    let is_placed = methods.iter().any(names_the_place);
    let is_bound = |name: &str| {
        let queries = methods.iter().flat_map(|method| &method.query);
        let mut parts = queries.flat_map(|query| query.binds.iter().chain(&query.map));
        parts.any(|part| part.contains(name))
    };
    let mut imports = Imports::default();
    imports.add("zgen_rt", &[names.on_pool()]);
    imports.add_if(is_placed, "zgen_rt::cache", &["Cached as _"]);
    imports.add_if(is_bound("insert_id"), "zgen_rt::sql", &["InsertId as _"]);
    imports.add_if(is_bound("Unsigned"), "zgen_rt::sql", &["Unsigned"]);
    imports.add_if(is_bound("Untyped"), "zgen_rt::sql", &["Untyped"]);
    imports.add_if(is_bound("unix_now("), "zgen_rt::time", &["unix_now"]);
    imports.add_if(is_bound("now::<"), "zgen_rt::time", &["now"]);
    let types = key.iter().map(|column| columns::plain(column));
    let soft = table.soft_delete.as_ref();
    let soft = soft.and_then(|name| table.column(name));
    let soft = soft.filter(|_| is_bound("now::<")).map(columns::plain);
    columns::import(&mut imports, types.chain(soft));
    let mut own = vec![names.ty.clone(), names.row.clone(), names.new.clone()];
    own.extend(has_changes.then(|| names.changes.clone()));
    Methods {
        source: source(rpc),
        name: table.name.clone(),
        imports: imports.lines(),
        own: layout::use_of("super", &own),
        ty: names.ty.clone(),
        on_pool: names.on_pool(),
        methods,
    }
}

fn insert(names: &Names, table: &Table, key: &[&Column]) -> Method {
    let inserted = columns::inserted(table);
    let auto = table.columns.iter().find(|column| column.auto_increment);
    let returned = auto.is_some() && names.dialect == Dialect::Postgres;
    let binds = inserted
        .iter()
        .map(|column| columns::bound_member(names, column, "new"));
    let span = format!("Insert{}", names.subject);
    let run = format!(".run(\"{span}\", \"INSERT\", \"{}\", query)", table.name);
    let links = [".pool", run.as_str(), ".await?"];
    let start = match auto {
        Some(auto) => format!("let {} = ", names.variable(auto)),
        None => String::new(),
    };
    let queried = chain(8, 8 + start.len(), "self", &links, ";");
    let stored: Vec<_> = (table.columns.iter())
        .map(|column| Init {
            name: names.field(column),
            value: stored(names, table, column),
            comment: None,
        })
        .collect();
    let row = layout::literal(8, &names.row, &stored);
    let mut last = Vec::new();
    if !key.is_empty() {
        last.push("let before = self.cache.mark();".to_owned());
    }
    last.push(format!("{start}{queried};"));
    if key.is_empty() {
        last.push(format!("Ok({row})"));
    } else if table.columns.iter().any(|column| column.ignored) {
        last.extend(read_back(names, table, key));
    } else {
        last.push(format!("let row = {row};"));
        last.push("self.cache.put(&row, before).await;".to_owned());
        last.push("Ok(row)".to_owned());
    }
    Method {
        docs: vec!["Inserts a row and returns it as it is stored.".to_owned()],
        signature: lines::method(
            "pub async fn insert",
            &[format!("new: {}", names.new)],
            &format!("sqlx::Result<{}>", names.row),
        ),
        query: Some(Query {
            sql: sql::literal(&sql::insert(names.dialect, table)),
            function: if returned {
                "sqlx::query_scalar".to_owned()
            } else {
                "sqlx::query".to_owned()
            },
            binds: binds.collect(),
            call: if returned {
                "fetch_one".to_owned()
            } else {
                "execute".to_owned()
            },
            map: match auto {
                Some(_) if returned => None,
                Some(_) => Some("|done| done.insert_id()".to_owned()),
                None => Some("|_| ()".to_owned()),
            },
        }),
        last,
    }
}

/// The row with what the database has filled.
fn read_back(names: &Names, table: &Table, key: &[&Column]) -> [String; 4] {
    let argument = |column: &&Column| {
        if column.auto_increment {
            stored(names, table, column)
        } else {
            argument(column, &format!("new.{}", names.field(column)))
        }
    };
    let arguments: Vec<_> = key.iter().map(argument).collect();
    let select = format!(".select({})", arguments.join(", "));
    let found = chain(8, 20, "self", &[&select, ".await?"], ";");
    [
        format!("let found = {found};"),
        "let row = found.ok_or(sqlx::Error::RowNotFound)?;".to_owned(),
        "self.cache.put(&row, before).await;".to_owned(),
        "Ok(row)".to_owned(),
    ]
}

/// A member of the inserted row.
fn stored(names: &Names, table: &Table, column: &Column) -> String {
    if let Some((_, value)) = sql::fixed(table, column) {
        return value;
    }
    if !column.auto_increment {
        return format!("new.{}", names.field(column));
    }
    let name = names.variable(column);
    match columns::ty(column).as_str() {
        // As the drivers give it.
        _ if names.dialect == Dialect::Postgres => name,
        "i64" => name,
        ty if ty.starts_with("Option<") => format!("{name}.try_into().ok()"),
        _ => format!("{name}.try_into().unwrap_or_default()"),
    }
}

fn insert_many(names: &Names) -> Method {
    Method {
        docs: vec!["Inserts rows in one transaction: all of them, or none.".to_owned()],
        signature: lines::method(
            "pub async fn insert_many",
            &[format!("rows: Vec<{}>", names.new)],
            &format!("sqlx::Result<Vec<{}>>", names.row),
        ),
        query: None,
        last: vec![
            "let work = |pool, cache| async move {\n            \
             let table = Self::new(pool, cache);\n            \
             let mut inserted = Vec::with_capacity(rows.len());\n            \
             for new in rows {\n                \
             inserted.push(table.insert(new).await?);\n            \
             }\n            \
             Ok(inserted)\n        };"
                .to_owned(),
            "self.pool.transaction(&self.cache, work).await".to_owned(),
        ],
    }
}

const WRITTEN: &str = "|done| done.rows_affected() > 0";

fn written(
    names: &Names,
    table: &Table,
    verb: &str,
    operation: &str,
    (mut before, keys): (Vec<String>, String),
) -> Vec<String> {
    let run = format!(
        ".run(\"{verb}{}\", \"{operation}\", \"{}\", query)",
        names.subject, table.name
    );
    let query = chain(8, 19, "self", &[".pool", &run], ";");
    let changing = format!(".changing({keys}, done)");
    before.push(format!("let done = {query};"));
    before.push(chain(8, 8, "self", &[".cache", &changing, ".await"], ""));
    before
}

fn update(names: &Names, table: &Table, key: &[&Column], changed: &[&Column]) -> Method {
    let mut statement = Statement::of(names.dialect);
    let mut assignments: Vec<_> = (changed.iter())
        .map(|column| statement.equals(column))
        .collect();
    let mut conditions: Vec<_> = (key.iter())
        .map(|column| statement.equals(column))
        .collect();
    let mut bound: Vec<&Column> = changed.iter().chain(key).copied().collect();
    let mut docs = "Writes a row over the one with its key; `false`: there is none.";
    if let Some(version) = table.version.as_ref().and_then(|name| table.column(name)) {
        assignments.push(count_up(&statement, version));
        conditions.push(statement.equals(version));
        bound.push(version);
        docs = "Writes a row over the one with its key and version; `false`: there is none.";
    }
    let keys = places::of_row(names, table, key);
    Method {
        docs: vec![docs.to_owned()],
        signature: lines::method(
            "pub async fn update",
            &[format!("row: &{}", names.row)],
            "sqlx::Result<bool>",
        ),
        query: Some(Query {
            sql: sql::literal(&sql::update(&statement, table, &assignments, conditions)),
            function: "sqlx::query".to_owned(),
            binds: (bound.iter())
                .map(|column| columns::bound_member(names, column, "row"))
                .collect(),
            call: "execute".to_owned(),
            map: Some(WRITTEN.to_owned()),
        }),
        last: written(names, table, "Update", "UPDATE", keys),
    }
}

fn count_up(statement: &Statement, version: &Column) -> String {
    let name = statement.name(&version.name);
    format!("{name} = {name} + 1")
}

fn change(names: &Names, table: &Table, key: &[&Column], changed: &[&Column]) -> Method {
    let mut statement = Statement::of(names.dialect);
    let mut assignments = Vec::new();
    let mut binds = Vec::new();
    for column in changed {
        let name = statement.name(&column.name);
        let member = format!("changes.{}", names.field(column));
        let is_copy = types::is_copy(&columns::plain(column));
        if column.nullable {
            // `Some(None)` is a change to NULL.
            let (is_given, value) = (statement.mark(), statement.mark());
            assignments.push(format!(
                "{name} = CASE WHEN {is_given} THEN {value} ELSE {name} END"
            ));
            binds.push(format!("{member}.is_some()"));
            binds.push(if is_copy {
                columns::bound_option(column, &format!("{member}.flatten()"))
            } else if column.untyped {
                columns::bound_option(
                    column,
                    &format!("{member}.as_ref().and_then(Option::as_ref)"),
                )
            } else {
                format!("{member}.as_ref().and_then(Option::as_ref)")
            });
        } else {
            let value = statement.mark();
            assignments.push(format!("{name} = COALESCE({value}, {name})"));
            binds.push(if is_copy {
                columns::bound_option(column, &member)
            } else if column.untyped {
                columns::bound_option(column, &format!("{member}.as_ref()"))
            } else {
                format!("&{member}")
            });
        }
    }
    let mut conditions: Vec<_> = (key.iter())
        .map(|column| statement.equals(column))
        .collect();
    let of_key = (key.iter()).map(|column| columns::bound(column, &names.variable(column)));
    binds.extend(of_key);
    let mut docs = vec!["Changes what is given; `false`: there is no such row.".to_owned()];
    if let Some(version) = table.version.as_ref().and_then(|name| table.column(name)) {
        let name = statement.name(&version.name);
        assignments.push(count_up(&statement, version));
        let value = statement.mark();
        conditions.push(format!("{name} = COALESCE({value}, {name})"));
        let member = format!("changes.{}", names.field(version));
        binds.push(columns::bound_option(version, &member));
        docs = vec![
            "Changes what is given; `false`: there is no such row of that version.".to_owned(),
        ];
    }
    let mut parameters: Vec<_> = (key.iter())
        .map(|column| columns::parameter(names, column))
        .collect();
    parameters.push(format!("changes: {}", names.changes));
    let keys = places::changed(names, table, key);
    Method {
        docs,
        signature: lines::method("pub async fn change", &parameters, "sqlx::Result<bool>"),
        query: Some(Query {
            sql: sql::literal(&sql::update(&statement, table, &assignments, conditions)),
            function: "sqlx::query".to_owned(),
            binds,
            call: "execute".to_owned(),
            map: Some(WRITTEN.to_owned()),
        }),
        last: written(names, table, "Change", "UPDATE", keys),
    }
}

fn delete(names: &Names, table: &Table, key: &[&Column]) -> Method {
    let parameters: Vec<_> = (key.iter())
        .map(|column| columns::parameter(names, column))
        .collect();
    let soft = table
        .soft_delete
        .as_ref()
        .and_then(|name| table.column(name));
    let clock = soft.and_then(clock);
    let mut statement = Statement::of(names.dialect);
    // Bound before the key.
    let mark = clock.is_some().then(|| statement.mark());
    let conditions: Vec<_> = (key.iter())
        .map(|column| statement.equals(column))
        .collect();
    let (lines, operation, docs) = match soft {
        Some(column) => {
            let value = match (&mark, &column.ty) {
                (Some(mark), _) => mark.as_str(),
                (None, ColumnType::Bool) => "TRUE",
                (None, _) => "1",
            };
            let assignment = format!("{} = {value}", statement.name(&column.name));
            (
                sql::update(&statement, table, &[assignment], conditions),
                "UPDATE",
                "Marks the row with this key as deleted; `false`: there is none.",
            )
        }
        None => (
            sql::with_conditions(
                &statement,
                table,
                format!("DELETE FROM {}", statement.name(&table.name)),
                conditions,
            ),
            "DELETE",
            "Deletes the row with this key; `false`: there is none.",
        ),
    };
    let mut binds: Vec<_> = clock.clone().into_iter().collect();
    binds.extend((key.iter()).map(|column| columns::bound(column, &names.variable(column))));
    let keys = places::changed(names, table, key);
    Method {
        docs: vec![docs.to_owned()],
        signature: lines::method("pub async fn delete", &parameters, "sqlx::Result<bool>"),
        query: Some(Query {
            sql: sql::literal(&lines),
            function: "sqlx::query".to_owned(),
            binds,
            call: "execute".to_owned(),
            map: Some(WRITTEN.to_owned()),
        }),
        last: written(names, table, "Delete", operation, keys),
    }
}

/// The time for a column that says when.
fn clock(column: &Column) -> Option<String> {
    let is_flag = column.name.starts_with("is_") || column.name.ends_with("flag");
    let digits = column.length.unwrap_or_default();
    match column.ty {
        ColumnType::DateTime => Some(format!("now::<NaiveDateTime>({digits})")),
        ColumnType::Timestamp => Some(format!("now::<DateTime<Utc>>({digits})")),
        ColumnType::Int {
            bits: 64,
            signed: true,
        } if !is_flag && (column.name.ends_with("_at") || column.name.ends_with("time")) => {
            Some("unix_now()".to_owned())
        }
        _ => None,
    }
}
