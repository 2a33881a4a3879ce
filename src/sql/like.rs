//! `CREATE TABLE copy LIKE other`, and PostgreSQL's `CREATE TABLE copy (LIKE other INCLUDING ALL)`.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::alter;
use super::mysql::is_any;
use super::statements::Statement;
use super::words::Words;
use crate::model::{Dialect, Table};
use crate::source::{FileId, Span};

/// The copy. `None` for every other statement; a table that is described elsewhere
/// cannot be copied here.
pub(super) fn copy(
    file: FileId,
    statement: &Statement<'_>,
    words: &Words,
    tables: &[Table],
) -> Option<Table> {
    let tokens = statement.words();
    let mut reader = alter::Words(&tokens);
    while reader.eat(&["CREATE", "OR", "REPLACE", "UNLOGGED", "TABLE"]) {}
    reader.eat_all(&["IF", "NOT", "EXISTS"]);
    let (name, place) = last_name(&mut reader, words)?;
    if reader.0.first().is_some_and(|it| it.token == Token::LParen) {
        reader.skip(1);
    }
    if !reader.eat(&["LIKE"]) {
        return None;
    }
    let (source, _) = last_name(&mut reader, words)?;
    let source = tables.iter().find(|table| table.name == source)?;
    let mut table = Table {
        name,
        docs: statement.docs.clone(),
        ddl: statement.text().to_owned(),
        span: Span::new(
            file,
            statement.offset(place.span.start),
            statement.offset(place.span.end),
        ),
        ..source.clone()
    };
    let says = |word: &str| reader.0.iter().any(|it| is_any(Some(it), &["ALL", word]));
    if words.dialect == Dialect::Postgres && !says("INDEXES") {
        table.primary_key.clear();
        table.unique_keys.clear();
        table.indexes.clear();
        table.keys.clear();
    }
    if words.dialect == Dialect::Postgres && !says("DEFAULTS") {
        table
            .columns
            .iter_mut()
            .for_each(|column| column.default = None);
    }
    Some(table)
}

fn last_name<'a>(
    reader: &mut alter::Words<'a>,
    words: &Words,
) -> Option<(String, &'a TokenWithSpan)> {
    let before = reader.0;
    let name = reader.name()?;
    let token = &before[before.len() - reader.0.len() - 1];
    let is_plain = matches!(&token.token, Token::Word(word) if word.quote_style.is_none());
    let folds = words.dialect == Dialect::Postgres && is_plain;
    Some((if folds { name.to_lowercase() } else { name }, token))
}
