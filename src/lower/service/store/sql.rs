//! SQL texts, with their line breaks inside a Rust string.

use super::columns;
use super::reserved::is_reserved;
use crate::model::{Column, ColumnDefault, ColumnType, Dialect, Table};

/// Names and marks in lines of this width.
const WIDTH: usize = 80;

/// One statement in its dialect: names, and marks for what is bound, in the order of their binding.
pub(super) struct Statement {
    dialect: Dialect,
    marks: usize,
}

impl Statement {
    pub(super) fn of(dialect: Dialect) -> Self {
        Self { dialect, marks: 0 }
    }

    /// PostgreSQL's names are quoted where they have to be, MySQL's always.
    pub(super) fn name(&self, name: &str) -> String {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_bare = name.chars().all(is_plain)
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && !is_reserved(name);
        match self.dialect {
            Dialect::MySql => format!("`{}`", name.replace('`', "``")),
            Dialect::Postgres if is_bare => name.to_owned(),
            Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// For one more value.
    pub(super) fn mark(&mut self) -> String {
        self.marks += 1;
        match self.dialect {
            Dialect::MySql => "?".to_owned(),
            Dialect::Postgres => format!("${}", self.marks),
        }
    }

    pub(super) fn equals(&mut self, column: &Column) -> String {
        let mark = self.mark();
        format!("{} = {mark}", self.name(&column.name))
    }

    /// A condition that holds where nothing is given; how often its first value is bound is in [`Self::times`].
    pub(super) fn if_given(&mut self, condition: impl FnOnce(&mut Self) -> String) -> String {
        match self.dialect {
            Dialect::MySql => {
                let mark = self.mark();
                let condition = condition(self);
                format!("({mark} IS NULL OR {condition})")
            }
            // The place that tells the type of the value stands first.
            Dialect::Postgres => {
                let first = self.marks + 1;
                let condition = condition(self);
                format!("({condition} OR ${first} IS NULL)")
            }
        }
    }

    /// PostgreSQL's marks have numbers, so that a value that is mentioned twice is bound once.
    pub(super) fn times(&self) -> usize {
        match self.dialect {
            Dialect::MySql => 2,
            Dialect::Postgres => 1,
        }
    }
}

/// What stands behind `const SQL: &str =`, where a long line stands below it.
pub(super) fn literal(lines: &[String]) -> String {
    let text = text(lines);
    let is_long = !text.contains('\n') && text.chars().count() > 100 - 29;
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

pub(super) fn insert(dialect: Dialect, table: &Table) -> Vec<String> {
    let mut statement = Statement::of(dialect);
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in table
        .columns
        .iter()
        .filter(|it| !it.auto_increment && !it.ignored)
    {
        names.push(statement.name(&column.name));
        values.push(match fixed(table, column) {
            Some((sql, _)) => sql,
            None => statement.mark(),
        });
    }
    let mut lines = vec![format!("INSERT INTO {}", statement.name(&table.name))];
    if names.is_empty() && dialect == Dialect::Postgres {
        lines.push("DEFAULT VALUES".to_owned());
    } else {
        lines.extend(wrapped("(", &names, ")"));
        lines.extend(wrapped("VALUES (", &values, ")"));
    }
    let auto = table.columns.iter().find(|column| column.auto_increment);
    if let (Some(auto), Dialect::Postgres) = (auto, dialect) {
        lines.push(format!("RETURNING {}", statement.name(&auto.name)));
    }
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
pub(super) fn select(statement: &Statement, table: &Table, conditions: Vec<String>) -> Vec<String> {
    let read = |column: &Column| {
        let name = statement.name(&column.name);
        match (&column.ty, column.untyped) {
            // The driver takes a label for a text only if it is told so.
            (ColumnType::Enum(_), true) => format!("CAST({name} AS TEXT) AS {name}"),
            _ => name,
        }
    };
    let all: Vec<_> = table.columns.iter().map(read).collect();
    let mut lines = wrapped("SELECT ", &all, "");
    let from = format!("FROM {}", statement.name(&table.name));
    lines.extend(with_conditions(statement, table, from, conditions));
    lines
}

/// A line and the conditions behind it, wrapped.
pub(super) fn with_conditions(
    statement: &Statement,
    table: &Table,
    start: String,
    mut conditions: Vec<String>,
) -> Vec<String> {
    conditions.extend(alive(statement, table));
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
fn alive(statement: &Statement, table: &Table) -> Option<String> {
    let column = table.column(table.soft_delete.as_ref()?)?;
    let name = statement.name(&column.name);
    Some(match column.ty {
        _ if column.nullable && !matches!(column.ty, ColumnType::Int { .. }) => {
            format!("{name} IS NULL")
        }
        ColumnType::Bool => format!("{name} = FALSE"),
        _ if column.nullable => format!("COALESCE({name}, 0) = 0"),
        _ => format!("{name} = 0"),
    })
}

/// Assignments in lines.
pub(super) fn update(
    statement: &Statement,
    table: &Table,
    assignments: &[String],
    conditions: Vec<String>,
) -> Vec<String> {
    let start = format!("UPDATE {} SET ", statement.name(&table.name));
    let mut lines = wrapped(&start, assignments, "");
    let rest = with_conditions(statement, table, String::new(), conditions);
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
