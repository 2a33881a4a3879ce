//! The tables in SQLite's words, for laptops and tests.

use crate::lower::names;
use crate::model::{Column, ColumnDefault, ColumnType, Rpc, Table};
use crate::rust::service::{Schema, SchemaIndex, SchemaTable};

pub(super) fn sqlite(rpc: &Rpc) -> Schema {
    Schema {
        source: rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone()),
        tables: rpc.tables.iter().map(table).collect(),
    }
}

fn table(table: &Table) -> SchemaTable {
    let is_rowid =
        |column: &Column| column.auto_increment && table.primary_key == [column.name.as_str()];
    let mut lines: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            if is_rowid(column) {
                // Only this spelling counts up, and never gives a key again.
                format!("`{}` INTEGER PRIMARY KEY AUTOINCREMENT", column.name)
            } else {
                definition(column)
            }
        })
        .collect();
    if !table.primary_key.is_empty() && !table.columns.iter().any(is_rowid) {
        lines.push(format!("PRIMARY KEY ({})", quoted(&table.primary_key)));
    }
    lines.extend(
        table
            .unique_keys
            .iter()
            .map(|key| format!("UNIQUE ({})", quoted(key))),
    );
    let last = lines.len().saturating_sub(1);
    for line in &mut lines[..last] {
        line.push(',');
    }
    SchemaTable {
        name: table.name.clone(),
        lines,
        indexes: table
            .indexes
            .iter()
            .map(|columns| index(table, columns))
            .collect(),
    }
}

fn index(table: &Table, columns: &[String]) -> SchemaIndex {
    let name = format!("idx_{}_{}", table.name, columns.join("_"));
    SchemaIndex {
        name: names::value(&name),
        columns: quoted(columns),
    }
}

fn definition(column: &Column) -> String {
    let mut out = format!("`{}` {}", column.name, affinity(&column.ty));
    if !column.nullable {
        out.push_str(" NOT NULL");
    }
    let default = match &column.default {
        Some(ColumnDefault::Null) => Some("NULL".to_owned()),
        Some(ColumnDefault::Number(number)) => Some(number.clone()),
        Some(ColumnDefault::Text(text)) => Some(format!("'{}'", text.replace('\'', "''"))),
        Some(ColumnDefault::Bool(value)) => Some(i32::from(*value).to_string()),
        Some(ColumnDefault::Now) => Some("CURRENT_TIMESTAMP".to_owned()),
        // Another database's expression may mean nothing here.
        Some(ColumnDefault::Expression(_)) | None => None,
    };
    if let Some(default) = default {
        out.push_str(" DEFAULT ");
        out.push_str(&default);
    }
    out
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

fn quoted(columns: &[String]) -> String {
    columns
        .iter()
        .map(|column| format!("`{column}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
