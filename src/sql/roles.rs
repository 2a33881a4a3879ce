//! Columns with a meaning of their own, told by name and type.

use heck::ToSnakeCase as _;

use crate::model::{Column, ColumnDefault, ColumnType, Table};

const DELETED_AT: &[&str] = &[
    "deleted_at",
    "delete_at",
    "deleted_time",
    "delete_time",
    "gmt_deleted",
];
const IS_DELETED: &[&str] = &[
    "is_del",
    "is_delete",
    "is_deleted",
    "deleted",
    "del_flag",
    "del_state",
    "delete_flag",
];
const VERSION: &[&str] = &["version", "lock_version", "row_version"];

/// A flag wins over a time: with both, as go-zero's own samples have them, the time is information.
pub(super) fn soft_delete(table: &Table) -> Option<String> {
    let is_flag = |column: &Column| {
        let is_number = matches!(column.ty, ColumnType::Bool | ColumnType::Int { .. });
        is_called(column, IS_DELETED) && is_number && !column.nullable
    };
    let is_time = |column: &Column| {
        let is_time = matches!(column.ty, ColumnType::DateTime | ColumnType::Timestamp);
        let is_number = matches!(column.ty, ColumnType::Int { bits: 64, .. });
        is_called(column, DELETED_AT) && (is_time && column.nullable || is_number)
    };
    let outside_key = |column: &&Column| !table.primary_key.contains(&column.name);
    let flag = (table.columns.iter()).find(|column| is_flag(column));
    let found = flag.or_else(|| table.columns.iter().find(|column| is_time(column)));
    found.filter(outside_key).map(|column| column.name.clone())
}

/// Only one that starts somewhere: without a default it is the version of something else.
pub(super) fn version(table: &Table) -> Option<String> {
    let found = table.columns.iter().find(|column| {
        let is_number = matches!(column.ty, ColumnType::Int { bits: 32 | 64, .. });
        let starts = match &column.default {
            Some(ColumnDefault::Number(text) | ColumnDefault::Text(text)) => {
                text == "0" || text == "1"
            }
            _ => false,
        };
        is_called(column, VERSION) && is_number && !column.nullable && starts
    });
    found.map(|column| column.name.clone())
}

fn is_called(column: &Column, names: &[&str]) -> bool {
    names.contains(&column.name.to_snake_case().as_str())
}
