//! Views of the tables of a service: `src/store/`.

use serde::Serialize;

use super::{Member, Use};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoreMod {
    pub source: String,
    pub tables: Vec<TableName>,
    /// In order: those of the tables, and `migrations`.
    pub modules: Vec<String>,
    /// `MySql` or `Postgres`: the variant of the runtime's `Dialect`.
    pub dialect: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableName {
    /// `orders`
    pub module: String,
    /// `Orders`
    pub ty: String,
    /// `orders: Orders::new(pool.clone(), cache.clone()),`
    pub open: String,
    /// `pub use self::orders::{NewOrder, Order, Orders};`
    pub names: Use,
}

/// `migrations.rs`: the files of the folders, built into the program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationsMod {
    pub source: String,
    pub folders: Vec<MigrationFolder>,
    /// `&["orders", "items"]` with its line breaks.
    pub tables: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationFolder {
    /// `server` or `sqlite`.
    pub field: &'static str,
    pub files: Vec<MigrationFile>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationFile {
    /// `0001_order.sql`
    pub file: String,
    /// `include_str!("../../migrations/mysql/0001_order.sql")` with its line breaks.
    pub text: String,
}

/// One file of migrations that is new.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    /// What tells zgen's files from others.
    pub head: &'static str,
    pub source: String,
    /// Without semicolons.
    pub statements: Vec<String>,
}

/// `mod.rs` of a table, and the file for the user's own queries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableMod {
    pub source: String,
    /// As written in the DDL.
    pub name: String,
    pub docs: Vec<String>,
    /// `Orders`
    pub ty: String,
    /// `pub use self::row::{NewOrder, Order};`
    pub rows: Use,
}

/// The types of a table's rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rows {
    pub source: String,
    pub name: String,
    pub imports: Vec<Use>,
    /// `Order`
    pub row: String,
    pub columns: Vec<Member>,
    /// `NewOrder`
    pub new: String,
    /// The columns that an insert is given.
    pub inserted: Vec<Member>,
    /// The column that the database fills, if there is one.
    pub auto: Option<String>,
    pub changes: Option<Optionals>,
    pub filter: Option<Optionals>,
    /// `None` without a primary key.
    pub place: Option<Place>,
}

/// A struct in which everything may be absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Optionals {
    pub ty: String,
    pub members: Vec<Member>,
}

/// Where rows are in the cache.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// `order_id: i64`
    pub parameters: String,
    /// `cache:order:orders:order_id:{order_id}`
    pub text: String,
    /// `self.order_id`
    pub arguments: String,
    /// `true` where equal keys are always written alike.
    pub is_exact: String,
}

/// Methods on a table's handle, in one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Methods {
    pub source: String,
    /// As written in the DDL.
    pub name: String,
    pub imports: Vec<Use>,
    /// From the table's own modules.
    pub own: Option<Use>,
    /// `Orders`
    pub ty: String,
    /// The macro that runs a query on the databases of the store: `on_pool`.
    pub on_pool: &'static str,
    pub methods: Vec<Method>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub docs: Vec<String>,
    /// `pub async fn find(&self, order_id: i64) -> sqlx::Result<Option<Order>> {` with its line breaks.
    pub signature: String,
    /// `None`: there is nothing but `last`.
    pub query: Option<Query>,
    /// The statements after the query, each with its line breaks.
    pub last: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Query {
    /// The text with its line breaks.
    pub sql: String,
    /// `sqlx::query_as`
    pub function: String,
    /// `order_id`
    pub binds: Vec<String>,
    /// `fetch_optional`
    pub call: String,
    /// What is made of the answer, such as `|done| done.insert_id()`.
    pub map: Option<String>,
}

/// The crate of a store that belongs to no service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Library {
    pub source: String,
    /// `shop-store`
    pub crate_name: String,
    /// `shop_store`
    pub module: String,
    /// Columns of dates and times.
    pub has_times: bool,
    /// Columns of JSON.
    pub has_json: bool,
    /// Of zgen-rt: `"redis", "sql"`.
    pub features: String,
    /// Whether any table has a cache.
    pub is_cached: bool,
    pub test: StoreTest,
}

/// A row that is inserted and read.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StoreTest {
    pub imports: Vec<Use>,
    /// With their line breaks.
    pub statements: Vec<String>,
}
