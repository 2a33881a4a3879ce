//! Columns as members, parameters and bound values.

use super::Names;
use crate::lower::layout::Imports;
use crate::lower::types;
use crate::model::{Column, ColumnType, Rpc, Table};
use crate::rust::Member;

/// Which kinds of columns a service has, for what they need.
#[derive(Debug, Clone, Copy, Default)]
// Each says by itself whether something is there.
#[allow(clippy::struct_excessive_bools)]
pub(in crate::lower) struct Columns {
    pub(in crate::lower) times: bool,
    pub(in crate::lower) decimals: bool,
    pub(in crate::lower) json: bool,
    pub(in crate::lower) uuids: bool,
}

impl Columns {
    pub(in crate::lower) fn of(rpc: &Rpc) -> Self {
        let mut found = Self::default();
        for column in rpc.tables.iter().flat_map(|table| &table.columns) {
            match column.ty {
                ColumnType::Date
                | ColumnType::Time
                | ColumnType::DateTime
                | ColumnType::Timestamp => found.times = true,
                ColumnType::Decimal => found.decimals = true,
                ColumnType::Json => found.json = true,
                ColumnType::Uuid => found.uuids = true,
                _ => {}
            }
        }
        found
    }
}

/// A member of a row.
pub(super) fn member(names: &Names, column: &Column) -> Member {
    let name = names.field(column);
    let plain = name.strip_prefix("r#").unwrap_or(&name);
    let attributes = if plain == column.name {
        Vec::new()
    } else {
        vec![format!(
            "sqlx(rename = \"{}\")",
            column.name.escape_default()
        )]
    };
    Member {
        docs: column.docs.clone(),
        attributes,
        ty: ty(column),
        name,
    }
}

pub(in crate::lower::service) fn ty(column: &Column) -> String {
    types::column(&column.ty, column.nullable)
}

/// The type of a value that is there.
pub(in crate::lower::service) fn plain(column: &Column) -> String {
    types::column(&column.ty, false)
}

/// `order_id: i64`, `email: &str`
pub(super) fn parameter(names: &Names, column: &Column) -> String {
    format!("{}: {}", names.variable(column), borrowed(column))
}

/// `i64`, `&str`
pub(super) fn borrowed(column: &Column) -> String {
    match plain(column).as_str() {
        "String" => "&str".to_owned(),
        "Vec<u8>" => "&[u8]".to_owned(),
        copied if types::is_copy(copied) => copied.to_owned(),
        other => format!("&{other}"),
    }
}

/// A value of a column's plain type, as it is bound.
pub(super) fn bound(column: &Column, value: &str) -> String {
    if column.untyped {
        // What is a parameter is borrowed, or copied, already.
        format!("Untyped::of({value})")
    } else if is_unsigned(column) {
        format!("Unsigned({value})")
    } else {
        value.to_owned()
    }
}

/// The same where it may be absent.
pub(super) fn bound_option(column: &Column, value: &str) -> String {
    if column.untyped {
        format!("{value}.map(Untyped::of)")
    } else if is_unsigned(column) {
        format!("{value}.map(Unsigned)")
    } else {
        value.to_owned()
    }
}

/// A member of a struct, as it is bound.
pub(super) fn bound_member(names: &Names, column: &Column, of: &str) -> String {
    let value = format!("{of}.{}", names.field(column));
    match (column.nullable, types::is_copy(&plain(column))) {
        (true, true) => bound_option(column, &value),
        (false, true) => bound(column, &value),
        (true, false) if column.untyped => bound_option(column, &format!("{value}.as_ref()")),
        (false, false) if column.untyped => bound(column, &format!("&{value}")),
        (_, false) => format!("&{value}"),
    }
}

/// SQLite has none of 64 bits.
pub(super) fn is_unsigned(column: &Column) -> bool {
    plain(column) == "u64"
}

/// What the types of members need.
pub(in crate::lower::service) fn import(
    imports: &mut Imports,
    types: impl IntoIterator<Item = String>,
) {
    for ty in types {
        let bare = ty.replace("Option<", "").replace('>', "");
        match bare.trim_start_matches('&') {
            "DateTime<Utc" => imports.add("chrono", &["DateTime", "Utc"]),
            name @ ("NaiveDate" | "NaiveDateTime" | "NaiveTime") => imports.add("chrono", &[name]),
            "Value" => imports.add("serde_json", &["Value"]),
            name @ ("Decimal" | "Uuid") => imports.add("zgen_rt::sql", &[name]),
            _ => {}
        }
    }
}

/// The columns of a key, in its order.
pub(in crate::lower::service) fn of_key<'a>(table: &'a Table, key: &[String]) -> Vec<&'a Column> {
    key.iter().filter_map(|name| table.column(name)).collect()
}

/// The columns of the primary key; empty where a key names what is no column, such as a part of one.
pub(in crate::lower::service) fn key(table: &Table) -> Vec<&Column> {
    let key = of_key(table, &table.primary_key);
    if key.len() == table.primary_key.len() {
        key
    } else {
        Vec::new()
    }
}

/// What an insert is given: not what the database or the store fills.
pub(in crate::lower::service) fn inserted(table: &Table) -> Vec<&Column> {
    let columns = table.columns.iter();
    columns
        .filter(|column| !column.auto_increment && !column.ignored && !has_role(table, column))
        .collect()
}

/// What a change may change.
pub(super) fn changed(table: &Table) -> Vec<&Column> {
    let columns = inserted(table).into_iter();
    columns
        .filter(|column| !table.primary_key.contains(&column.name))
        .collect()
}

pub(in crate::lower::service) fn filters(table: &Table) -> Vec<&Column> {
    let columns = table.columns.iter();
    columns
        .filter(|column| table.is_filter(&column.name))
        .collect()
}

/// Whether the store takes care of it.
pub(super) fn has_role(table: &Table, column: &Column) -> bool {
    let name = Some(&column.name);
    name == table.soft_delete.as_ref() || name == table.version.as_ref()
}

/// Whether a row's column has the value of the parameter.
pub(super) fn same(names: &Names, column: &Column) -> String {
    let (member, value) = (names.field(column), names.variable(column));
    let is_text = borrowed(column).starts_with('&');
    match (column.nullable, is_text) {
        (true, true) => format!("row.{member}.as_deref() == Some({value})"),
        (true, false) => format!("row.{member} == Some({value})"),
        (false, _) => format!("row.{member} == {value}"),
    }
}
