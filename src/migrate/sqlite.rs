//! The tables in SQLite's words, for laptops and tests. There, a table is made anew where it cannot be altered.

use super::folder::Folder;
use super::step::{Made, Step};
use crate::model::{Column, ColumnDefault, ColumnType, Schema, Table};

/// What is to be added to a folder so that it adds up to `wanted`.
pub(super) fn step(folder: &Folder, wanted: &Schema) -> Step {
    let mut step = Step::default();
    for table in &wanted.tables {
        let mut tables = folder.schema.tables.iter();
        match tables.find(|there| there.name == table.name) {
            None => {
                for statement in create(table, &table.name) {
                    step.add(Made::Table(table.name.clone()), statement);
                }
            }
            Some(there) => change(there, table, &mut step),
        }
    }
    step
}

fn change(there: &Table, table: &Table, step: &mut Step) {
    let is_new = |column: &&Column| there.column(&column.name).is_none();
    let new: Vec<&Column> = table.columns.iter().filter(is_new).collect();
    let is_altered = |column: &Column| {
        let old = there.column(&column.name);
        // No default is NULL.
        let shape = |table, column| line(table, column).replace(" DEFAULT NULL", "");
        old.is_some_and(|old| shape(there, old) != shape(table, column))
    };
    // What is no longer written must not be wanted.
    let is_in_the_way = |column: &Column| {
        let is_gone = table.column(&column.name).is_none();
        is_gone && !column.nullable && column.default.is_none()
    };
    let needs_all = there.primary_key != table.primary_key
        || there.columns.iter().any(is_in_the_way)
        || table.columns.iter().any(is_altered)
        || new.iter().any(|column| !can_be_added(column));
    if needs_all {
        for statement in remake(there, table) {
            step.add(Made::Change(table.name.clone()), statement);
        }
        return;
    }
    for column in new {
        let made = Made::Column(table.name.clone(), column.name.clone());
        let definition = definition(column);
        step.add(
            made,
            format!("ALTER TABLE {} ADD COLUMN {definition}", name(&table.name)),
        );
    }
    let is_there = |columns: &Vec<String>, keys: &[Vec<String>]| keys.contains(columns);
    for columns in &table.unique_keys {
        if !is_there(columns, &there.unique_keys) {
            step.add(
                Made::Change(table.name.clone()),
                index(table, columns, "UNIQUE INDEX"),
            );
        }
    }
    for columns in &table.indexes {
        if !is_there(columns, &there.indexes) {
            step.add(
                Made::Change(table.name.clone()),
                index(table, columns, "INDEX"),
            );
        }
    }
}

/// SQLite adds no column that rows would have no constant value for.
fn can_be_added(column: &Column) -> bool {
    match column.default {
        Some(ColumnDefault::Now) => false,
        Some(ColumnDefault::Expression(_) | ColumnDefault::Null) | None => column.nullable,
        Some(_) => true,
    }
}

/// A new table with the rows of the old one, in its place.
fn remake(there: &Table, table: &Table) -> Vec<String> {
    let is_gone = |column: &&Column| table.column(&column.name).is_none();
    let gone = there.columns.iter().filter(is_gone).cloned();
    let mut whole = table.clone();
    // Their values stay, for whoever wants them back.
    whole.columns.extend(gone.map(|column| Column {
        nullable: true,
        auto_increment: false,
        ..column
    }));
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in &whole.columns {
        let name = name(&column.name);
        let must_be = !column.nullable;
        match there.column(&column.name) {
            Some(old) if old.nullable && must_be => {
                values.push(format!("COALESCE({name}, {})", zero(&column.ty)));
            }
            Some(_) => values.push(name.clone()),
            None if must_be && default(column).is_none() => values.push(zero(&column.ty)),
            None => continue,
        }
        names.push(name);
    }
    let new = format!("{}__new", table.name);
    let mut statements = create(&whole, &new);
    let (new, old) = (name(&new), name(&table.name));
    let indexes = statements.split_off(1);
    statements.push(format!(
        "INSERT INTO {new} ({}) SELECT {} FROM {old}",
        names.join(", "),
        values.join(", ")
    ));
    statements.push(format!("DROP TABLE {old}"));
    statements.push(format!("ALTER TABLE {new} RENAME TO {old}"));
    statements.extend(indexes);
    statements
}

/// The table, then its indexes.
fn create(table: &Table, called: &str) -> Vec<String> {
    let mut lines: Vec<_> = table
        .columns
        .iter()
        .map(|column| line(table, column))
        .collect();
    let counts = table.columns.iter().any(|column| is_rowid(table, column));
    if !table.primary_key.is_empty() && !counts {
        lines.push(format!("PRIMARY KEY ({})", quoted(&table.primary_key)));
    }
    let unique = table.unique_keys.iter();
    lines.extend(unique.map(|key| format!("UNIQUE ({})", quoted(key))));
    let mut statements = vec![format!(
        "CREATE TABLE {} (\n    {}\n)",
        name(called),
        lines.join(",\n    ")
    )];
    let indexes = table.indexes.iter();
    statements.extend(indexes.map(|columns| index(table, columns, "INDEX")));
    statements
}

fn index(table: &Table, columns: &[String], kind: &str) -> String {
    let called = format!("idx_{}_{}", table.name, columns.join("_")).to_lowercase();
    let (called, of, columns) = (name(&called), name(&table.name), quoted(columns));
    format!("CREATE {kind} {called} ON {of} ({columns})")
}

fn is_rowid(table: &Table, column: &Column) -> bool {
    column.auto_increment && table.primary_key == [column.name.as_str()]
}

fn line(table: &Table, column: &Column) -> String {
    if is_rowid(table, column) {
        // Only this spelling counts up, and never gives a key again.
        format!("{} INTEGER PRIMARY KEY AUTOINCREMENT", name(&column.name))
    } else {
        definition(column)
    }
}

fn definition(column: &Column) -> String {
    let mut out = format!("{} {}", name(&column.name), affinity(&column.ty));
    if !column.nullable {
        out.push_str(" NOT NULL");
    }
    if let Some(default) = default(column) {
        out.push_str(" DEFAULT ");
        out.push_str(&default);
    }
    out
}

fn default(column: &Column) -> Option<String> {
    match column.default.as_ref()? {
        ColumnDefault::Null => Some("NULL".to_owned()),
        ColumnDefault::Number(number) => Some(number.clone()),
        ColumnDefault::Text(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        ColumnDefault::Bool(value) => Some(i32::from(*value).to_string()),
        ColumnDefault::Now => Some("CURRENT_TIMESTAMP".to_owned()),
        // Another database's expression may mean nothing here.
        ColumnDefault::Expression(_) => None,
    }
}

/// The declared type; sqlx reads it back, so it has to be one that it knows.
fn affinity(ty: &ColumnType) -> &'static str {
    match ty {
        ColumnType::Bool => "BOOLEAN",
        ColumnType::Int { .. } => "INTEGER",
        ColumnType::Float { .. } => "REAL",
        ColumnType::Bytes => "BLOB",
        ColumnType::Date => "DATE",
        ColumnType::Time => "TIME",
        ColumnType::DateTime | ColumnType::Timestamp => "DATETIME",
        _ => "TEXT",
    }
}

/// A value for rows that have none: a laptop's rows are worth less than a service that starts.
fn zero(ty: &ColumnType) -> String {
    match ty {
        ColumnType::Bool | ColumnType::Int { .. } => "0".to_owned(),
        ColumnType::Float { .. } => "0.0".to_owned(),
        ColumnType::Bytes => "X''".to_owned(),
        ColumnType::Decimal => "'0'".to_owned(),
        ColumnType::Date => "'1970-01-01'".to_owned(),
        ColumnType::Time => "'00:00:00'".to_owned(),
        ColumnType::DateTime | ColumnType::Timestamp => "'1970-01-01 00:00:00'".to_owned(),
        ColumnType::Json => "'null'".to_owned(),
        ColumnType::Uuid => "'00000000-0000-0000-0000-000000000000'".to_owned(),
        ColumnType::Enum(values) => {
            let first = values.first().map_or("", String::as_str);
            format!("'{}'", first.replace('\'', "''"))
        }
        ColumnType::Text => "''".to_owned(),
    }
}

fn quoted(columns: &[String]) -> String {
    let names: Vec<_> = columns.iter().map(|column| name(column)).collect();
    names.join(", ")
}

/// As statements have it.
fn name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
