//! A store without a service: a library.

use super::{Columns, Output, Place, migrations, store};
use crate::lower::layout::{self, Imports};
use crate::lower::names;
use crate::model::{Column, ColumnType, Dialect, Messages, Rpc, Schema, Store};
use crate::rust::service::Body;
use crate::rust::store::{Library, StoreTest};
use crate::rust::{File, Init};

/// The files of one store.
pub(in crate::lower) fn files(of: &Store) -> Vec<File> {
    let rpc = owner(of);
    let called = store::Called::of(&rpc);
    let crate_name = names::package(&format!("{}-store", of.name));
    let columns = Columns::of(&rpc);
    let is_cached = of.tables.iter().any(|table| !table.uncached);
    let module = crate_name.replace('-', "_");
    let view = Library {
        source: of.file.clone(),
        test: test(&rpc, &called, &module),
        module,
        has_times: columns.times,
        has_json: columns.json,
        features: features(of.dialect, is_cached, columns),
        is_cached,
        crate_name,
    };
    let mut out = Output {
        dir: format!("crates/{}", view.crate_name).into(),
        files: Vec::new(),
    };
    out.user("Cargo.toml", Body::LibraryManifest(view.clone()));
    out.user("src/lib.rs", Body::LibraryLib(view.clone()));
    out.user("src/config.rs", Body::LibraryConfig(view.clone()));
    let store = store::files(&rpc, &called);
    for (path, body) in store.zgen {
        out.zgen(path, body);
    }
    for (path, body) in store.user {
        out.user(path, body);
    }
    out.files.extend(migrations::files(&rpc, &out.dir));
    out.user("tests/store.rs", Body::LibraryTest(view));
    out.files
}

/// Where its migrations are.
pub(in crate::lower) fn place(of: &Store) -> Place {
    let crate_name = names::package(&format!("{}-store", of.name));
    Place {
        owner: of.name.clone(),
        dir: format!("crates/{crate_name}").into(),
        stem: names::module(&of.name),
    }
}

/// A service that has nothing but the tables: they are lowered alike.
fn owner(store: &Store) -> Rpc {
    Rpc {
        name: store.name.clone(),
        package: String::new(),
        serve: true,
        file: store.file.clone(),
        merged: false,
        services: Vec::new(),
        messages: Messages::default(),
        imported: Messages::default(),
        enums: Vec::new(),
        tables: store.tables.clone(),
        dialect: store.dialect,
        // What makes the tables is in the migrations.
        schema: Schema::default(),
        migrations: store.migrations.clone(),
        sql_file: Some(store.file.clone()),
    }
}

/// What of zgen-rt it needs.
fn features(dialect: Dialect, is_cached: bool, columns: Columns) -> String {
    let features = [
        ("mysql", dialect == Dialect::MySql),
        ("postgres", dialect == Dialect::Postgres),
        ("redis", is_cached),
        ("sql", true),
        ("sql-decimal", columns.decimals),
        ("sql-json", columns.json),
        ("sql-time", columns.times),
        ("sql-uuid", columns.uuids),
    ];
    let needed = features.iter().filter(|(_, is_needed)| *is_needed);
    let quoted: Vec<_> = needed.map(|(name, _)| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// Of the first table that can be read by a key, or else of the first.
fn test(rpc: &Rpc, called: &store::Called<'_>, module: &str) -> StoreTest {
    let has_key = |table: &&crate::model::Table| !store::key(table).is_empty();
    let mut tables = rpc.tables.iter();
    let Some(table) = tables.find(has_key).or_else(|| rpc.tables.first()) else {
        return StoreTest::default();
    };
    let names = store::Names::of(called, table);
    let inserted = store::inserted(table);
    let filters = store::filters(table);
    let key = store::key(table);
    let mut imports = Imports::default();
    imports.add(module, &[&names.new, "StoreConf"]);
    imports.add_if(!filters.is_empty(), module, &[&names.filter]);
    imports.add("zgen_rt::config", &["ConfigFile"]);
    let given = inserted.iter().filter(|column| !column.nullable);
    let types = given.map(|column| store::plain(column));
    // The macro makes it.
    let types = types.filter(|ty| ty != "Value");
    store::import(&mut imports, types);
    let fields: Vec<_> = (inserted.iter())
        .map(|column| Init {
            name: names.field(column),
            value: sample(column),
            comment: None,
        })
        .collect();
    let module = format!(".{}", names.module);
    let call = |start: &str, method: &str| {
        let links = [module.as_str(), method, ".await?"];
        let chain = layout::chain(4, 4 + start.len(), "store", &links, ";");
        format!("{start}{chain};")
    };
    let new = layout::literal(4, &names.new, &fields);
    let mut statements = vec![format!("let new = {new};")];
    if key.is_empty() {
        statements.push(call("", ".insert(new)"));
    } else {
        let arguments: Vec<_> = (key.iter())
            .map(|column| store::argument(column, &format!("row.{}", names.field(column))))
            .collect();
        let find = format!(".find({})", arguments.join(", "));
        statements.push(call("let row = ", ".insert(new)"));
        statements.push(call("let found = ", &find));
        statements.push("assert_eq!(found, Some(row));".to_owned());
    }
    let count = match filters.as_slice() {
        [] => ".count()".to_owned(),
        _ => format!(".count(&{}::default())", names.filter),
    };
    statements.push(call("let count = ", &count));
    statements.push("assert_eq!(count, 1);".to_owned());
    StoreTest {
        imports: imports.lines(),
        statements,
    }
}

/// A value that a column takes.
fn sample(column: &Column) -> String {
    if column.nullable {
        return "None".to_owned();
    }
    match &column.ty {
        ColumnType::Bool => "true".to_owned(),
        ColumnType::Int { .. } => "1".to_owned(),
        ColumnType::Float { .. } => "1.5".to_owned(),
        ColumnType::Decimal => "Decimal::from(1)".to_owned(),
        ColumnType::Text => "\"a\".to_owned()".to_owned(),
        ColumnType::Enum(values) => {
            let first = values.first().map(String::as_str).unwrap_or_default();
            format!("\"{}\".to_owned()", first.escape_default())
        }
        ColumnType::Bytes => "vec![1]".to_owned(),
        ColumnType::Date => "NaiveDate::default()".to_owned(),
        ColumnType::Time => "NaiveTime::default()".to_owned(),
        ColumnType::DateTime => "NaiveDateTime::default()".to_owned(),
        ColumnType::Timestamp => "DateTime::<Utc>::default()".to_owned(),
        ColumnType::Json => "serde_json::json!({})".to_owned(),
        ColumnType::Uuid => "Uuid::default()".to_owned(),
    }
}
