//! DDL to [`Table`]s. The only place that knows the SQL parser.

mod alter;
mod clean;
mod column;
mod mysql;
mod roles;
mod statements;
mod table;
#[cfg(test)]
mod tests;

use sqlparser::dialect::{Dialect, GenericDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::{Parser, ParserError};

use self::statements::{Statement, Statements};
use crate::diag::{Diagnostic, Report};
use crate::model::Table;
use crate::source::{FileId, Span};

/// Every table that a file creates, in order. Other statements are somebody else's business and are passed over.
pub fn parse(file: FileId, text: &str, report: &mut Report) -> Vec<Table> {
    let cleaned = clean::clean(text, true);
    let statements = match Statements::split(&cleaned) {
        Ok(statements) => statements,
        Err((message, at)) => {
            let span = Span::new(file, at, at + 1);
            report.push(Diagnostic::error("sql/syntax", span, message));
            return Vec::new();
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    for statement in statements.iter() {
        if !statement.creates_table() {
            alter::apply(&statement, &mut tables);
            continue;
        }
        let Some(table) = create_table(file, text, &statement, report) else {
            continue;
        };
        let is_same = |first: &&Table| first.name == table.name;
        // The same again, in another database perhaps, is one.
        let is_equal = |first: &Table| first.name == table.name && first.is_like(&table);
        let is_there = tables.iter().any(|first| is_same(&first));
        if statement.is_optional() && is_there || tables.iter().any(is_equal) {
            continue;
        }
        if statement.replaces() {
            tables.retain(|first| !is_same(&first));
        }
        if let Some(first) = tables.iter().find(is_same) {
            let message = format!("table `{}` is created twice", table.name);
            report.push(
                Diagnostic::error("sql/duplicate-table", table.span, message)
                    .label(first.span, "first created here")
                    .help("delete one of the statements"),
            );
            continue;
        }
        tables.push(table);
    }
    tables.iter_mut().for_each(table::finish);
    tables
}

fn create_table(
    file: FileId,
    text: &str,
    statement: &Statement<'_>,
    report: &mut Report,
) -> Option<Table> {
    // MySQL first: it is what go-zero's users write. What only others understand is tried after it.
    let dialects: [&dyn Dialect; 3] = [&MySqlDialect {}, &PostgreSqlDialect {}, &GenericDialect {}];
    let mut first_error = None;
    for (at, dialect) in dialects.into_iter().enumerate() {
        let tokens = match at {
            0 => Some(mysql::create_table(statement.words())),
            _ => statement.tokens_in(dialect),
        };
        let Some(tokens) = tokens else {
            continue;
        };
        let parser = Parser::new(dialect).with_tokens_with_locations(tokens);
        match parse_one(parser) {
            Ok(create) => return table::table(file, text, statement, &create, report),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    let (message, at) = statement.place_of(&first_error?.to_string());
    let span = Span::new(file, at.start, at.end);
    report.push(
        Diagnostic::error("sql/syntax", span, message)
            .help("the statement is read as MySQL, PostgreSQL or standard SQL"),
    );
    None
}

fn parse_one(mut parser: Parser<'_>) -> Result<sqlparser::ast::CreateTable, ParserError> {
    let statement = parser.parse_statement()?;
    let rest = parser.peek_token();
    match (statement, &rest.token) {
        (
            sqlparser::ast::Statement::CreateTable(create),
            sqlparser::tokenizer::Token::EOF | sqlparser::tokenizer::Token::SemiColon,
        ) => Ok(create),
        _ => Err(ParserError::ParserError(format!(
            "Expected: the end of the statement, found: {rest}{}",
            rest.span.start
        ))),
    }
}
