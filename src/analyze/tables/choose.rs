//! Which tables of a DDL are taken, and how: what is asked for on the command line or in `zgen.yaml`.

use std::collections::BTreeSet;

use heck::ToSnakeCase as _;

use crate::diag::{self, Diagnostic, Report};
use crate::model::Table;
use crate::project::{Patterns, TableOptions};

pub(in crate::analyze) fn choose(
    tables: &mut Vec<Table>,
    options: &TableOptions,
    report: &mut Report,
) {
    // One that cannot be read has been reported, and may be the one that is asked for.
    let is_whole = !report.has_errors();
    let known: Vec<String> = tables.iter().map(|table| table.name.clone()).collect();
    if !options.only.is_empty() {
        let patterns = options
            .only
            .iter()
            .map(|only| Patterns::new(vec![only.clone()]));
        let patterns: Vec<_> = patterns.collect();
        for (pattern, only) in patterns.iter().zip(&options.only) {
            let is_there = known
                .iter()
                .any(|name| pattern.matches(name.as_str().into()));
            if !is_there && is_whole {
                report.push(nothing("table", only, &known));
            }
        }
        let is_wanted = |table: &Table| {
            let mut patterns = patterns.iter();
            patterns.any(|pattern| pattern.matches(table.name.as_str().into()))
        };
        tables.retain(is_wanted);
    }
    for column in &options.ignore_columns {
        let is_there = tables.iter().any(|table| table.column(column).is_some());
        if !is_there && is_whole {
            let columns = tables.iter().flat_map(|table| &table.columns);
            let known: Vec<_> = columns.map(|column| column.name.clone()).collect();
            report.push(nothing("column", column, &known));
        }
    }
    for table in tables.iter_mut() {
        if let Some(prefix) = &options.prefix {
            let rest = table.name.strip_prefix(prefix.as_str());
            let rest = rest.filter(|rest| !rest.is_empty());
            table.label = rest.map(str::to_owned);
        }
        table.uncached = options.cache == Some(false);
        ignore(table, &options.ignore_columns, report);
    }
    tell_apart(tables);
}

/// `Orders` and `orders` are two tables, and would be one module: the second is called otherwise. So are names that no
/// file of Rust has.
fn tell_apart(tables: &mut [Table]) {
    let mut taken = BTreeSet::new();
    for table in tables {
        let snake = table.label().to_snake_case();
        let ascii: String = snake.chars().filter(char::is_ascii).collect();
        let starts_well = ascii.starts_with(|c: char| c.is_ascii_alphabetic());
        let label = match ascii.trim_matches('_') {
            "" => "table".to_owned(),
            ascii if !starts_well => format!("table_{ascii}"),
            ascii => ascii.to_owned(),
        };
        let others = (2..).map(|number| format!("{label}_{number}"));
        let mut free = std::iter::once(label.clone())
            .chain(others)
            .filter(|name| !taken.contains(name));
        let Some(name) = free.next() else {
            continue;
        };
        if name != snake {
            table.label = Some(name.clone());
        }
        taken.insert(name);
    }
}

fn nothing(what: &str, name: &str, known: &[String]) -> Diagnostic {
    let message = format!("no {what} is called `{name}`");
    let found = Diagnostic::error("sql/table-options", None, message);
    match diag::did_you_mean(name, known.iter().map(String::as_str)) {
        Some(help) => found.help(help),
        None => found,
    }
}

/// Columns that the database fills: read, and never written.
fn ignore(table: &mut Table, ignored: &[String], report: &mut Report) {
    // A table without a key is not read back; its rows have no such column.
    if table.primary_key.is_empty() {
        table
            .columns
            .retain(|column| !ignored.contains(&column.name));
        return;
    }
    let (span, key) = (table.span, table.primary_key.clone());
    for column in (table.columns.iter_mut()).filter(|column| ignored.contains(&column.name)) {
        let fills_itself = column.nullable || column.default.is_some() || column.auto_increment;
        if key.contains(&column.name) || !fills_itself {
            let message = format!(
                "`{}` of `{}` cannot be left out: no row can be inserted without it",
                column.name, table.name
            );
            let found = Diagnostic::error("sql/table-options", span, message);
            report.push(
                found.help("give the column a default, or do not list it under `ignore-columns`"),
            );
            continue;
        }
        column.ignored = !column.auto_increment;
    }
}
