//! MySQL's statements that change a table or rename one: `ALTER TABLE` as phpMyAdmin and migrations write it, `CREATE
//! INDEX`, `DROP TABLE`, `RENAME TABLE`. What concerns neither columns nor keys is passed over.

use sqlparser::ast::{ColumnDef, ColumnOption, TableConstraint};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::keys::Keys;
use super::mysql::{closing, element, is_any, keyword, split};
use super::statements::Statement;
use super::{column, table};
use crate::model::{Dialect, Table};

/// Changes the tables as the statement does. Those that are not among them are described elsewhere.
pub(super) fn apply(statement: &Statement<'_>, tables: &mut Vec<Table>, keys: &mut Keys) {
    let tokens = statement.words();
    let mut words = Reader(&tokens);
    let verb = keyword(&tokens[0]);
    words.skip(1);
    while words.eat(&["IGNORE", "ONLINE", "OFFLINE", "TEMPORARY"]) {}
    match verb.as_str() {
        "ALTER" if words.eat(&["TABLE"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            if let Some(at) = words.table(tables) {
                say(&mut tables[at], statement.text());
                for operation in split(words.0) {
                    operate(Reader(operation), &mut tables[at], keys);
                }
            }
        }
        "CREATE" => {
            let is_unique = words.eat(&["UNIQUE"]);
            if words.eat(&["INDEX"]) {
                create_index(words, is_unique, statement, tables, keys);
            }
        }
        "DROP" if words.eat(&["INDEX"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            let name = words.name();
            if let (Some(name), true, Some(at)) = (name, words.eat(&["ON"]), words.table(tables)) {
                keys.drop_key(&mut tables[at], &name);
                say(&mut tables[at], statement.text());
            }
        }
        "DROP" if words.eat(&["TABLE", "TABLES"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            for name in split(words.0) {
                if let Some(at) = Reader(name).table(tables) {
                    tables.remove(at);
                }
            }
        }
        "RENAME" if words.eat(&["TABLE", "TABLES"]) => {
            for pair in split(words.0) {
                let mut pair = Reader(pair);
                if let (Some(at), true) = (pair.table(tables), pair.eat(&["TO"])) {
                    rename(&mut tables[at], pair, keys);
                    say(&mut tables[at], statement.text());
                }
            }
        }
        _ => {}
    }
}

/// The only one whose statements are read here.
fn mysqls() -> super::words::Words {
    super::words::Words::of(Dialect::MySql)
}

/// One statement more that makes the table what it is; it may speak of it twice.
fn say(table: &mut Table, text: &str) {
    if !table.ddl.ends_with(text) {
        table.ddl.push_str(";\n\n");
        table.ddl.push_str(text);
    }
}

fn rename(table: &mut Table, mut words: Reader<'_>, keys: &mut Keys) {
    if let Some(name) = words.name() {
        keys.rename_table(&table.name, &name);
        table.name = name;
    }
}

fn create_index(
    mut words: Reader<'_>,
    is_unique: bool,
    statement: &Statement<'_>,
    tables: &mut [Table],
    keys: &mut Keys,
) {
    words.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = words.name();
    words.skip_to("ON");
    let Some(at) = words.table(tables) else {
        return;
    };
    let kind = if is_unique { "UNIQUE" } else { "INDEX" };
    let mut key = vec![TokenWithSpan::wrap(Token::make_keyword(kind))];
    // The column list alone: `USING` and the like say nothing about it.
    let open = words.0.iter().position(|it| it.token == Token::LParen);
    let Some(open) = open else {
        return;
    };
    let close = closing(words.0, open);
    key.extend(words.0[open..].iter().take(close + 1 - open).cloned());
    if let Some(constraint) = constraint(&key) {
        table::constrain(&mut tables[at], &constraint, &mysqls());
        let columns = table::key_columns(&constraint, &mysqls());
        keys.add(&tables[at].name, name, columns);
        say(&mut tables[at], statement.text());
    }
}

/// One operation of an `ALTER TABLE`.
fn operate(mut words: Reader<'_>, table: &mut Table, keys: &mut Keys) {
    let verb = words.0.first().map(keyword).unwrap_or_default();
    words.skip(1);
    match verb.as_str() {
        "ADD" if words.is_key() => {
            let passed_over = ["FULLTEXT", "SPATIAL", "FOREIGN", "CHECK"];
            if !is_any(words.0.first(), &passed_over)
                && let Some(constraint) = constraint(&element(words.0))
            {
                table::constrain(table, &constraint, &mysqls());
                keys.constrain(&table.name, &constraint, &mysqls());
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
                set_column(table, None, part, keys);
            }
        }
        "MODIFY" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            let name = Reader(words.0).name();
            set_column(table, name.as_deref(), words.0, keys);
        }
        "CHANGE" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            let name = words.name();
            set_column(table, name.as_deref(), words.0, keys);
        }
        "DROP" if words.eat(&["PRIMARY"]) => {
            // They stay what the key has made them.
            let key = std::mem::take(&mut table.primary_key);
            let is_key = |name: &String| key.iter().any(|it| it.eq_ignore_ascii_case(name));
            for column in table.columns.iter_mut().filter(|it| is_key(&it.name)) {
                column.nullable = false;
            }
        }
        "DROP" if words.eat(&["INDEX", "KEY", "CONSTRAINT"]) => {
            words.eat_all(&["IF", "EXISTS"]);
            if let Some(name) = words.name() {
                keys.drop_key(table, &name);
            }
        }
        "DROP" if words.eat(&["FOREIGN", "CHECK", "PARTITION"]) => {}
        "DROP" => {
            words.eat(&["COLUMN"]);
            words.eat_all(&["IF", "EXISTS"]);
            if let Some(name) = words.name() {
                drop_column(table, &name, keys);
            }
        }
        "RENAME" if words.eat(&["COLUMN"]) => {
            if let (Some(old), true, Some(new)) = (words.name(), words.eat(&["TO"]), words.name()) {
                rename_column(table, &old, &new, keys);
            }
        }
        "RENAME" if words.eat(&["INDEX", "KEY"]) => {
            if let (Some(old), true, Some(new)) = (words.name(), words.eat(&["TO"]), words.name()) {
                keys.rename_key(&table.name, &old, new);
            }
        }
        "RENAME" => {
            words.eat(&["TO", "AS"]);
            rename(table, words, keys);
        }
        _ => {}
    }
}

/// A column that is new, or in the place of the one that was called `old`.
fn set_column(table: &mut Table, old: Option<&str>, tokens: &[TokenWithSpan], keys: &mut Keys) {
    let mut tokens = element(tokens);
    // `FIRST` and `AFTER c` end a definition.
    if let [.., first] = tokens.as_slice()
        && is_any(Some(first), &["FIRST"])
    {
        tokens.pop();
    } else if let [.., after, _] = tokens.as_slice()
        && is_any(Some(after), &["AFTER"])
    {
        tokens.truncate(tokens.len() - 2);
    }
    let dialect = MySqlDialect {};
    let mut parser = Parser::new(&dialect).with_tokens_with_locations(tokens);
    let Ok(def) = parser.parse_column_def() else {
        return;
    };
    let found = column::column(&def, &mysqls()).filter(|_| !column::is_computed(&def));
    let Some(mut found) = found else {
        // The database computes it from now on; nobody can set it.
        table
            .columns
            .retain(|column| Some(column.name.as_str()) != old);
        return;
    };
    if let Some(old) = old {
        rename_column(table, old, &found.name, keys);
    }
    keys_of(table, &def, keys);
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

fn keys_of(table: &mut Table, def: &ColumnDef, keys: &mut Keys) {
    let name = &def.name.value;
    let is_primary = |it: &ColumnOption| matches!(it, ColumnOption::PrimaryKey(_));
    let is_unique = |it: &ColumnOption| matches!(it, ColumnOption::Unique(_));
    let mut options = def.options.iter().map(|it| &it.option);
    if options.clone().any(is_primary) {
        table.primary_key = vec![name.clone()];
    }
    if options.any(is_unique) || column::is_serial(def) {
        table.unique_keys.push(vec![name.clone()]);
        keys.add(&table.name, None, vec![name.clone()]);
    }
}

/// A key keeps its other columns, if it has any.
fn drop_column(table: &mut Table, name: &str, keys: &mut Keys) {
    let is_it = |other: &String| other.eq_ignore_ascii_case(name);
    table.columns.retain(|column| !is_it(&column.name));
    let of_table = table.unique_keys.iter_mut().chain(&mut table.indexes);
    for key in of_table.chain([&mut table.primary_key]) {
        key.retain(|column| !is_it(column));
    }
    table.unique_keys.retain(|key| !key.is_empty());
    table.indexes.retain(|key| !key.is_empty());
    keys.drop_column(&table.name, name);
}

fn rename_column(table: &mut Table, old: &str, new: &str, names: &mut Keys) {
    names.rename_column(&table.name, old, new);
    let columns = table.columns.iter_mut().map(|column| &mut column.name);
    let keys = table.unique_keys.iter_mut().chain(&mut table.indexes);
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
pub(super) struct Reader<'a>(pub(super) &'a [TokenWithSpan]);

impl Reader<'_> {
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
