//! A server's tables: statements in its own words, as the user wrote them.

use super::folder::Folder;
use super::step::{Made, Step};
use super::types::{Fit, fit};
use crate::model::{Column, ColumnDefault, Dialect, Schema, Statement, Table, Written};

/// What is to be added to a folder so that it adds up to `wanted`.
pub(super) fn step(folder: &Folder, wanted: &Schema, dialect: Dialect) -> Step {
    let mut step = Step::default();
    let there = |name: &str| folder.schema.tables.iter().find(|it| it.name == name);
    // In the order of the script: what belongs to a table may come before it or behind it.
    for statement in &wanted.statements {
        match &statement.table {
            None => around(folder, statement, &mut step),
            Some(table) if there(table).is_none() => {
                step.add(Made::Table(table.clone()), statement.text.clone());
            }
            Some(_) => {}
        }
    }
    without_order(&mut step, dialect);
    for table in &wanted.tables {
        if let Some(there) = there(&table.name) {
            let change = Change {
                folder,
                there,
                table,
                dialect,
                step: &mut step,
            };
            change.of_table();
        }
    }
    gone(folder, wanted, dialect, &mut step);
    step
}

/// In one script, tables may refer to such as come after them.
fn without_order(step: &mut Step, dialect: Dialect) {
    let refers = |text: &String| text.to_ascii_uppercase().contains("REFERENCES");
    if dialect == Dialect::MySql && step.statements.iter().any(refers) {
        step.statements
            .insert(0, "SET FOREIGN_KEY_CHECKS = 0".to_owned());
        step.statements
            .push("SET FOREIGN_KEY_CHECKS = 1".to_owned());
    }
}

/// Types, sequences, and all that is about no table alone.
fn around(folder: &Folder, statement: &Statement, step: &mut Step) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = words(&statement.text);
    let there = folder.schema.statements.iter();
    let there: Vec<String> = (there.filter(|it| it.table.is_none()))
        .map(|it| words(&it.text))
        .collect();
    if there.contains(&text) {
        return;
    }
    // `CREATE TYPE mood`, whatever is behind it.
    let head: Vec<&str> = text.split(' ').take(3).collect();
    let mut others = there.iter();
    let is_made = others.any(|it| it.split(' ').take(3).eq(head.iter().copied()));
    if is_made && text.starts_with("CREATE") && !text.starts_with("CREATE OR") {
        let message = format!(
            "`{}` is described otherwise than it was made; no migration changes it",
            head.join(" ")
        );
        step.leave(None, message, format!("ALTER {} ..", head[1..].join(" ")));
    } else {
        step.add(Made::Change("schema".to_owned()), statement.text.clone());
    }
}

/// Tables that are no longer described.
fn gone(folder: &Folder, wanted: &Schema, dialect: Dialect, step: &mut Step) {
    for table in &folder.schema.tables {
        let is_wanted = wanted.tables.iter().any(|it| it.name == table.name);
        if is_wanted || !folder.has_made(&table.name, None) {
            continue;
        }
        let message = format!(
            "`{}` is no longer described; no migration drops a table with its rows",
            table.name
        );
        let statement = format!("DROP TABLE {}", quoted(&table.name, dialect));
        step.leave(None, message, statement);
    }
}

/// One table that is there and is to become another.
struct Change<'a> {
    folder: &'a Folder,
    there: &'a Table,
    table: &'a Table,
    dialect: Dialect,
    step: &'a mut Step,
}

impl<'a> Change<'a> {
    fn of_table(mut self) {
        let renamed = self.renamed();
        for written in &self.table.written {
            let there = self.there.written.iter().find(|it| it.name == written.name);
            match there {
                None if renamed.is_some_and(|(_, new)| new == written) => {}
                None => self.add(written),
                Some(there) => self.alter(there, written),
            }
        }
        self.keys();
        for written in &self.there.written {
            let is_wanted = self.table.written.iter().any(|it| it.name == written.name);
            let is_renamed = renamed.is_some_and(|(old, _)| old == written);
            if is_wanted
                || is_renamed
                || !self.folder.has_made(&self.table.name, Some(&written.name))
            {
                continue;
            }
            let message = format!(
                "`{}.{}` is no longer described; no migration drops a column with its values",
                self.table.name, written.name
            );
            let statement = self.altering(&format!("DROP COLUMN {}", self.quoted(&written.name)));
            self.leave(message, statement);
        }
    }

    /// One that is gone, and one that is new and that no row would have a value for: perhaps they are the same.
    fn renamed(&mut self) -> Option<(&'a Written, &'a Written)> {
        let (there, table) = (self.there, self.table);
        let is_new = |it: &&Written| there.written.iter().all(|other| other.name != it.name);
        let is_gone = |it: &&Written| table.written.iter().all(|other| other.name != it.name);
        let mut new = table.written.iter().filter(is_new);
        let mut gone = there.written.iter().filter(is_gone);
        let (Some(new), None, Some(old), None) = (new.next(), new.next(), gone.next(), gone.next())
        else {
            return None;
        };
        let (before, after) = there.column(&old.name).zip(table.column(&new.name))?;
        let is_alike = fit((before, old), (after, new), self.dialect) == Fit::Same;
        if !is_alike || before.nullable || after.nullable || after.default.is_some() {
            return None;
        }
        let message = format!(
            "`{0}.{1}` is described as `{0}.{2}` now; no migration renames a column",
            table.name, old.name, new.name
        );
        let names = (self.quoted(&old.name), self.quoted(&new.name));
        let statement = self.altering(&format!("RENAME COLUMN {} TO {}", names.0, names.1));
        self.leave(message, statement);
        Some((old, new))
    }

    fn add(&mut self, written: &Written) {
        let (table, name) = (&self.table.name, &written.name);
        let statement = self.altering(&format!("ADD COLUMN {}", written.text));
        let column = self.table.column(name);
        let is_key = says(written, "UNIQUE") || self.table.primary_key.contains(name);
        let reason = match column {
            _ if is_key => "is in a key, which rows that are there may not agree with",
            Some(column) if column.auto_increment => "counts by itself",
            Some(column) if !column.nullable && column.default.is_none() => {
                "may not be NULL and has no default, so that rows that are there have no value for it"
            }
            _ => {
                let made = Made::Column(table.clone(), name.clone());
                self.step.add(made, statement);
                return;
            }
        };
        let message = format!("`{table}.{name}` is new and {reason}; no migration adds it");
        self.leave(message, statement);
    }

    fn alter(&mut self, there: &Written, written: &Written) {
        let columns = self
            .there
            .column(&there.name)
            .zip(self.table.column(&written.name));
        let Some((old, new)) = columns else {
            return;
        };
        let fits = fit((old, there), (new, written), self.dialect);
        let is_same_default = default_of(old) == default_of(new);
        let is_same = fits == Fit::Same && old.nullable == new.nullable && is_same_default;
        if is_same && old.auto_increment == new.auto_increment {
            return;
        }
        let reason = if fits == Fit::Unsure {
            "has another type, which may not hold every value that is there"
        } else if old.nullable && !new.nullable {
            "may no longer be NULL, which it may be in rows that are there"
        } else if old.auto_increment != new.auto_increment {
            "is filled in another way"
        } else {
            ""
        };
        let is_in_key =
            self.dialect == Dialect::MySql && (says(written, "UNIQUE") || says(written, "PRIMARY"));
        for statement in self.alterations(written, old, new, fits) {
            if reason.is_empty() && !is_in_key {
                self.step
                    .add(Made::Change(self.table.name.clone()), statement);
                continue;
            }
            let reason = if reason.is_empty() {
                "is described otherwise"
            } else {
                reason
            };
            let message = format!(
                "`{}.{}` {reason}; no migration changes it",
                self.table.name, written.name
            );
            self.leave(message, statement);
        }
    }

    /// MySQL takes a column as a whole, PostgreSQL one thing after the other.
    fn alterations(&self, written: &Written, old: &Column, new: &Column, fits: Fit) -> Vec<String> {
        if self.dialect == Dialect::MySql {
            return vec![self.altering(&format!("MODIFY COLUMN {}", written.text))];
        }
        let name = self.quoted(&written.name);
        let mut out = Vec::new();
        if fits != Fit::Same {
            out.push(format!("TYPE {}", written.ty));
        }
        if old.nullable != new.nullable {
            let verb = if new.nullable { "DROP" } else { "SET" };
            out.push(format!("{verb} NOT NULL"));
        }
        if default_of(old) != default_of(new) {
            out.push(match &written.default {
                Some(value) => format!("SET DEFAULT {value}"),
                None => "DROP DEFAULT".to_owned(),
            });
        }
        out.into_iter()
            .map(|change| self.altering(&format!("ALTER COLUMN {name} {change}")))
            .collect()
    }

    fn keys(&mut self) {
        let unique = (&self.there.unique_keys, &self.table.unique_keys, true);
        let plain = (&self.there.indexes, &self.table.indexes, false);
        for (there, wanted, is_unique) in [unique, plain] {
            for columns in wanted.iter().filter(|columns| !there.contains(columns)) {
                self.add_key(columns, is_unique);
            }
            for columns in there.iter().filter(|columns| !wanted.contains(columns)) {
                self.drop_key(columns);
            }
        }
        if self.there.primary_key != self.table.primary_key {
            let message = format!(
                "`{}` has another primary key; no migration changes it",
                self.table.name
            );
            let key = self.list(&self.table.primary_key);
            let statement = self.altering(&format!("ADD PRIMARY KEY ({key})"));
            self.leave(message, statement);
        }
    }

    fn add_key(&mut self, columns: &[String], is_unique: bool) {
        let is_new = |name: &String| self.there.column(name).is_none();
        let is_of_column = |it: &&Written| columns == [it.name.as_str()] && says(it, "UNIQUE");
        let mut written = self.table.written.iter();
        // That a new column cannot be added is said already.
        if is_unique && written.any(|it| is_of_column(&it) && is_new(&it.name)) {
            return;
        }
        let mut keys = self.table.keys.iter();
        let key = keys.find(|key| key.columns == columns);
        let statement = match key {
            Some(key) if is_statement(&key.text) => key.text.clone(),
            Some(key) => self.altering(&format!("ADD {}", key.text)),
            None => self.altering(&format!("ADD UNIQUE ({})", self.list(columns))),
        };
        if !is_unique {
            let made = Made::Change(self.table.name.clone());
            return self.step.add(made, statement);
        }
        let message = format!(
            "`{}` has a new unique key of {}, which rows that are there may not agree with; no migration adds it",
            self.table.name,
            columns.join(", ")
        );
        self.leave(message, statement);
    }

    fn drop_key(&mut self, columns: &[String]) {
        let mut keys = self.there.keys.iter();
        let name = keys.find(|key| key.columns == columns);
        let name = name.and_then(|key| key.name.clone());
        let Some(name) = name.or_else(|| columns.first().cloned()) else {
            return;
        };
        let statement = match self.dialect {
            Dialect::MySql => self.altering(&format!("DROP INDEX {}", self.quoted(&name))),
            Dialect::Postgres => format!("DROP INDEX {}", self.quoted(&name)),
        };
        let message = format!(
            "`{}` has a key of {} that is no longer described; no migration drops it",
            self.table.name,
            columns.join(", ")
        );
        self.leave(message, statement);
    }

    fn leave(&mut self, message: String, statement: String) {
        self.step.leave(self.table.span, message, statement);
    }

    fn altering(&self, what: &str) -> String {
        format!("ALTER TABLE {} {what}", self.quoted(&self.table.name))
    }

    fn list(&self, columns: &[String]) -> String {
        let columns = columns.iter().map(|column| self.quoted(column));
        columns.collect::<Vec<_>>().join(", ")
    }

    fn quoted(&self, name: &str) -> String {
        quoted(name, self.dialect)
    }
}

fn is_statement(text: &str) -> bool {
    text.get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("CREATE"))
}

/// To a column that may be NULL, no default is NULL.
fn default_of(column: &Column) -> Option<&ColumnDefault> {
    let default = column.default.as_ref();
    default.filter(|default| **default != ColumnDefault::Null)
}

/// Whether a word stands in a column's definition.
fn says(written: &Written, word: &str) -> bool {
    let mut words = written
        .text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|it| it.eq_ignore_ascii_case(word))
}

fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
