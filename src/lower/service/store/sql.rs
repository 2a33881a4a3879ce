//! SQL texts, with their line breaks inside a Rust string.

use super::columns;
use crate::model::{Column, ColumnDefault, ColumnType, Table};

/// Names and marks in lines of this width.
const WIDTH: usize = 80;

pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// What stands behind `const SQL: &str =`, where a long line stands below it.
pub(super) fn literal(lines: &[String]) -> String {
    let text = text(lines);
    let is_long = !text.contains('\n') && text.chars().count() > 100 - 31;
    let indent = if is_long { "\n            " } else { " " };
    format!("{indent}\"{text}\"")
}

/// Lines of one text in a string literal of a method.
pub(super) fn text(lines: &[String]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.replace('\\', "\\\\").replace('"', "\\\""))
        .collect();
    lines.join(" \\\n            ")
}

pub(super) fn insert(table: &Table) -> Vec<String> {
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in table
        .columns
        .iter()
        .filter(|it| !it.auto_increment && !it.ignored)
    {
        names.push(quoted(&column.name));
        values.push(match fixed(table, column) {
            Some((sql, _)) => sql,
            None => "?".to_owned(),
        });
    }
    let mut lines = vec![format!("INSERT INTO {}", quoted(&table.name))];
    lines.extend(wrapped("(", &names, ")"));
    lines.extend(wrapped("VALUES (", &values, ")"));
    lines
}

/// What an insert puts into a column that the store takes care of: in SQL and in Rust.
pub(super) fn fixed(table: &Table, column: &Column) -> Option<(String, String)> {
    if !columns::has_role(table, column) {
        return None;
    }
    let both = |text: &str| (text.to_owned(), text.to_owned());
    let start = match &column.default {
        Some(ColumnDefault::Number(text) | ColumnDefault::Text(text))
            if table.version.as_ref() == Some(&column.name) =>
        {
            text.as_str()
        }
        _ => "0",
    };
    Some(match column.ty {
        _ if column.nullable => ("NULL".to_owned(), "None".to_owned()),
        ColumnType::Bool => ("FALSE".to_owned(), "false".to_owned()),
        _ => both(start),
    })
}

/// `SELECT .. FROM .. WHERE ..`; deleted rows are not there.
pub(super) fn select(table: &Table, conditions: Vec<String>) -> Vec<String> {
    let all: Vec<_> = (table.columns.iter())
        .map(|column| quoted(&column.name))
        .collect();
    let mut lines = wrapped("SELECT ", &all, "");
    let from = format!("FROM {}", quoted(&table.name));
    lines.extend(with_conditions(table, from, conditions));
    lines
}

/// A line and the conditions behind it, wrapped.
pub(super) fn with_conditions(
    table: &Table,
    start: String,
    mut conditions: Vec<String>,
) -> Vec<String> {
    conditions.extend(alive(table));
    let mut lines = vec![start];
    for (index, condition) in conditions.iter().enumerate() {
        let word = if index == 0 { "WHERE" } else { "AND" };
        let item = format!("{word} {condition}");
        match lines.last_mut() {
            Some(line) if line.len() + 1 + item.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

/// `NULL` and `0` both say that a row is there.
fn alive(table: &Table) -> Option<String> {
    let column = table.column(table.soft_delete.as_ref()?)?;
    let name = quoted(&column.name);
    Some(match column.ty {
        _ if column.nullable && !matches!(column.ty, ColumnType::Int { .. }) => {
            format!("{name} IS NULL")
        }
        ColumnType::Bool => format!("{name} = FALSE"),
        _ if column.nullable => format!("COALESCE({name}, 0) = 0"),
        _ => format!("{name} = 0"),
    })
}

pub(super) fn equals(column: &Column) -> String {
    format!("{} = ?", quoted(&column.name))
}

/// Assignments in lines.
pub(super) fn update(
    table: &Table,
    assignments: &[String],
    conditions: Vec<String>,
) -> Vec<String> {
    let start = format!("UPDATE {} SET ", quoted(&table.name));
    let mut lines = wrapped(&start, assignments, "");
    let rest = with_conditions(table, String::new(), conditions);
    lines.extend(rest.into_iter().filter_map(|line| {
        let line = line.trim().to_owned();
        (!line.is_empty()).then_some(line)
    }));
    lines
}

/// A list of names in lines that fit a Rust string inside a function.
pub(super) fn wrapped(start: &str, names: &[String], end: &str) -> Vec<String> {
    let mut lines = vec![start.to_owned()];
    for (index, name) in names.iter().enumerate() {
        let mark = if index + 1 == names.len() { end } else { "," };
        let item = format!("{name}{mark}");
        match lines.last_mut() {
            Some(line) if index == 0 => line.push_str(&item),
            Some(line) if line.len() + 1 + item.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}
