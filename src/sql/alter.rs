//! MySQL's statements that change a table or rename one: `ALTER TABLE` as phpMyAdmin and migrations write it, `CREATE
//! INDEX`, `DROP TABLE`, `RENAME TABLE`. What concerns neither columns nor keys is passed over.

use sqlparser::ast::{ColumnDef, ColumnOption, TableConstraint};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::mysql::{closing, element, is_any, keyword, split};
use super::statements::Statement;
use super::{column, table};
use crate::model::{Dialect, Key, Table};

/// What a statement does to a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Touch {
    Changed(String),
    /// The old name, then the new one.
    Renamed(String, String),
    Dropped(String),
    /// It is about no table alone.
    Other,
}

/// Changes the tables as the statement does. Those that are not among them are described elsewhere.
pub(super) fn apply(statement: &Statement<'_>, tables: &mut Vec<Table>) -> Vec<Touch> {
    let mut touched = Vec::new();
    let tokens = statement.words();
    let mut words = Words(&tokens);
    let verb = keyword(&tokens[0]);
    words.skip(1);
    while words.eat(&["IGNORE", "ONLINE", "OFFLINE", "TEMPORARY"]) {}
    match verb.as_str() {
        "ALTER" if words.eat(&["TABLE"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            if let Some(at) = words.table(tables) {
                let ddl = &mut tables[at].ddl;
                ddl.push_str(";\n\n");
                ddl.push_str(statement.text());
                let old = tables[at].name.clone();
                for operation in split(words.0) {
                    operate(Words(operation), &mut tables[at], statement);
                }
                let new = tables[at].name.clone();
                touched.push(if new == old {
                    Touch::Changed(new)
                } else {
                    Touch::Renamed(old, new)
                });
            }
        }
        "CREATE" => {
            let is_unique = words.eat(&["UNIQUE"]);
            if words.eat(&["INDEX"]) {
                touched.extend(create_index(words, is_unique, statement, tables));
            }
        }
        "DROP" if words.eat(&["TABLE", "TABLES"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            for name in split(words.0) {
                if let Some(at) = Words(name).table(tables) {
                    touched.push(Touch::Dropped(tables.remove(at).name));
                }
            }
        }
        "DROP" if words.eat(&["INDEX"]) => {
            let name = words.name();
            words.skip_to("ON");
            if let (Some(name), Some(at)) = (name, words.table(tables)) {
                drop_key(&mut tables[at], &name);
                touched.push(Touch::Changed(tables[at].name.clone()));
            }
        }
        "RENAME" if words.eat(&["TABLE", "TABLES"]) => {
            for pair in split(words.0) {
                let mut pair = Words(pair);
                if let (Some(at), true) = (pair.table(tables), pair.eat(&["TO"])) {
                    let old = tables[at].name.clone();
                    rename(&mut tables[at], pair, statement.text());
                    touched.push(Touch::Renamed(old, tables[at].name.clone()));
                }
            }
        }
        _ => {}
    }
    touched
}

/// The only one whose statements are read here.
fn mysqls() -> super::words::Words {
    super::words::Words::of(Dialect::MySql)
}

fn rename(table: &mut Table, mut words: Words<'_>, text: &str) {
    if let Some(name) = words.name() {
        table.name = name;
        if !table.ddl.ends_with(text) {
            table.ddl.push_str(";\n\n");
            table.ddl.push_str(text);
        }
    }
}

fn create_index(
    mut words: Words<'_>,
    is_unique: bool,
    statement: &Statement<'_>,
    tables: &mut [Table],
) -> Option<Touch> {
    words.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = Words(words.0).name();
    words.skip_to("ON");
    let at = words.table(tables)?;
    let kind = if is_unique { "UNIQUE" } else { "INDEX" };
    let mut key = vec![TokenWithSpan::wrap(Token::make_keyword(kind))];
    // The column list alone: `USING` and the like say nothing about it.
    let open = words.0.iter().position(|it| it.token == Token::LParen);
    let open = open?;
    let close = closing(words.0, open);
    key.extend(words.0[open..].iter().take(close + 1 - open).cloned());
    let constraint = constraint(&key)?;
    let table = &mut tables[at];
    table::constrain(table, &constraint, &mysqls());
    // As it is written, it is a statement of its own.
    if let Some(key) = table.keys.last_mut() {
        key.name = name;
        statement.text().clone_into(&mut key.text);
    }
    table.ddl.push_str(";\n\n");
    table.ddl.push_str(statement.text());
    Some(Touch::Changed(table.name.clone()))
}

/// One operation of an `ALTER TABLE`.
fn operate(mut words: Words<'_>, table: &mut Table, statement: &Statement<'_>) {
    let verb = words.0.first().map(keyword).unwrap_or_default();
    words.skip(1);
    match verb.as_str() {
        "ADD" if words.is_key() => {
            let passed_over = ["FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"];
            if !is_any(words.0.first(), &passed_over)
                && let Some(constraint) = constraint(&element(words.0))
            {
                table::constrain(table, &constraint, &mysqls());
            }
        }
        "ADD" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "NOT", "EXISTS"]);
            let is_list = words.0.first().is_some_and(|it| it.token == Token::LParen);
            let inside = closing(words.0, 0);
            let parts = if is_list {
                split(&words.0[1..inside.max(1)])
            } else {
                vec![words.0]
            };
            for part in parts {
                set_column(table, None, part, statement);
            }
        }
        "MODIFY" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            let name = Words(words.0).name();
            set_column(table, name.as_deref(), words.0, statement);
        }
        "CHANGE" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            let name = words.name();
            set_column(table, name.as_deref(), words.0, statement);
        }
        "DROP" if words.eat(&["PRIMARY"]) => table.primary_key.clear(),
        "DROP" if words.eat(&["INDEX", "KEY", "CONSTRAINT"]) => {
            if let Some(name) = words.name() {
                drop_key(table, &name);
            }
        }
        "DROP" if words.eat(&["FOREIGN", "PARTITION", "CHECK"]) => {}
        "DROP" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            if let Some(name) = words.name() {
                drop_column(table, &name);
            }
        }
        "RENAME" if words.eat(&["COLUMN"]) => {
            if let (Some(old), true, Some(new)) = (words.name(), words.eat(&["TO"]), words.name()) {
                rename_column(table, &old, &new);
            }
        }
        "RENAME" if words.eat(&["INDEX", "KEY"]) => {
            let (old, _, new) = (words.name(), words.eat(&["TO"]), words.name());
            for key in table.keys.iter_mut().filter(|key| key.name == old) {
                key.name.clone_from(&new);
            }
        }
        "RENAME" => {
            words.eat(&["TO", "AS"]);
            if let Some(name) = words.name() {
                table.name = name;
            }
        }
        _ => {}
    }
}

/// A key goes by its name; that of one without is that of its first column.
pub(super) fn drop_key(table: &mut Table, name: &str) {
    let is_called = |key: &Key| match &key.name {
        Some(own) => own.eq_ignore_ascii_case(name),
        None => key.columns.first().is_some_and(|first| first == name),
    };
    let Some(at) = table.keys.iter().position(is_called) else {
        // Of a column that says `UNIQUE` itself.
        table.unique_keys.retain(|key| key.as_slice() != [name]);
        return;
    };
    let key = table.keys.remove(at);
    for list in [&mut table.unique_keys, &mut table.indexes] {
        if let Some(at) = list.iter().position(|columns| *columns == key.columns) {
            list.remove(at);
            return;
        }
    }
}

/// With it go the keys that have no other column.
pub(super) fn drop_column(table: &mut Table, name: &str) {
    table.columns.retain(|column| column.name != name);
    table.written.retain(|column| column.name != name);
    let keys = table.keys.iter_mut().map(|key| &mut key.columns);
    let keys = keys.chain(&mut table.unique_keys).chain(&mut table.indexes);
    for columns in keys {
        columns.retain(|column| column != name);
    }
    table.keys.retain(|key| !key.columns.is_empty());
    table.unique_keys.retain(|key| !key.is_empty());
    table.indexes.retain(|key| !key.is_empty());
}

/// A column that is new, or in the place of the one that was called `old`.
fn set_column(
    table: &mut Table,
    old: Option<&str>,
    tokens: &[TokenWithSpan],
    statement: &Statement<'_>,
) {
    let written = tokens;
    let mut tokens = element(tokens);
    // `FIRST` and `AFTER c` end a definition.
    tokens.truncate(unplaced(&tokens).len());
    let dialect = MySqlDialect {};
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(tokens);
    let Ok(def) = parser.parse_column_def() else {
        return;
    };
    if let Some(old) = old {
        rename_column(table, old, &def.name.value);
    }
    let definition = column::written(&def, statement.slice(unplaced(written)), &mysqls());
    match (table.written.iter_mut()).find(|column| column.name == definition.name) {
        Some(column) => *column = definition,
        None => table.written.push(definition),
    }
    let Some(mut found) = column::column(&def, &mysqls()).filter(|_| !column::is_computed(&def))
    else {
        return;
    };
    keys_of(table, &def);
    found.nullable &= !table.primary_key.contains(&found.name);
    match table
        .columns
        .iter_mut()
        .find(|column| column.name == found.name)
    {
        Some(column) => *column = found,
        None => table.columns.push(found),
    }
}

/// Without the place in the table.
fn unplaced(tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    match tokens {
        [before @ .., first] if is_any(Some(first), &["FIRST"]) => before,
        [before @ .., after, _] if is_any(Some(after), &["AFTER"]) => before,
        _ => tokens,
    }
}

fn keys_of(table: &mut Table, def: &ColumnDef) {
    if column::is_serial(def) {
        table.unique_keys.push(vec![def.name.value.clone()]);
    }
    for option in &def.options {
        match option.option {
            ColumnOption::PrimaryKey(_) => table.primary_key = vec![def.name.value.clone()],
            ColumnOption::Unique(_) => table.unique_keys.push(vec![def.name.value.clone()]),
            _ => {}
        }
    }
}

pub(super) fn rename_column(table: &mut Table, old: &str, new: &str) {
    let columns = table.columns.iter_mut().map(|column| &mut column.name);
    let columns = columns.chain(table.written.iter_mut().map(|column| &mut column.name));
    let keys = table.unique_keys.iter_mut().chain(&mut table.indexes);
    let keys = keys.chain(table.keys.iter_mut().map(|key| &mut key.columns));
    let in_keys = keys.flatten().chain(&mut table.primary_key);
    for name in columns
        .chain(in_keys)
        .filter(|name| name.eq_ignore_ascii_case(old))
    {
        new.clone_into(name);
    }
}

fn constraint(tokens: &[TokenWithSpan]) -> Option<TableConstraint> {
    let dialect = MySqlDialect {};
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(tokens.to_vec());
    parser.parse_optional_table_constraint().ok()?
}

/// Tokens that are read from the front.
#[derive(Clone, Copy)]
pub(super) struct Words<'a>(pub(super) &'a [TokenWithSpan]);

impl Words<'_> {
    pub(super) fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    /// Takes the next word if it is one of these.
    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let is_there = is_any(self.0.first(), words);
        self.skip(usize::from(is_there));
        is_there
    }

    /// Takes these words if all of them come next.
    pub(super) fn eat_all(&mut self, words: &[&str]) {
        let is_next = |(at, word): (usize, &&str)| is_any(self.0.get(at), &[word]);
        if words.iter().enumerate().all(is_next) {
            self.skip(words.len());
        }
    }

    fn skip_to(&mut self, word: &str) {
        let at = self.0.iter().position(|it| is_any(Some(it), &[word]));
        self.skip(at.map_or(self.0.len(), |at| at + 1));
    }

    /// Of a name with a database before it, the last part.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut found = None;
        while let Some(name) = self.0.first().and_then(|it| name_of(&it.token)) {
            found = Some(name);
            self.skip(1);
            if self.0.first().is_none_or(|it| it.token != Token::Period) {
                break;
            }
            self.skip(1);
        }
        found
    }

    fn table(&mut self, tables: &[Table]) -> Option<usize> {
        let name = self.name()?;
        tables.iter().position(|table| table.name == name)
    }

    fn is_key(&self) -> bool {
        let words = [
            "PRIMARY",
            "UNIQUE",
            "KEY",
            "INDEX",
            "CONSTRAINT",
            "FULLTEXT",
            "SPATIAL",
            "FOREIGN",
            "CHECK",
        ];
        is_any(self.0.first(), &words)
    }
}

fn name_of(token: &Token) -> Option<String> {
    match token {
        Token::Word(word) => Some(word.value.clone()),
        Token::DoubleQuotedString(name) => Some(name.clone()),
        _ => None,
    }
}
