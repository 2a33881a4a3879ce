//! PostgreSQL's statements beside `CREATE TABLE` that belong to a table: its keys, as dumps write them, its comments and
//! its types.

use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation as Alter, ColumnOption, CommentObject,
    CreateIndex, Ident, ObjectName, ObjectType, RenameTableNameKind, Statement as Parsed,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword as K;
use sqlparser::parser::Parser;

use super::alter::Touch;
use super::statements::Statement;
use super::words::{Words, last};
use super::{alter, column, table};
use crate::model::{Key, Table};

/// Whether a statement makes a part of the tables, and is none of `CREATE TABLE`.
pub(super) fn belongs(statement: &Statement<'_>) -> bool {
    let words: Vec<K> = statement.keywords().take(12).collect();
    match words.as_slice() {
        // Who it belongs to is said where it is created.
        [K::ALTER, ..] if words.contains(&K::OWNER) && !words.contains(&K::OWNED) => false,
        [K::CREATE, K::DATABASE | K::USER | K::ROLE, ..] => false,
        [K::CREATE, K::SCHEMA, ..] => !statement.text().to_ascii_lowercase().ends_with(" public"),
        [K::CREATE, ..]
        | [K::ALTER, K::TABLE | K::SEQUENCE | K::TYPE, ..]
        | [K::DROP, K::TABLE | K::INDEX, ..] => true,
        [K::COMMENT, K::ON, kind, ..] => *kind != K::EXTENSION,
        _ => false,
    }
}

/// What it says of tables that are there. One that the parser cannot read is the database's business.
pub(super) fn apply(
    statement: &Statement<'_>,
    words: &mut Words,
    tables: &mut Vec<Table>,
) -> Vec<Touch> {
    let tokens = statement.tokens.to_vec();
    let parsed = Parser::new(&PostgreSqlDialect {})
        .with_tokens_with_locations(tokens)
        .parse_statement();
    match parsed {
        Ok(Parsed::CreateType {
            name,
            representation,
        }) => words.add_type(&name, representation.as_ref()),
        Ok(Parsed::AlterTable(alter)) => {
            if let Some(table) = find(tables, &alter.name, words) {
                let old = table.name.clone();
                change(table, &alter, statement, words);
                if table.name != old {
                    return vec![Touch::Renamed(old, table.name.clone())];
                }
            }
            return about(&alter.name, words);
        }
        Ok(Parsed::CreateIndex(index)) => {
            if let Some(table) = find(tables, &index.table_name, words) {
                add_index(table, &index, statement, words);
            }
            return about(&index.table_name, words);
        }
        Ok(Parsed::Drop {
            object_type, names, ..
        }) => return drop(object_type, &names, words, tables),
        Ok(Parsed::Comment {
            object_type,
            object_name,
            comment: Some(text),
            ..
        }) => {
            comment(tables, object_type, &object_name, &text, words);
            let mut name = object_name;
            if object_type == CommentObject::Column {
                name.0.pop();
            }
            if matches!(object_type, CommentObject::Table | CommentObject::Column) {
                return about(&name, words);
            }
        }
        _ => {}
    }
    vec![Touch::Other]
}

/// The table of this name, whether it is known or not.
fn about(name: &ObjectName, words: &Words) -> Vec<Touch> {
    let name = last(name).map(|name| words.name(name));
    name.map(Touch::Changed).into_iter().collect()
}

fn drop(
    kind: ObjectType,
    names: &[ObjectName],
    words: &Words,
    tables: &mut Vec<Table>,
) -> Vec<Touch> {
    let names = names.iter().filter_map(last).map(|name| words.name(name));
    match kind {
        ObjectType::Table => {
            let names: Vec<_> = names.collect();
            tables.retain(|table| !names.contains(&table.name));
            names.into_iter().map(Touch::Dropped).collect()
        }
        ObjectType::Index => {
            for name in names {
                for table in tables.iter_mut() {
                    let is_called = |key: &Key| key.name.as_ref() == Some(&name);
                    if table.keys.iter().any(is_called) {
                        alter::drop_key(table, &name);
                    }
                }
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn find<'a>(tables: &'a mut [Table], name: &ObjectName, words: &Words) -> Option<&'a mut Table> {
    let name = words.name(last(name)?);
    tables.iter_mut().find(|table| table.name == name)
}

fn change(table: &mut Table, alter: &AlterTable, statement: &Statement<'_>, words: &Words) {
    for operation in &alter.operations {
        match operation {
            Alter::AddConstraint { constraint, .. } => table::constrain(table, constraint, words),
            Alter::AddColumn { column_def, .. } => {
                let element = statement.element_at(column_def.name.span.start);
                let written = column::written(column_def, statement.slice(&element), words);
                if !(table.written.iter()).any(|column| column.name == written.name) {
                    table.written.push(written);
                }
                let Some(column) = column::column(column_def, words) else {
                    continue;
                };
                for option in &column_def.options {
                    if let ColumnOption::Unique(_) = option.option {
                        table.unique_keys.push(vec![column.name.clone()]);
                    }
                }
                if table.column(&column.name).is_none() && !column::is_computed(column_def) {
                    table.columns.push(column);
                }
            }
            Alter::AlterColumn { column_name, op } => alter_column(table, column_name, op, words),
            Alter::DropColumn { column_names, .. } => {
                for name in column_names {
                    alter::drop_column(table, &words.name(name));
                }
            }
            Alter::DropConstraint { name, .. } => alter::drop_key(table, &words.name(name)),
            Alter::RenameColumn {
                old_column_name,
                new_column_name,
            } => {
                let (old, new) = (words.name(old_column_name), words.name(new_column_name));
                alter::rename_column(table, &old, &new);
            }
            Alter::RenameTable {
                table_name: RenameTableNameKind::To(name) | RenameTableNameKind::As(name),
            } => {
                if let Some(name) = last(name) {
                    table.name = words.name(name);
                }
            }
            _ => {}
        }
    }
}

fn alter_column(table: &mut Table, name: &Ident, op: &AlterColumnOperation, words: &Words) {
    let name = words.name(name);
    let written = table.written.iter_mut().find(|column| column.name == name);
    if let Some(written) = written {
        match op {
            AlterColumnOperation::SetDefault { value } => {
                written.default = Some(value.to_string());
            }
            AlterColumnOperation::DropDefault => written.default = None,
            AlterColumnOperation::SetDataType { data_type, .. } => {
                written.ty = data_type.to_string();
            }
            _ => {}
        }
    }
    let Some(column) = table.columns.iter_mut().find(|column| column.name == name) else {
        return;
    };
    match op {
        AlterColumnOperation::SetNotNull => column.nullable = false,
        AlterColumnOperation::DropNotNull => column.nullable = true,
        AlterColumnOperation::SetDefault { value } => column::set_default(column, value),
        AlterColumnOperation::DropDefault => column.default = None,
        AlterColumnOperation::AddGenerated { .. } => column.auto_increment = true,
        AlterColumnOperation::SetDataType { data_type, .. } => {
            column::set_type(column, data_type, words);
        }
    }
}

/// An index of some rows finds no row by its columns.
fn add_index(table: &mut Table, index: &CreateIndex, statement: &Statement<'_>, words: &Words) {
    let names = table::names(&index.columns, words);
    let name = index.name.as_ref().and_then(last);
    table.keys.push(Key {
        name: name.map(|name| words.name(name)),
        columns: names.clone(),
        text: statement.text().to_owned(),
    });
    if index.predicate.is_some() {
        return;
    }
    if index.unique {
        table.unique_keys.push(names);
    } else {
        table.indexes.push(names);
    }
}

fn comment(
    tables: &mut [Table],
    kind: CommentObject,
    name: &ObjectName,
    text: &str,
    words: &Words,
) {
    let lines = text.lines().map(|line| line.trim().to_owned());
    let lines = lines.filter(|line| !line.is_empty());
    match kind {
        CommentObject::Table => {
            if let Some(table) = find(tables, name, words) {
                for line in lines {
                    if !table.docs.contains(&line) {
                        table.docs.push(line);
                    }
                }
            }
        }
        CommentObject::Column => {
            let mut of_table = name.clone();
            let Some(column) = of_table.0.pop() else {
                return;
            };
            let column = last(&ObjectName(vec![column])).map(|name| words.name(name));
            let table = find(tables, &of_table, words);
            let columns = table.into_iter().flat_map(|table| &mut table.columns);
            for found in columns.filter(|found| Some(&found.name) == column.as_ref()) {
                found.docs = lines.clone().collect();
            }
        }
        _ => {}
    }
}
