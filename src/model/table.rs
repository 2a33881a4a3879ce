//! A database table, as DDL describes it.

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// Whose words DDL and queries are in. Queries in either run on SQLite, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// MariaDB's, too.
    #[default]
    MySql,
    Postgres,
}

impl Dialect {
    /// As one says it on a command line and in `zgen.yaml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::Postgres => "postgres",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// As written, such as `orders`.
    pub name: String,
    /// What it is called in names, where that is not `name`: without a prefix that every table has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether its rows are never in the cache.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub uncached: bool,
    pub columns: Vec<Column>,
    /// Names of the primary key's columns, in key order.
    pub primary_key: Vec<String>,
    /// Column names of each unique key, in key order.
    pub unique_keys: Vec<Vec<String>>,
    /// Column names of each plain index, in key order.
    pub indexes: Vec<Vec<String>>,
    /// The column that says that a row is deleted, such as `deleted_at`; rows are then never deleted for good.
    pub soft_delete: Option<String>,
    /// The column that counts the changes of a row, such as `version`.
    pub version: Option<String>,
    pub docs: Vec<String>,
    /// The `CREATE TABLE` statement as written, without the semicolon.
    pub ddl: String,
    /// Every column as written, those that are no part of a row too.
    #[serde(skip)]
    pub written: Vec<Written>,
    /// Every key as written, those aside that stand behind their column.
    #[serde(skip)]
    pub keys: Vec<Key>,
    pub span: Span,
}

/// A column in the words of the DDL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub name: String,
    /// The whole definition, such as `` `note` VARCHAR(32) NOT NULL DEFAULT '' ``.
    pub text: String,
    /// The type alone, in one spelling.
    pub ty: String,
    pub default: Option<String>,
}

/// A key in the words of the DDL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: Option<String>,
    pub columns: Vec<String>,
    /// What adds it behind `ALTER TABLE .. ADD`, or a statement of its own.
    pub text: String,
}

impl Table {
    /// What one row is called, in snake case: `orders` holds an `order`.
    pub fn row_name(&self) -> String {
        singular(&heck::ToSnakeCase::to_snake_case(self.label()))
    }

    /// What it is called in names.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }

    /// Whether rows can be selected by this column: it is in an index, and its values are equal or not.
    pub fn is_filter(&self, name: &str) -> bool {
        let is_indexed = (self.indexes.iter().chain(&self.unique_keys))
            .chain(std::iter::once(&self.primary_key).filter(|key| key.len() > 1))
            .any(|key| key.iter().any(|column| column == name));
        let is_exact = |column: &Column| {
            !matches!(
                column.ty,
                ColumnType::Float { .. }
                    | ColumnType::Decimal
                    | ColumnType::Json
                    | ColumnType::Bytes
            )
        };
        let is_role = self.soft_delete.as_deref() == Some(name);
        is_indexed && !is_role && self.column(name).is_some_and(is_exact)
    }

    /// Whether both have the same columns and keys.
    pub fn is_like(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.primary_key == other.primary_key
            && self.unique_keys == other.unique_keys
            && self.indexes == other.indexes
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

// Each is a question of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
    pub auto_increment: bool,
    /// Whether it is read, and never written: the database fills it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignored: bool,
    /// Whether PostgreSQL has to tell the type of a value from its place: json, and types that the user has made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub untyped: bool,
    pub default: Option<ColumnDefault>,
    /// Length of a CHAR, VARCHAR or BINARY column, in its own unit; digits of a second's fraction of a time.
    pub length: Option<u64>,
    pub docs: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    Bool,
    Int {
        bits: u8,
        signed: bool,
    },
    Float {
        bits: u8,
    },
    Decimal,
    Text,
    Bytes,
    Date,
    Time,
    /// Without a time zone.
    DateTime,
    /// With a time zone, or a `TIMESTAMP` in `MySQL`.
    Timestamp,
    Json,
    Uuid,
    Enum(Vec<String>),
}

impl ColumnType {
    /// Whether the clock's reading is a value of it: a time, or Unix seconds.
    pub fn is_clock(&self) -> bool {
        matches!(
            self,
            Self::DateTime | Self::Timestamp | Self::Int { bits: 64, .. }
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnDefault {
    Null,
    /// A number as written.
    Number(String),
    /// A string without its quotes.
    Text(String),
    Bool(bool),
    /// `CURRENT_TIMESTAMP`, `NOW()`.
    Now,
    /// Any other expression, as written: the database's business.
    Expression(String),
}

/// The singular of an English table name: `orders` is `order`, `categories` is `category`.
pub fn singular(name: &str) -> String {
    let endings = [
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ];
    for (plural, one) in endings {
        if let Some(stem) = name.strip_suffix(plural).filter(|stem| stem.len() > 1) {
            return format!("{stem}{one}");
        }
    }
    let keeps_s = ["ss", "us", "is"].iter().any(|end| name.ends_with(end));
    match name
        .strip_suffix('s')
        .filter(|stem| stem.len() > 1 && !keeps_s)
    {
        Some(stem) => stem.to_owned(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn singulars() {
        let cases = [
            ("orders", "order"),
            ("categories", "category"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("branches", "branch"),
            ("status", "status"),
            ("address", "address"),
            ("user", "user"),
        ];
        for (plural, one) in cases {
            assert_eq!(singular(plural), one);
        }
    }
}
