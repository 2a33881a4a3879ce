//! DDL to [`Table`]s. The only place that knows the SQL parser.

mod alter;
mod clean;
mod column;
mod dialect;
mod like;
mod mysql;
mod postgres;
mod roles;
mod statements;
mod table;
#[cfg(test)]
mod tests;
mod words;

use sqlparser::dialect::{Dialect as Parsing, GenericDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::{Parser, ParserError};

use self::alter::Touch;
use self::statements::{Statement, Statements};
use self::words::Words;
use crate::diag::{Diagnostic, Report};
use crate::model::{self, Dialect, Schema, Table};
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
    /// Of each table, the database that it was created in, where that is said.
    databases: Vec<(String, Option<String>)>,
    /// What the last `USE` says.
    used: Option<String>,
    /// What makes the tables and what belongs to them, in order.
    statements: Vec<model::Statement>,
}

impl Script {
    pub fn of(dialect: Dialect) -> Self {
        Self {
            words: Words::of(dialect),
            tables: Vec::new(),
            databases: Vec::new(),
            used: None,
            statements: Vec::new(),
        }
    }

    pub fn dialect(&self) -> Dialect {
        self.words.dialect
    }

    /// What makes the tables of `chosen`, with the tables as they were read.
    pub fn schema(&self, chosen: &[Table]) -> Schema {
        let is_chosen = |name: &str| chosen.iter().any(|table| table.name == name);
        let statements = self.statements.iter();
        let statements = statements.filter(|it| it.table.as_deref().is_none_or(is_chosen));
        let tables = self.tables.iter().filter(|table| is_chosen(&table.name));
        Schema {
            statements: statements.cloned().collect(),
            tables: tables.cloned().collect(),
        }
    }

    /// Reads one file more.
    pub fn read(&mut self, file: FileId, text: &str, report: &mut Report) {
        let (parsing, cleaned): (&dyn Parsing, _) = match self.words.dialect {
            Dialect::MySql => (&MySqlDialect {}, clean::clean(text, true)),
            Dialect::Postgres => (&PostgreSqlDialect {}, without_rows(text)),
        };
        let statements = match Statements::split(&cleaned, parsing) {
            Ok(statements) => statements,
            Err((message, at)) => {
                let span = Span::new(file, at, at + 1);
                report.push(Diagnostic::error("sql/syntax", span, message));
                return;
            }
        };
        for statement in statements.iter() {
            self.used = statement.used().or(self.used.take());
            if statement.creates_table() {
                let copy = like::copy(file, &statement, &self.words, &self.tables);
                let table =
                    copy.or_else(|| create_table(file, text, &statement, &self.words, report));
                if let Some(table) = table {
                    self.add(table, &statement, report);
                }
            } else if self.words.dialect == Dialect::MySql {
                let touched = alter::apply(&statement, &mut self.tables);
                self.follow(touched, &statement);
            } else if postgres::belongs(&statement) {
                let touched = postgres::apply(&statement, &mut self.words, &mut self.tables);
                self.follow(touched, &statement);
            }
        }
        self.tables.iter_mut().for_each(table::finish);
    }

    /// Keeps a statement with the table that it is about.
    fn follow(&mut self, touched: Vec<Touch>, statement: &Statement<'_>) {
        let mut about = None;
        for touch in touched {
            match touch {
                Touch::Changed(name) => about = Some(Some(name)),
                Touch::Other => about = Some(None),
                Touch::Renamed(old, new) => {
                    let of_old = |it: &&mut model::Statement| it.table.as_ref() == Some(&old);
                    for it in self.statements.iter_mut().filter(of_old) {
                        it.table = Some(new.clone());
                    }
                    about = Some(Some(new));
                }
                Touch::Dropped(name) => {
                    (self.statements).retain(|it| it.table.as_ref() != Some(&name));
                }
            }
        }
        if let Some(table) = about {
            let text = statement.text().to_owned();
            self.statements.push(model::Statement { table, text });
        }
    }

    fn add(&mut self, table: Table, statement: &Statement<'_>, report: &mut Report) {
        let is_same = |first: &&Table| first.name == table.name;
        let place = (
            table.name.clone(),
            statement.database().or_else(|| self.used.clone()),
        );
        // The same in another database is one: rows of either are read alike.
        let is_elsewhere = !self.databases.contains(&place);
        let is_equal = |first: &Table| is_same(&first) && first.is_like(&table);
        let is_there = self.tables.iter().any(|first| is_same(&first));
        if statement.is_optional() && is_there || is_elsewhere && self.tables.iter().any(is_equal) {
            return;
        }
        self.databases.push(place);
        if statement.replaces() {
            self.tables.retain(|first| !is_same(&first));
            (self.statements).retain(|it| it.table.as_ref() != Some(&table.name));
        }
        if let Some(first) = self.tables.iter().find(is_same) {
            let message = format!("table `{}` is created twice", table.name);
            report.push(
                Diagnostic::error("sql/duplicate-table", table.span, message)
                    .label(first.span, "first created here")
                    .help("delete one of the statements"),
            );
            return;
        }
        self.statements.push(model::Statement {
            table: Some(table.name.clone()),
            text: table.ddl.clone(),
        });
        self.tables.push(table);
    }
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
    text: &str,
    statement: &Statement<'_>,
    words: &Words,
    report: &mut Report,
) -> Option<Table> {
    // MySQL first: it is what go-zero's users write. What only others understand is tried after it.
    let dialects: &[&dyn Parsing] = match words.dialect {
        Dialect::MySql => &[&MySqlDialect {}, &PostgreSqlDialect {}, &GenericDialect {}],
        Dialect::Postgres => &[&PostgreSqlDialect {}, &GenericDialect {}],
    };
    let mut first_error = None;
    for (at, dialect) in dialects.iter().enumerate() {
        let tokens = match (at, words.dialect) {
            (0, Dialect::MySql) => Some(mysql::create_table(statement.words())),
            (0, Dialect::Postgres) => Some(statement.tokens.to_vec()),
            _ => statement.tokens_in(*dialect),
        };
        let Some(tokens) = tokens else {
            continue;
        };
        let parser = Parser::new(*dialect).with_tokens_with_locations(tokens);
        match parse_one(parser) {
            Ok(create) => return table::table(file, text, statement, &create, words, report),
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
