//! Methods that read: by each key, page by page, and the number of rows.

use super::places::{self, cache_key};
use super::rows::argument;
use super::sql::Statement;
use super::{Names, columns, source, sql};
use crate::lower::layout::{self, Imports, chain};
use crate::lower::service::lines;
use crate::lower::types;
use crate::model::{Column, Dialect, Rpc, Table};
use crate::rust::store::{Method, Methods, Query};

pub(super) fn methods(rpc: &Rpc, names: &Names, table: &Table) -> Methods {
    let key = columns::key(table);
    let filters = columns::filters(table);
    let mut methods = Vec::new();
    if !key.is_empty() {
        methods.extend(find(names, table, &key));
        let mut seen = vec![table.primary_key.clone()];
        for unique in &table.unique_keys {
            let columns = columns::of_key(table, unique);
            if columns.len() == unique.len() && !unique.is_empty() && !seen.contains(unique) {
                seen.push(unique.clone());
                methods.extend(find_by(rpc, names, table, &key, &columns));
            }
        }
        methods.push(list(names, table, &key, &filters));
        methods.push(page(names, table, &key, &filters));
    }
    methods.push(count(names, table, &filters));
    let mut imports = Imports::default();
    imports.add("zgen_rt", &[names.on_pool()]);
    let parameters = methods.iter().map(|method| method.signature.as_str());
    let parameters: String = parameters.collect();
    let bound = (methods.iter()).flat_map(|method| &method.query);
    let unsigned = bound
        .flat_map(|query| &query.binds)
        .any(|bind| bind.contains("Unsigned"));
    imports.add_if(unsigned, "zgen_rt::sql", &["Unsigned"]);
    let untyped = (methods.iter().flat_map(|method| &method.query))
        .any(|query| query.binds.iter().any(|bind| bind.contains("Untyped")));
    imports.add_if(untyped, "zgen_rt::sql", &["Untyped"]);
    let used = key.iter().chain(&filters).copied();
    let of_unique = (table.unique_keys.iter()).flat_map(|key| columns::of_key(table, key));
    let types = used.chain(of_unique).map(columns::plain);
    let types = types.filter(|ty| parameters.contains(ty.as_str()));
    columns::import(&mut imports, types);
    let mut own = vec![names.ty.clone()];
    own.extend((!key.is_empty()).then(|| names.row.clone()));
    own.extend((!filters.is_empty()).then(|| names.filter.clone()));
    Methods {
        source: source(rpc),
        name: table.name.clone(),
        imports: imports.lines(),
        own: layout::use_of("super", &own),
        ty: names.ty.clone(),
        on_pool: names.on_pool(),
        methods,
    }
}

fn run(
    indent: usize,
    column: usize,
    span: &str,
    operation: &str,
    table: &str,
    tail: &str,
) -> String {
    let run = format!(".run(\"{span}\", \"{operation}\", \"{table}\", query)");
    let awaited = format!(".await{tail}");
    let end = if tail == "?" { ";" } else { "" };
    let text = chain(indent, column, "self", &[".pool", &run, &awaited], end);
    format!("{text}{end}")
}

/// `find`, and the query below it.
fn find(names: &Names, table: &Table, key: &[&Column]) -> [Method; 2] {
    let parameters = parameters(names, key);
    let result = format!("sqlx::Result<Option<{}>>", names.row);
    let arguments: Vec<_> = key.iter().map(|column| names.variable(column)).collect();
    let arguments = arguments.join(", ");
    let (row, load) = (&names.row, format!("self.select({arguments})"));
    let inside = format!("&{row}::key_of({arguments}), || {load}");
    let take = if inside.len() > 60 {
        format!(".take(&{row}::key_of({arguments}), || {{\n                {load}\n            }})")
    } else {
        format!(".take({inside})")
    };
    // An insert reads what the database has filled, other writes how the row spells its key.
    let is_read_to_write =
        table.columns.iter().any(|column| column.ignored) || places::may_differ(names, table, key);
    let head = if is_read_to_write {
        "pub(super) async fn select"
    } else {
        "async fn select"
    };
    let find = Method {
        docs: vec!["Reads the row with this key, from the cache if it is there.".to_owned()],
        signature: lines::method("pub async fn find", &parameters, &result),
        query: None,
        last: vec![chain(8, 8, "self", &[".cache", &take, ".await"], "")],
    };
    let select = Method {
        docs: Vec::new(),
        signature: lines::method(head, &parameters, &result),
        query: Some(select(names, table, key)),
        last: vec![run(
            8,
            8,
            &format!("Find{}", names.subject),
            "SELECT",
            &table.name,
            "",
        )],
    };
    [find, select]
}

fn select(names: &Names, table: &Table, key: &[&Column]) -> Query {
    let mut statement = Statement::of(names.dialect);
    let conditions = (key.iter())
        .map(|column| statement.equals(column))
        .collect();
    Query {
        sql: sql::literal(&sql::select(&statement, table, conditions)),
        function: "sqlx::query_as".to_owned(),
        binds: (key.iter())
            .map(|column| columns::bound(column, &names.variable(column)))
            .collect(),
        call: "fetch_optional".to_owned(),
        map: None,
    }
}

/// `find_by_email`: the cache holds the key, and the row below the key.
fn find_by(
    rpc: &Rpc,
    names: &Names,
    table: &Table,
    key: &[&Column],
    unique: &[&Column],
) -> [Method; 2] {
    let fields: Vec<_> = unique.iter().map(|column| names.field(column)).collect();
    let suffix: Vec<_> = fields
        .iter()
        .map(|field| field.trim_start_matches("r#"))
        .collect();
    let suffix = suffix.join("_and_");
    let shown: Vec<_> = unique.iter().map(|it| format!("`{}`", it.name)).collect();
    let parameters = parameters(names, unique);
    let result = format!("sqlx::Result<Option<{}>>", names.row);
    let arguments: Vec<_> = unique.iter().map(|it| names.variable(it)).collect();
    let arguments = arguments.join(", ");
    let of_row: Vec<_> = (key.iter())
        .map(|column| format!("row.{}", names.field(column)))
        .collect();
    let (of_row, found) = if let [only] = of_row.as_slice() {
        (only.clone(), argument(key[0], "found"))
    } else {
        let all: Vec<_> = (key.iter().enumerate())
            .map(|(index, column)| argument(column, &format!("found.{index}")))
            .collect();
        (format!("({})", of_row.join(", ")), all.join(", "))
    };
    let belongs: Vec<_> = (unique.iter())
        .map(|column| columns::same(names, column))
        .collect();
    let hint = cache_key(rpc, names, table, unique);
    let select = format!("select_by_{suffix}");
    let one = format!(".{select}({arguments})");
    let again = chain(16, 28, "self", &[&one, ".await?"], ";");
    let last = vec![
        lines::hint(&hint),
        format!(
            "let found = self\n            .cache\n            .hint(&hint, || async {{\n                \
             let found = {again};\n                \
             Ok::<_, sqlx::Error>(found.map(|row| {of_row}))\n            }})\n            .await?;"
        ),
        "let Some(found) = found else {\n            return Ok(None);\n        };".to_owned(),
        format!(
            "match self.find({found}).await? {{\n            {}\n            \
             // The hint is older than the row.\n            {}\n        }}",
            layout::guarded_arm(12, "Some(row)", &belongs, "Ok(Some(row))"),
            layout::chain_arm(12, "_", "self", &[&one, ".await"]),
        ),
    ];
    let find = Method {
        docs: vec![format!(
            "Reads the row with this {}, from the cache if it is there.",
            shown.join(" and ")
        )],
        signature: lines::method(
            &format!("pub async fn find_by_{suffix}"),
            &parameters,
            &result,
        ),
        query: None,
        last,
    };
    let by: String = unique
        .iter()
        .map(|it| crate::lower::names::ty(&it.name))
        .collect();
    let select = Method {
        docs: Vec::new(),
        signature: lines::method(&format!("async fn {select}"), &parameters, &result),
        query: Some(self::select(names, table, unique)),
        last: vec![run(
            8,
            8,
            &format!("Find{}By{by}", names.subject),
            "SELECT",
            &table.name,
            "",
        )],
    };
    [find, select]
}

fn parameters(names: &Names, of: &[&Column]) -> Vec<String> {
    of.iter()
        .map(|column| columns::parameter(names, column))
        .collect()
}

fn list(names: &Names, table: &Table, key: &[&Column], filters: &[&Column]) -> Method {
    let types: Vec<_> = key.iter().map(|column| columns::borrowed(column)).collect();
    let after = match types.as_slice() {
        [only] => only.clone(),
        _ => format!("({})", types.join(", ")),
    };
    let mut parameters = Vec::new();
    parameters.extend((!filters.is_empty()).then(|| format!("filter: &{}", names.filter)));
    parameters.push(format!("after: Option<{after}>"));
    parameters.push("limit: u32".to_owned());
    let mut statement = Statement::of(names.dialect);
    let (mut conditions, mut binds) = filtered(names, filters, &mut statement);
    let quoted: Vec<_> = (key.iter())
        .map(|column| statement.name(&column.name))
        .collect();
    let after_binds: Vec<_> = match key {
        [only] => vec![columns::bound_option(only, "after")],
        _ => (key.iter().enumerate())
            .map(|(index, column)| {
                let part = columns::bound(column, &format!("key.{index}"));
                format!("after.map(|key| {part})")
            })
            .collect(),
    };
    conditions.push(statement.if_given(|statement| {
        let marks: Vec<_> = quoted.iter().map(|_| statement.mark()).collect();
        let marks = marks.join(", ");
        match quoted.as_slice() {
            [only] => format!("{only} > {marks}"),
            all => format!("({}) > ({marks})", all.join(", ")),
        }
    }));
    binds.extend(vec![after_binds[0].clone(); statement.times() - 1]);
    binds.extend(after_binds);
    binds.push(size(names, "limit"));
    let mut lines = sql::select(&statement, table, conditions);
    let limit = statement.mark();
    lines.push(format!("ORDER BY {} LIMIT {limit}", quoted.join(", ")));
    Method {
        docs: vec![
            "Reads rows in the order of their keys, those behind `after` if there is one."
                .to_owned(),
        ],
        signature: lines::method(
            "pub async fn list",
            &parameters,
            &format!("sqlx::Result<Vec<{}>>", names.row),
        ),
        query: Some(Query {
            sql: sql::literal(&lines),
            function: "sqlx::query_as".to_owned(),
            binds,
            call: "fetch_all".to_owned(),
            map: None,
        }),
        last: vec![run(
            8,
            8,
            &format!("List{}", names.plural),
            "SELECT",
            &table.name,
            "",
        )],
    }
}

fn page(names: &Names, table: &Table, key: &[&Column], filters: &[&Column]) -> Method {
    let mut parameters = Vec::new();
    parameters.extend((!filters.is_empty()).then(|| format!("filter: &{}", names.filter)));
    parameters.extend(["offset: u32".to_owned(), "limit: u32".to_owned()]);
    let mut statement = Statement::of(names.dialect);
    let (conditions, mut binds) = filtered(names, filters, &mut statement);
    binds.extend(["limit", "offset"].map(|name| size(names, name)));
    let quoted: Vec<_> = (key.iter())
        .map(|column| statement.name(&column.name))
        .collect();
    let mut lines = sql::select(&statement, table, conditions);
    let (limit, offset) = (statement.mark(), statement.mark());
    lines.push(format!(
        "ORDER BY {} LIMIT {limit} OFFSET {offset}",
        quoted.join(", ")
    ));
    Method {
        docs: vec![
            "Reads rows in the order of their keys, behind the first `offset` ones, which the database reads too."
                .to_owned(),
        ],
        signature: lines::method(
            "pub async fn page",
            &parameters,
            &format!("sqlx::Result<Vec<{}>>", names.row),
        ),
        query: Some(Query {
            sql: sql::literal(&lines),
            function: "sqlx::query_as".to_owned(),
            binds,
            call: "fetch_all".to_owned(),
            map: None,
        }),
        last: vec![run(
            8,
            8,
            &format!("Page{}", names.plural),
            "SELECT",
            &table.name,
            "",
        )],
    }
}

fn count(names: &Names, table: &Table, filters: &[&Column]) -> Method {
    let mut parameters = Vec::new();
    parameters.extend((!filters.is_empty()).then(|| format!("filter: &{}", names.filter)));
    let mut statement = Statement::of(names.dialect);
    let (conditions, binds) = filtered(names, filters, &mut statement);
    let start = format!("SELECT COUNT(*) FROM {}", statement.name(&table.name));
    let lines = sql::with_conditions(&statement, table, start, conditions);
    Method {
        docs: vec!["How many rows there are.".to_owned()],
        signature: lines::method("pub async fn count", &parameters, "sqlx::Result<i64>"),
        query: Some(Query {
            sql: sql::literal(&lines),
            function: "sqlx::query_scalar".to_owned(),
            binds,
            call: "fetch_one".to_owned(),
            map: None,
        }),
        last: vec![run(
            8,
            8,
            &format!("Count{}", names.plural),
            "SELECT",
            &table.name,
            "",
        )],
    }
}

/// A number of rows, as it is bound.
fn size(names: &Names, variable: &str) -> String {
    match names.dialect {
        Dialect::MySql => variable.to_owned(),
        // It has no unsigned numbers.
        Dialect::Postgres => format!("i64::from({variable})"),
    }
}

/// A condition for each member of the filter, and its values.
fn filtered(
    names: &Names,
    filters: &[&Column],
    statement: &mut Statement,
) -> (Vec<String>, Vec<String>) {
    let mut conditions = Vec::new();
    let mut binds = Vec::new();
    for column in filters {
        conditions.push(statement.if_given(|statement| statement.equals(column)));
        let member = format!("filter.{}", names.field(column));
        let bind = if types::is_copy(&columns::plain(column)) {
            columns::bound_option(column, &member)
        } else if column.untyped {
            columns::bound_option(column, &format!("{member}.as_ref()"))
        } else {
            format!("&{member}")
        };
        binds.extend(vec![bind; statement.times()]);
    }
    (conditions, binds)
}
