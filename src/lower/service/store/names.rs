//! What a table and its parts are called in Rust.

use crate::lower::names::{self, Unique};
use crate::model::{self, Column, Dialect, Rpc, Table};

/// Types that the files of a store and of logic name.
const TAKEN: &[&str] = &[
    "Box",
    "Cache",
    "Cached",
    "Code",
    "DateTime",
    "Decimal",
    "DatabaseConf",
    "Default",
    "Deserialize",
    "Dialect",
    "Err",
    "Error",
    "InsertId",
    "Migrate",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "None",
    "Ok",
    "Option",
    "Pool",
    "Result",
    "Self",
    "Serialize",
    "ServiceContext",
    "Some",
    "Store",
    "StoreConf",
    "String",
    "Unsigned",
    "Untyped",
    "Utc",
    "Uuid",
    "Value",
    "Vec",
];

/// What methods of a table have besides columns.
const LOCALS: &[&str] = &[
    "after", "changes", "db", "filter", "found", "hint", "limit", "new", "query", "row", "rows",
];

/// The names of a table.
pub(in crate::lower::service) struct Names {
    /// `orders`
    pub(in crate::lower::service) module: String,
    /// `Orders`; a table in the singular has a handle of another name than its row.
    pub(in crate::lower::service) ty: String,
    /// `Order`
    pub(in crate::lower::service) row: String,
    /// `NewOrder`, without what the database fills.
    pub(in crate::lower::service) new: String,
    /// `OrderChanges`
    pub(in crate::lower::service) changes: String,
    /// `OrderFilter`
    pub(in crate::lower::service) filter: String,
    /// `Order`, for spans.
    pub(in crate::lower::service) subject: String,
    /// `Orders`, for spans.
    pub(super) plural: String,
    /// Of the queries.
    pub(super) dialect: Dialect,
    /// By column.
    fields: Vec<(String, String)>,
}

/// `migrations` is what makes the tables.
fn module(table: &Table) -> String {
    match names::module(table.label()) {
        name if name == "migrations" => "migrations_table".to_owned(),
        name => name,
    }
}

impl Names {
    pub(in crate::lower::service) fn of(rpc: &Rpc, table: &Table) -> Self {
        let plural = names::ty(table.label());
        let subject = names::ty(&table.row_name());
        // Where `order` and `orders` are two tables, one of them keeps its name.
        let is_shared = (rpc.tables.iter())
            .filter(|other| names::ty(&other.row_name()) == subject)
            .count()
            > 1;
        let base = if is_shared { plural.clone() } else { subject };
        // Logic has to do with both rows and messages, so one name must not mean both.
        let distinct = |name: String| {
            let is_message = |message: &model::Message| names::ty(&message.name) == name;
            let is_taken = TAKEN.contains(&name.as_str());
            if is_taken || rpc.messages.iter().any(is_message) {
                format!("{name}Row")
            } else {
                name
            }
        };
        let is_row = (rpc.tables.iter())
            .any(|other| other.name != table.name && names::ty(&other.row_name()) == plural);
        let ty = if plural == base || is_row || TAKEN.contains(&plural.as_str()) {
            format!("{plural}Table")
        } else {
            plural
        };
        let spoken = names::ty(table.label());
        let mut unique = Unique::default();
        let fields = table.columns.iter().map(|column| {
            let name = unique.take(names::value(&column.name));
            (column.name.clone(), name)
        });
        Self {
            module: module(table),
            ty,
            row: distinct(base.clone()),
            new: distinct(format!("New{base}")),
            changes: distinct(format!("{base}Changes")),
            filter: distinct(format!("{base}Filter")),
            dialect: rpc.dialect,
            fields: fields.collect(),
            subject: base,
            plural: spoken,
        }
    }

    /// The macro that runs a query.
    pub(super) fn on_pool(&self) -> &'static str {
        match self.dialect {
            Dialect::MySql => "on_pool",
            Dialect::Postgres => "on_postgres",
        }
    }

    /// The member of a row.
    pub(in crate::lower::service) fn field(&self, column: &Column) -> String {
        let mut fields = self.fields.iter();
        let found = fields.find(|(name, _)| *name == column.name);
        found.map_or_else(|| names::value(&column.name), |(_, name)| name.clone())
    }

    /// The parameter of a method, or a variable in one.
    pub(super) fn variable(&self, column: &Column) -> String {
        let name = self.field(column);
        if LOCALS.contains(&name.as_str()) {
            format!("{name}_")
        } else {
            name
        }
    }
}
