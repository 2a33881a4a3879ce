//! What MySQL's keys are called: later statements drop and rename them by these names.

use sqlparser::ast::{ColumnOption, CreateTable, Ident, TableConstraint};

use super::words::Words;
use super::{column, table};
use crate::model::Table;

/// The keys of all tables but the primary ones.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    table: String,
    name: String,
    columns: Vec<String>,
}

impl Keys {
    /// Those that a `CREATE TABLE` has, as they are named.
    pub(super) fn create(&mut self, table: &str, create: &CreateTable, words: &Words) {
        self.0.retain(|key| key.table != table);
        for def in &create.columns {
            let is_unique = |it: &ColumnOption| matches!(it, ColumnOption::Unique(_));
            if def.options.iter().any(|it| is_unique(&it.option)) || column::is_serial(def) {
                self.add(table, None, vec![words.name(&def.name)]);
            }
        }
        for constraint in &create.constraints {
            self.constrain(table, constraint, words);
        }
    }

    /// One that is declared by itself.
    pub(super) fn constrain(&mut self, table: &str, constraint: &TableConstraint, words: &Words) {
        let (name, columns) = match constraint {
            TableConstraint::Unique(key) => {
                (key.index_name.as_ref().or(key.name.as_ref()), &key.columns)
            }
            TableConstraint::Index(key) => (key.name.as_ref(), &key.columns),
            _ => return,
        };
        let name = name.map(|name: &Ident| name.value.clone());
        self.add(table, name, table::names(columns, words));
    }

    /// Without a name it is called after its first column, with a number where that is taken.
    pub(super) fn add(&mut self, table: &str, name: Option<String>, columns: Vec<String>) {
        let first = columns.first().cloned().unwrap_or_default();
        let numbered = (2..).map(|number| format!("{first}_{number}"));
        let mut free = std::iter::once(first.clone())
            .chain(numbered)
            .filter(|name| self.place(table, name).is_none());
        let Some(name) = name.or_else(|| free.next()) else {
            return;
        };
        drop(free);
        self.0.push(Key {
            table: table.to_owned(),
            name,
            columns,
        });
    }

    /// The keys of one table are those of another, too.
    pub(super) fn copy(&mut self, from: &str, to: &str) {
        let copies = self.0.iter().filter(|key| key.table == from);
        let copies: Vec<_> = copies
            .map(|key| Key {
                table: to.to_owned(),
                ..key.clone()
            })
            .collect();
        self.0.extend(copies);
    }

    /// Takes the key of this name out of the table. One that nobody has declared is passed over.
    pub(super) fn drop_key(&mut self, table: &mut Table, name: &str) {
        let Some(at) = self.place(&table.name, name) else {
            return;
        };
        let key = self.0.remove(at);
        let is_it = |columns: &Vec<String>| {
            let mut pairs = columns.iter().zip(&key.columns);
            columns.len() == key.columns.len() && pairs.all(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        for keys in [&mut table.unique_keys, &mut table.indexes] {
            if let Some(at) = keys.iter().position(is_it) {
                keys.remove(at);
                return;
            }
        }
    }

    pub(super) fn rename_key(&mut self, table: &str, old: &str, new: String) {
        if let Some(at) = self.place(table, old) {
            self.0[at].name = new;
        }
    }

    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        for key in self.0.iter_mut().filter(|key| key.table == old) {
            new.clone_into(&mut key.table);
        }
    }

    pub(super) fn rename_column(&mut self, table: &str, old: &str, new: &str) {
        let of_table = self.0.iter_mut().filter(|key| key.table == table);
        for name in of_table.flat_map(|key| &mut key.columns) {
            if name.eq_ignore_ascii_case(old) {
                new.clone_into(name);
            }
        }
    }

    /// What is left of a key that had this column.
    pub(super) fn drop_column(&mut self, table: &str, column: &str) {
        for key in self.0.iter_mut().filter(|key| key.table == table) {
            key.columns
                .retain(|name| !name.eq_ignore_ascii_case(column));
        }
    }

    fn place(&self, table: &str, name: &str) -> Option<usize> {
        let is_it = |key: &Key| key.table == table && key.name.eq_ignore_ascii_case(name);
        self.0.iter().position(is_it)
    }
}
