//! Where a row is in the cache.

use std::fmt::Write as _;

use super::rows::argument;
use super::{Names, columns, sql};
use crate::lower::service::lines;
use crate::model::{Column, ColumnType, Dialect, Rpc, Table};
use crate::rust::store::Method;

/// `cache:order:orders:order_id:{order_id}`, as go-zero lays out its keys.
pub(super) fn cache_key(rpc: &Rpc, names: &Names, table: &Table, key: &[&Column]) -> String {
    let columns: Vec<_> = key.iter().map(|column| column.name.as_str()).collect();
    let fixed = format!("cache:{}:{}:{}", rpc.name, table.name, columns.join(":"));
    let mut text = fixed.replace('{', "{{").replace('}', "}}");
    for column in key {
        let name = names.variable(column);
        let name = name.strip_prefix("r#").unwrap_or(&name);
        let format = match column.ty {
            ColumnType::Bytes => ":02x?",
            _ => "",
        };
        let _ = write!(text, ":{{{name}{format}}}");
    }
    sql::text(&[text])
}

/// Whether two values that are equal to the database are always written alike.
pub(super) fn is_exact(column: &Column) -> bool {
    !matches!(
        column.ty,
        ColumnType::Text | ColumnType::Enum(_) | ColumnType::Decimal | ColumnType::Float { .. }
    )
}

/// Whether a row may be found by a key that it spells otherwise itself, and so has another place than the key says.
pub(super) fn may_differ(names: &Names, table: &Table, key: &[&Column]) -> bool {
    let compares_bytes = |column: &Column| {
        let is_text = matches!(column.ty, ColumnType::Text | ColumnType::Enum(_));
        is_text && names.dialect == Dialect::Postgres && !column.untyped
    };
    !table.uncached
        && !key
            .iter()
            .all(|column| is_exact(column) || compares_bytes(column))
}

/// The places of a row, for those who write it.
pub(super) fn method(names: &Names, key: &[&Column]) -> Method {
    let parameters: Vec<_> = (key.iter())
        .map(|column| columns::parameter(names, column))
        .collect();
    let arguments = arguments(names, key);
    Method {
        docs: vec![
            "Where the cache has the row: as this key is spelled, and as the row itself spells it."
                .to_owned(),
        ],
        signature: lines::method(
            "async fn cache_keys",
            &parameters,
            "sqlx::Result<Vec<String>>",
        ),
        query: None,
        last: vec![
            format!("let mut keys = vec![{}::key_of({arguments})];", names.row),
            format!(
                "if let Some(row) = self.select({arguments}).await? {{\n            \
                 keys.push(row.cache_key());\n        \
                 }}"
            ),
            "keys.dedup();".to_owned(),
            "Ok(keys)".to_owned(),
        ],
    }
}

/// Of the row that a method writes: what comes before, and the keys that it changes.
pub(super) fn changed(names: &Names, table: &Table, key: &[&Column]) -> (Vec<String>, String) {
    keys(
        may_differ(names, table, key),
        &arguments(names, key),
        format!("[{}::key_of({})]", names.row, arguments(names, key)),
    )
}

/// The same, where the method is given the row.
pub(super) fn of_row(names: &Names, table: &Table, key: &[&Column]) -> (Vec<String>, String) {
    let members: Vec<_> = (key.iter())
        .map(|column| argument(column, &format!("row.{}", names.field(column))))
        .collect();
    keys(
        may_differ(names, table, key),
        &members.join(", "),
        "[row.cache_key()]".to_owned(),
    )
}

fn keys(may_differ: bool, arguments: &str, one: String) -> (Vec<String>, String) {
    if may_differ {
        let keys = format!("let keys = self.cache_keys({arguments}).await?;");
        (vec![keys], "keys".to_owned())
    } else {
        (Vec::new(), one)
    }
}

fn arguments(names: &Names, key: &[&Column]) -> String {
    let arguments: Vec<_> = (key.iter()).map(|column| names.variable(column)).collect();
    arguments.join(", ")
}
