//! One `CREATE TABLE`.

use sqlparser::ast::{
    ColumnOption, ColumnOptionDef, CommentDef, CreateTable, CreateTableOptions, Expr, IndexColumn,
    ObjectNamePart, SqlOption, TableConstraint,
};
use sqlparser::tokenizer::Token;

use super::statements::Statement;
use super::words::{Words, last};
use super::{column, roles};
use crate::diag::{Diagnostic, Report};
use crate::model::{Dialect, Key, Table};
use crate::source::{FileId, Span};

pub(super) fn table(
    file: FileId,
    text: &str,
    statement: &Statement<'_>,
    create: &CreateTable,
    words: &Words,
    report: &mut Report,
) -> Option<Table> {
    let name = last(&create.name)?;
    let at = |span: sqlparser::tokenizer::Span| {
        Span::new(
            file,
            statement.offset(span.start),
            statement.offset(span.end),
        )
    };
    let its_name = words.name(name);
    let mut table = Table {
        docs: docs(&its_name, statement, create),
        name: its_name,
        label: None,
        uncached: false,
        columns: Vec::new(),
        primary_key: Vec::new(),
        unique_keys: Vec::new(),
        indexes: Vec::new(),
        soft_delete: None,
        version: None,
        ddl: unqualified(text, statement, words),
        written: Vec::new(),
        keys: Vec::new(),
        span: at(name.span),
    };
    let mut complete = true;
    for def in &create.columns {
        let element = statement.element_at(def.name.span.start);
        let definition = column::written(def, statement.slice(&element), words);
        table.written.push(definition);
        // The database computes it; nobody can set it.
        if column::is_computed(def) {
            continue;
        }
        let span = at(def.name.span);
        match column::column(def, words) {
            Some(column) if table.column(&column.name).is_none() => table.columns.push(column),
            Some(_) => {
                let message = format!("column `{}` is declared twice", def.name.value);
                report.push(
                    Diagnostic::error("sql/duplicate-column", span, message)
                        .help("delete one of them"),
                );
                complete = false;
            }
            None => {
                let message = format!(
                    "column `{}` has the type `{}`, which has no counterpart in Rust",
                    def.name.value, def.data_type
                );
                // A row that leaves it to the database can still be written.
                let has_value =
                    |it: &ColumnOptionDef| matches!(it.option, ColumnOption::Default(_));
                let must_be_set = |it: &ColumnOptionDef| matches!(it.option, ColumnOption::NotNull);
                let options = def.options.as_slice();
                if options.iter().any(must_be_set) && !options.iter().any(has_value) {
                    report.push(Diagnostic::error("sql/unsupported-type", span, message));
                    complete = false;
                } else {
                    let found = Diagnostic::warning("sql/unsupported-type", span, message);
                    report.push(found.help("rows are read and written without it"));
                }
            }
        }
        if words.dialect == Dialect::MySql && column::is_serial(def) {
            table.unique_keys.push(vec![words.name(&def.name)]);
        }
        for option in &def.options {
            match option.option {
                ColumnOption::PrimaryKey(_) => table.primary_key.push(words.name(&def.name)),
                ColumnOption::Unique(_) => table.unique_keys.push(vec![words.name(&def.name)]),
                _ => {}
            }
        }
    }
    for constraint in &create.constraints {
        constrain(&mut table, constraint, words);
    }
    warn_of_schema(&table, create, words, report);
    complete.then_some(table)
}

/// A key, wherever it is declared.
pub(super) fn constrain(table: &mut Table, constraint: &TableConstraint, words: &Words) {
    let (name, columns) = match constraint {
        TableConstraint::PrimaryKey(key) => {
            table.primary_key = names(&key.columns, words);
            return;
        }
        TableConstraint::Unique(key) => {
            let columns = names(&key.columns, words);
            table.unique_keys.push(columns.clone());
            (key.index_name.as_ref().or(key.name.as_ref()), columns)
        }
        TableConstraint::Index(key) => {
            let columns = names(&key.columns, words);
            table.indexes.push(columns.clone());
            (key.name.as_ref(), columns)
        }
        _ => return,
    };
    table.keys.push(Key {
        name: name.map(|name| words.name(name)),
        columns,
        text: constraint.to_string(),
    });
}

/// MySQL's tables are made in the database that one is connected to, whatever it is called.
fn unqualified(text: &str, statement: &Statement<'_>, words: &Words) -> String {
    let range = statement.range.clone();
    let tokens = statement.words();
    let mut head = tokens.iter().take_while(|it| it.token != Token::LParen);
    let period = head.position(|it| it.token == Token::Period);
    let (Dialect::MySql, Some(period)) = (words.dialect, period.filter(|at| *at > 0)) else {
        return text[range].to_owned();
    };
    let start = statement.offset(tokens[period - 1].span.start);
    let end = statement.offset(tokens[period].span.end);
    [&text[range.start..start], &text[end..range.end]].concat()
}

/// Queries name the table alone: SQLite has no such schemas.
fn warn_of_schema(table: &Table, create: &CreateTable, words: &Words, report: &mut Report) {
    let [ObjectNamePart::Identifier(schema), _] = create.name.0.as_slice() else {
        return;
    };
    let schema = words.name(schema);
    if words.dialect != Dialect::Postgres || schema == "public" {
        return;
    }
    let message = format!(
        "`{}` is in the schema `{schema}`, which queries do not name",
        table.name
    );
    report.push(
        Diagnostic::warning("sql/schema", table.span, message).help(format!(
            "let the connection search there: `?options=-c%20search_path={schema}` in the data source"
        )),
    );
}

/// Once all that is said of a table is known.
pub(super) fn finish(table: &mut Table) {
    let Table {
        columns,
        primary_key,
        unique_keys,
        indexes,
        ..
    } = table;
    // To MySQL, `ID` is `id`.
    let keys = unique_keys.iter_mut().chain(&mut *indexes);
    for name in keys.flatten().chain(&mut *primary_key) {
        let mut same = columns
            .iter()
            .filter(|column| column.name.eq_ignore_ascii_case(name));
        if let Some(column) = same.next() {
            name.clone_from(&column.name);
        }
    }
    // Expressions, and columns that the database computes.
    let is_plain = |key: &Vec<String>| {
        let mut names = key.iter();
        names.all(|name| columns.iter().any(|column| column.name == *name))
    };
    unique_keys.retain(is_plain);
    indexes.retain(is_plain);
    for column in columns {
        column.nullable &= !primary_key.contains(&column.name);
    }
    table.soft_delete = roles::soft_delete(table);
    table.version = roles::version(table);
}

pub(super) fn names(columns: &[IndexColumn], words: &Words) -> Vec<String> {
    let names = columns.iter().map(|column| match &column.column.expr {
        Expr::Identifier(name) => words.name(name),
        // A prefix, such as `name(10)`, or an expression.
        Expr::Function(function) => function.name.to_string().replace('`', ""),
        other => other.to_string(),
    });
    names.collect()
}

/// The lines above, then the table's own `COMMENT`, if it says something else than they and the name.
fn docs(name: &str, statement: &Statement<'_>, create: &CreateTable) -> Vec<String> {
    let mut docs = statement.docs.clone();
    let options = match &create.table_options {
        CreateTableOptions::Plain(options) => options.as_slice(),
        _ => &[],
    };
    let option = options.iter().find_map(|option| match option {
        SqlOption::Comment(comment) => Some(comment),
        _ => None,
    });
    if let Some(CommentDef::WithEq(text) | CommentDef::WithoutEq(text)) =
        option.or(create.comment.as_ref())
    {
        let text = text.trim();
        let is_known = text.eq_ignore_ascii_case(name) || docs.iter().any(|line| line == text);
        if !text.is_empty() && !is_known {
            docs.push(text.to_owned());
        }
    }
    docs
}
