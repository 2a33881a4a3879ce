//! What a table and its parts are called in Rust.

use std::collections::{BTreeMap, BTreeSet};

use crate::lower::names::{self, Unique};
use crate::model::{Column, Dialect, Rpc, Table};

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

/// What a module of the store cannot be called: those that are in it, and what a store has besides tables.
const MODULES: &[&str] = &[
    "cache",
    "migrations",
    "own",
    "pool",
    "read",
    "row",
    "store",
    "write",
];

/// What methods of a table have besides columns.
const LOCALS: &[&str] = &[
    "after", "before", "changes", "db", "done", "filter", "found", "hint", "keys", "limit", "new",
    "query", "row", "rows",
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

fn module(table: &Table) -> String {
    match names::module(table.label()) {
        name if MODULES.contains(&name.as_str()) => format!("{name}_table"),
        name => name,
    }
}

/// The tables of a service by what they are called, so that each can be told from all others.
pub(in crate::lower::service) struct Called<'a> {
    tables: BTreeMap<&'a str, &'a Table>,
    /// By the type of their rows; the names of the tables.
    rows: BTreeMap<String, Vec<&'a str>>,
    /// By what many rows would be called.
    plurals: BTreeMap<String, Vec<&'a str>>,
    messages: BTreeSet<String>,
    dialect: Dialect,
}

impl<'a> Called<'a> {
    pub(in crate::lower::service) fn of(rpc: &'a Rpc) -> Self {
        let mut called = Self {
            tables: BTreeMap::new(),
            rows: BTreeMap::new(),
            plurals: BTreeMap::new(),
            messages: BTreeSet::new(),
            dialect: rpc.dialect,
        };
        // Only tables ask.
        if rpc.tables.is_empty() {
            return called;
        }
        for table in &rpc.tables {
            let name = table.name.as_str();
            called.tables.entry(name).or_insert(table);
            let row = names::ty(&table.row_name());
            called.rows.entry(row).or_default().push(name);
            let plural = names::ty(table.label());
            called.plurals.entry(plural).or_default().push(name);
        }
        let messages = rpc.messages.iter();
        called.messages = messages.map(|message| names::ty(&message.name)).collect();
        called
    }

    pub(in crate::lower::service) fn table(&self, name: &str) -> Option<&'a Table> {
        self.tables.get(name).copied()
    }

    /// Whether another table has rows of this name.
    fn is_row(&self, table: &Table, name: &str) -> bool {
        is_of_other(&self.rows, table, name)
    }

    /// Whether another table has something of this name beside its rows: beside `orders`, the table `order_filter` has.
    fn is_part(&self, table: &Table, name: &str) -> bool {
        let ends = ["Changes", "Filter", "Table"];
        let wholes = ends.iter().filter_map(|end| name.strip_suffix(end));
        let mut wholes = name.strip_prefix("New").into_iter().chain(wholes);
        wholes.any(|whole| self.is_row(table, whole) || is_of_other(&self.plurals, table, whole))
    }
}

fn is_of_other(known: &BTreeMap<String, Vec<&str>>, table: &Table, name: &str) -> bool {
    let tables = known.get(name);
    tables.is_some_and(|names| names.iter().any(|name| *name != table.name))
}

impl Names {
    pub(in crate::lower::service) fn of(called: &Called<'_>, table: &Table) -> Self {
        let plural = names::ty(table.label());
        let subject = names::ty(&table.row_name());
        // Where `order` and `orders` are two tables, one of them keeps its name.
        let alike = called.rows.get(&subject);
        let is_shared = alike.is_some_and(|tables| tables.len() > 1);
        let base = if is_shared { plural.clone() } else { subject };
        let base = if called.is_part(table, &base) {
            format!("{base}Record")
        } else {
            base
        };
        // Of `Self_`.
        let stem = base.trim_end_matches('_').to_owned();
        // Logic has to do with both rows and messages, so one name must not mean both.
        let distinct = |name: String| {
            let is_taken = TAKEN.contains(&name.as_str());
            if is_taken || called.messages.contains(&name) {
                format!("{name}Row")
            } else {
                name
            }
        };
        let is_taken = called.is_row(table, &plural) || called.is_part(table, &plural);
        let ty = if plural == base || is_taken || TAKEN.contains(&plural.as_str()) {
            format!("{}Table", plural.trim_end_matches('_'))
        } else {
            plural
        };
        let spoken = names::ty(table.label());
        let mut unique = Unique::default();
        let fields = table.columns.iter().map(|column| {
            let name = names::value(&column.name);
            let is_number = !name.contains(char::is_alphabetic);
            let name = if is_number {
                format!("column{name}")
            } else {
                name
            };
            (column.name.clone(), unique.take(name))
        });
        Self {
            module: module(table),
            ty,
            row: distinct(base.clone()),
            new: distinct(format!("New{stem}")),
            changes: distinct(format!("{stem}Changes")),
            filter: distinct(format!("{stem}Filter")),
            dialect: called.dialect,
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
