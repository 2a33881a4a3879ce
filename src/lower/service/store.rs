//! Row types and queries of a table.

use crate::lower::{layout, names, types};
use crate::model::{self, Rpc};
use crate::rust::Member;
use crate::rust::service::{Column, StoreMod, Table, TableName};

pub(super) fn store_mod(rpc: &Rpc, schema: &str) -> StoreMod {
    let mut tables: Vec<_> = (rpc.tables.iter())
        .filter_map(|table| table_name(rpc, table))
        .collect();
    tables.sort_by(|a, b| a.module.cmp(&b.module));
    StoreMod {
        source: rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone()),
        tables,
        schema: format!("../../{schema}"),
    }
}

fn table_name(rpc: &Rpc, table: &model::Table) -> Option<TableName> {
    let module = names::module(&table.name);
    let ty = queries_type(table);
    let Rows { row, new } = Rows::of(rpc, table);
    let names = layout::use_of(&format!("self::{module}"), &[new, row, ty.clone()])?;
    Some(TableName { module, ty, names })
}

/// `Orders`; a table in the singular has queries of another name than its row.
fn queries_type(table: &model::Table) -> String {
    let ty = names::ty(&table.name);
    if ty == names::ty(&table.row_name()) {
        format!("{ty}Table")
    } else {
        ty
    }
}

/// The types of a table's rows.
pub(super) struct Rows {
    /// `Order`
    pub(super) row: String,
    /// `NewOrder`, without what the database fills.
    pub(super) new: String,
}

impl Rows {
    pub(super) fn of(rpc: &Rpc, table: &model::Table) -> Self {
        let row = names::ty(&table.row_name());
        // Logic has to do with both rows and messages, so one name must not mean both.
        let distinct = |name: String| {
            let is_message = |message: &model::Message| names::ty(&message.name) == name;
            if rpc.messages.iter().any(is_message) {
                format!("{name}Row")
            } else {
                name
            }
        };
        Self {
            new: distinct(format!("New{row}")),
            row: distinct(row),
        }
    }
}

pub(super) fn table(rpc: &Rpc, table: &model::Table) -> Table {
    let subject = names::ty(&table.row_name());
    let Rows { row, new } = Rows::of(rpc, table);
    let columns: Vec<_> = table.columns.iter().map(column).collect();
    let is_auto = |name: &str| {
        table
            .column(name)
            .is_some_and(|column| column.auto_increment)
    };
    let name_of = |column: &model::Column| format!("`{}`", column.name);
    let inserted: Vec<_> = table
        .columns
        .iter()
        .filter(|column| !column.auto_increment)
        .collect();
    let inserted_names: Vec<_> = inserted.iter().map(|column| name_of(column)).collect();
    let marks = vec!["?"; inserted.len()].join(", ");
    let all: Vec<_> = table.columns.iter().map(name_of).collect();
    let condition: Vec<_> = table
        .primary_key
        .iter()
        .map(|name| format!("`{name}` = ?"))
        .collect();
    let mut insert_sql = vec![format!("INSERT INTO `{}`", table.name)];
    insert_sql.extend(wrapped("(", &inserted_names, ")"));
    insert_sql.push(format!("VALUES ({marks})"));
    let mut find_sql = wrapped("SELECT ", &all, "");
    find_sql.push(format!(
        "FROM `{}` WHERE {}",
        table.name,
        condition.join(" AND ")
    ));
    Table {
        source: rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone()),
        name: table.name.clone(),
        ty: queries_type(table),
        new,
        docs: table.docs.clone(),
        inserted: inserted.iter().map(|found| column(found)).collect(),
        auto: table
            .columns
            .iter()
            .find(|column| is_auto(&column.name))
            .map(column),
        key: table
            .primary_key
            .iter()
            .filter_map(|name| table.column(name))
            .map(column)
            .collect(),
        columns,
        cache_prefix: format!(
            "cache:{}:{}:{}",
            rpc.name,
            table.name,
            table.primary_key.join(":")
        ),
        insert_span: format!("Insert{subject}"),
        find_span: format!("Find{subject}"),
        insert_sql,
        find_sql,
        row,
    }
}

/// A list of names in lines that fit a Rust string inside a function.
fn wrapped(start: &str, names: &[String], end: &str) -> Vec<String> {
    const WIDTH: usize = 80;
    let mut lines = vec![start.to_owned()];
    for (index, name) in names.iter().enumerate() {
        let mark = if index + 1 == names.len() { end } else { "," };
        let item = format!("{name}{mark}");
        match lines.last_mut() {
            Some(line) if index == 0 => line.push_str(&item),
            Some(line) if line.len() + 1 + item.len() <= WIDTH => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

fn column(column: &model::Column) -> Column {
    let name = names::value(&column.name);
    let ty = types::column(&column.ty, column.nullable);
    let plain = name.strip_prefix("r#").unwrap_or(&name);
    let attributes = if plain == column.name {
        Vec::new()
    } else {
        vec![format!("sqlx(rename = \"{}\")", column.name)]
    };
    let is_copy = types::is_copy(&ty);
    let parameter = match ty.as_str() {
        "String" => "&str".to_owned(),
        "Vec<u8>" => "&[u8]".to_owned(),
        other => other.to_owned(),
    };
    Column {
        bind: if is_copy {
            format!("new.{name}")
        } else {
            format!("&new.{name}")
        },
        parameter,
        stored: match (column.auto_increment, ty.as_str()) {
            (false, _) => format!("{name}: new.{name}"),
            // As the drivers give it.
            (true, "i64") => name.clone(),
            (true, _) => format!("{name}: {name}.try_into().unwrap_or_default()"),
        },
        member: Member {
            docs: column.docs.clone(),
            attributes,
            name,
            ty,
        },
    }
}
