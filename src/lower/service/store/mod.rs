//! The tables of a service: row types and queries, a folder each.

mod columns;
mod names;
mod places;
mod read;
mod reserved;
mod rows;
mod sql;
mod write;

pub(in crate::lower) use self::columns::Columns;
pub(super) use self::columns::{filters, import, inserted, key, of_key, plain};
pub(super) use self::names::{Called, Names};
pub(super) use self::rows::argument;

use super::migrations;
use crate::lower::layout;
use crate::model::{Dialect, Rpc, Table};
use crate::rust::service::Body;
use crate::rust::store::{StoreMod, TableMod, TableName};

/// The files of a store below `src/store/`: zgen's own, then the user's.
pub(super) struct Files {
    pub(super) zgen: Vec<(String, Body)>,
    pub(super) user: Vec<(String, Body)>,
}

pub(super) fn files(rpc: &Rpc, called: &Called<'_>) -> Files {
    let named: Vec<_> = (rpc.tables.iter())
        .map(|table| (table, Names::of(called, table)))
        .collect();
    let mut tables: Vec<_> = (named.iter())
        .filter_map(|(table, names)| table_name(names, table))
        .collect();
    tables.sort_by(|a, b| a.module.cmp(&b.module));
    let modules = tables.iter().map(|table| table.module.clone());
    let mut modules: Vec<_> = modules.chain(["migrations".to_owned()]).collect();
    modules.sort();
    let store = StoreMod {
        source: source(rpc),
        modules,
        tables,
        dialect: match rpc.dialect {
            Dialect::MySql => "MySql",
            Dialect::Postgres => "Postgres",
        },
    };
    let mut files = Files {
        zgen: vec![
            ("src/store/mod.rs".to_owned(), Body::StoreMod(store)),
            (
                "src/store/migrations.rs".to_owned(),
                Body::MigrationsMod(migrations::list(rpc, source(rpc))),
            ),
        ],
        user: Vec::new(),
    };
    for (table, names) in &named {
        let path = |file: &str| format!("src/store/{}/{file}.rs", names.module);
        let Some(table_mod) = table_mod(rpc, names, table) else {
            continue;
        };
        let bodies = [
            ("mod", Body::TableMod(table_mod.clone())),
            ("row", Body::TableRows(rows::rows(rpc, names, table))),
            ("read", Body::TableRead(read::methods(rpc, names, table))),
            ("write", Body::TableWrite(write::methods(rpc, names, table))),
        ];
        let bodies = bodies.into_iter();
        let bodies = bodies.map(|(file, body)| (path(file), body));
        files.zgen.extend(bodies);
        files.user.push((path("own"), Body::TableOwn(table_mod)));
    }
    files
}

/// How many members the changes of a row have.
pub(super) fn changes_of(table: &Table) -> usize {
    columns::changed(table).len() + usize::from(table.version.is_some())
}

pub(super) fn source(rpc: &Rpc) -> String {
    rpc.sql_file.clone().unwrap_or_else(|| rpc.file.clone())
}

fn row_types(names: &Names, table: &Table) -> Vec<String> {
    let mut types = vec![names.new.clone(), names.row.clone()];
    if !columns::key(table).is_empty() && !columns::changed(table).is_empty() {
        types.push(names.changes.clone());
    }
    if !columns::filters(table).is_empty() {
        types.push(names.filter.clone());
    }
    types
}

fn table_name(names: &Names, table: &Table) -> Option<TableName> {
    let mut types = row_types(names, table);
    types.push(names.ty.clone());
    Some(TableName {
        names: layout::pub_use_of(&format!("self::{}", names.module), &types)?,
        module: names.module.clone(),
        ty: names.ty.clone(),
        open: open(names, table),
    })
}

/// With its arguments below each other where the name is long.
fn open(names: &Names, table: &Table) -> String {
    let cache = if table.uncached {
        "Cache::none()"
    } else {
        "cache.clone()"
    };
    let callee = format!("{}: {}::new", names.module, names.ty);
    layout::call(12, &callee, &["pool.clone()", cache], ",")
}

fn table_mod(rpc: &Rpc, names: &Names, table: &Table) -> Option<TableMod> {
    Some(TableMod {
        source: source(rpc),
        name: table.name.clone(),
        docs: table.docs.clone(),
        ty: names.ty.clone(),
        rows: layout::pub_use_of("self::row", &row_types(names, table))?,
    })
}
