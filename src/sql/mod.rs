//! DDL to [`Table`]s. The only place that knows the SQL parser.

mod column;
mod dialect;
mod later;
mod roles;
mod statements;
mod table;
#[cfg(test)]
mod tests;
mod words;

use sqlparser::dialect::{Dialect as Parsing, GenericDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::{Parser, ParserError};

use self::statements::{Statement, Statements};
use self::words::Words;
use crate::diag::{Diagnostic, Report};
use crate::model::{Dialect, Table};
use crate::source::{FileId, Span};

/// Whose words a text is in; of several files, say their texts one after the other.
pub fn detect(text: &str) -> Dialect {
    dialect::detect(text)
}

/// Every table that a file creates, in order. Other statements are somebody else's business and are passed over.
pub fn parse(file: FileId, text: &str, report: &mut Report) -> Vec<Table> {
    let mut script = Script::of(detect(text));
    script.read(file, text, report);
    script.tables
}

/// Files of one store.
#[derive(Debug)]
pub struct Script {
    words: Words,
    pub tables: Vec<Table>,
    /// The statements that make the tables and what belongs to them, in order, without semicolons.
    pub ddl: Vec<String>,
}

impl Script {
    pub fn of(dialect: Dialect) -> Self {
        Self {
            words: Words::of(dialect),
            tables: Vec::new(),
            ddl: Vec::new(),
        }
    }

    /// Reads one file more.
    pub fn read(&mut self, file: FileId, text: &str, report: &mut Report) {
        // MySQL first: it is what go-zero's users write. What only others understand is tried after it.
        let parsing: &[&dyn Parsing] = match self.words.dialect {
            Dialect::MySql => &[&MySqlDialect {}, &PostgreSqlDialect {}, &GenericDialect {}],
            Dialect::Postgres => &[&PostgreSqlDialect {}, &GenericDialect {}],
        };
        let text = &without_rows(text);
        let statements = match Statements::split(text, parsing[0]) {
            Ok(statements) => statements,
            Err((message, at)) => {
                let span = Span::new(file, at, at + 1);
                report.push(Diagnostic::error("sql/syntax", span, message));
                return;
            }
        };
        for statement in statements.iter() {
            if statement.creates_table() {
                let found = create_table(file, parsing, &statement, &self.words, report);
                self.add(found, report);
            } else if later::belongs(&statement, self.words.dialect) {
                later::apply(&statement, parsing[0], &mut self.words, &mut self.tables);
                self.ddl.push(statement.text());
            }
        }
        for table in &mut self.tables {
            finish(table);
        }
    }

    fn add(&mut self, table: Option<Table>, report: &mut Report) {
        let Some(table) = table else {
            return;
        };
        if let Some(first) = self.tables.iter().find(|first| first.name == table.name) {
            let message = format!("table `{}` is created twice", table.name);
            report.push(
                Diagnostic::error("sql/duplicate-table", table.span, message)
                    .label(first.span, "first created here")
                    .help("delete one of the statements"),
            );
            return;
        }
        self.ddl.push(table.ddl.clone());
        self.tables.push(table);
    }
}

/// Once all that is said of a table is known.
fn finish(table: &mut Table) {
    for column in &mut table.columns {
        if table.primary_key.contains(&column.name) {
            column.nullable = false;
        }
    }
    table.soft_delete = roles::soft_delete(table);
    table.version = roles::version(table);
}

/// The lines of `COPY .. FROM stdin;`, up to `\.`, are no SQL; blanks keep the places of what is behind them.
fn without_rows(text: &str) -> String {
    let mut is_row = false;
    let lines = text.split_inclusive('\n').map(|line| {
        let words = line.trim_end();
        if is_row {
            is_row = words != "\\.";
            let end = if line.ends_with('\n') { "\n" } else { "" };
            return " ".repeat(line.len() - end.len()) + end;
        }
        let upper = words.to_ascii_uppercase();
        is_row = upper.starts_with("COPY ") && upper.ends_with("FROM STDIN;");
        line.to_owned()
    });
    lines.collect()
}

fn create_table(
    file: FileId,
    parsing: &[&dyn Parsing],
    statement: &Statement<'_>,
    words: &Words,
    report: &mut Report,
) -> Option<Table> {
    let mut first_error = None;
    for (at, dialect) in parsing.iter().enumerate() {
        let tokens = match at {
            0 => Some(statement.tokens.to_vec()),
            _ => statement.tokens_in(*dialect),
        };
        let Some(tokens) = tokens else {
            continue;
        };
        let parser = Parser::new(*dialect).with_tokens_with_locations(tokens);
        match parse_one(parser) {
            Ok(create) => return table::table(file, statement, &create, words, report),
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
