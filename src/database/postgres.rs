//! PostgreSQL says everything about a table but the statement that creates it: this puts one together from the catalog,
//! as `pg_dump` would, from version 12 on. A table of partitions becomes one, and a domain becomes what it is made of.

use std::fmt::Write as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, Row as _};

use super::session::{ask, connect};
use super::{Address, Error, Script, Wanted, taken};

pub(super) async fn read(address: &Address, wanted: &Wanted<'_>) -> Result<Script, Error> {
    let mut connection = connect(address, async {
        let options: PgConnectOptions = address.url.parse()?;
        PgConnection::connect_with(&options.disable_statement_logging()).await
    })
    .await?;
    let doing = "setting up the session";
    let schema = ask(address, doing, enter(&mut connection, wanted.schema)).await?;
    let listed = ask(
        address,
        "listing the tables",
        list(&mut connection, &schema),
    )
    .await?;
    let (tables, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(|found| found.is_table);
    let passed_over: Vec<String> = others.iter().map(Found::shown).collect();
    let names = tables.iter().map(|table| table.name.clone()).collect();
    let names = taken(address, names, &passed_over, wanted)?;
    let tables: Vec<_> = tables
        .into_iter()
        .filter(|table| names.contains(&table.name))
        .collect();
    let ids: Vec<i64> = tables.iter().map(|table| table.id).collect();
    let mut statements = ask(address, "reading types", types(&mut connection, &ids)).await?;
    let mut references = Vec::new();
    for table in &tables {
        let doing = format!("reading `{}`", table.name);
        let (ddl, later) = ask(address, doing, ddl(&mut connection, &schema, table)).await?;
        statements.push(ddl);
        references.extend(later);
    }
    if !references.is_empty() {
        statements.push(references.concat());
    }
    let _ = connection.close().await;
    Ok(Script {
        text: statements.join("\n"),
        passed_over,
    })
}

/// A table, or what looks like one.
struct Found {
    id: i64,
    name: String,
    /// As it is written in a statement.
    quoted: String,
    kind: String,
    is_table: bool,
    comment: Option<String>,
}

impl Found {
    fn shown(&self) -> String {
        let kind = match self.kind.as_str() {
            "v" => "view",
            "m" => "materialized view",
            _ => "foreign table",
        };
        format!("{kind} {}", self.name)
    }
}

/// Has names of the schema written without it, and gives its name.
async fn enter(connection: &mut PgConnection, wanted: Option<&str>) -> sqlx::Result<String> {
    let own = "SELECT coalesce(current_schema()::text, 'public')";
    let schema = match wanted {
        Some(schema) => schema.to_owned(),
        None => sqlx::query_scalar(own).fetch_one(&mut *connection).await?,
    };
    let path = "SELECT set_config('search_path', quote_ident($1) || ', public', false)";
    sqlx::query(path).bind(&schema).execute(connection).await?;
    Ok(schema)
}

/// What belongs to an extension is its business, and so is a partition of its table's.
async fn list(connection: &mut PgConnection, schema: &str) -> sqlx::Result<Vec<Found>> {
    let question = "SELECT c.oid::int8, c.relname::text, quote_ident(c.relname), c.relkind::text, \
            quote_literal(obj_description(c.oid, 'pg_class')) \
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass \
                AND d.objid = c.oid AND d.deptype = 'e') \
        ORDER BY c.relname COLLATE \"C\"";
    let rows = sqlx::query(question)
        .bind(schema)
        .fetch_all(connection)
        .await?;
    let found = rows.iter().map(|row| {
        let kind: String = row.try_get(3)?;
        Ok(Found {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            quoted: row.try_get(2)?,
            is_table: matches!(kind.as_str(), "r" | "p"),
            kind,
            comment: row.try_get(4)?,
        })
    });
    found.collect()
}

/// The extensions and the enums that the tables are made of.
async fn types(connection: &mut PgConnection, ids: &[i64]) -> sqlx::Result<Vec<String>> {
    let extensions = "SELECT DISTINCT quote_ident(x.extname) FROM pg_depend e \
        JOIN pg_extension x ON x.oid = e.refobjid \
        WHERE e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e' AND x.extname <> 'plpgsql' AND ( \
            e.classid = 'pg_type'::regclass AND e.objid IN \
                (SELECT atttypid FROM pg_attribute WHERE attrelid::int8 = ANY($1)) \
            OR e.classid = 'pg_proc'::regclass AND e.objid IN ( \
                SELECT f.refobjid FROM pg_depend f JOIN pg_attrdef d ON d.oid = f.objid \
                WHERE f.classid = 'pg_attrdef'::regclass AND d.adrelid::int8 = ANY($1))) \
        ORDER BY 1";
    let enums = "SELECT format_type(t.oid, NULL), \
            (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) \
                FROM pg_enum e WHERE e.enumtypid = t.oid) \
        FROM pg_type t WHERE t.typtype = 'e' AND EXISTS (SELECT FROM pg_attribute a \
            WHERE a.attrelid::int8 = ANY($1) AND a.atttypid IN (t.oid, t.typarray)) \
        ORDER BY 1";
    let rows = sqlx::query(extensions)
        .bind(ids)
        .fetch_all(&mut *connection)
        .await?;
    let mut out = Vec::new();
    for row in &rows {
        let name: String = row.try_get(0)?;
        out.push(format!("CREATE EXTENSION IF NOT EXISTS {name};\n"));
    }
    let rows = sqlx::query(enums).bind(ids).fetch_all(connection).await?;
    for row in &rows {
        let (name, labels): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        out.push(format!("CREATE TYPE {name} AS ENUM ({labels});\n"));
    }
    Ok(out)
}

/// The table with its indexes and comments, and what refers to other tables, which may come later.
async fn ddl(
    connection: &mut PgConnection,
    schema: &str,
    table: &Found,
) -> sqlx::Result<(String, Vec<String>)> {
    let name = match schema {
        "public" => table.quoted.clone(),
        _ => format!("{}.{}", ident(schema), table.quoted),
    };
    let (mut lines, mut sequences, mut comments) = columns(connection, table, &name).await?;
    let (keys, later) = constraints(connection, table, &name).await?;
    lines.extend(keys);
    if let Some(text) = &table.comment {
        comments.insert(0, format!("COMMENT ON TABLE {name} IS {text};\n"));
    }
    let indexes = "SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
        WHERE i.indrelid::int8 = $1 AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint k \
            WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) \
        ORDER BY c.relname COLLATE \"C\"";
    let rows = sqlx::query(indexes)
        .bind(table.id)
        .fetch_all(connection)
        .await?;
    let mut out = String::new();
    sequences.sort();
    sequences.dedup();
    for sequence in sequences {
        let _ = writeln!(out, "CREATE SEQUENCE IF NOT EXISTS {sequence};");
    }
    let _ = writeln!(
        out,
        "CREATE TABLE {name} (\n    {}\n);",
        lines.join(",\n    ")
    );
    for row in &rows {
        let index: String = row.try_get(0)?;
        // The partitions are not there.
        let _ = writeln!(out, "{};", index.replacen(" ON ONLY ", " ON ", 1));
    }
    out.push_str(&comments.concat());
    Ok((out, later))
}

type Columns = (Vec<String>, Vec<String>, Vec<String>);

/// Columns, sequences that stand for themselves, comments.
async fn columns(
    connection: &mut PgConnection,
    table: &Found,
    name: &str,
) -> sqlx::Result<Columns> {
    let question = "SELECT quote_ident(a.attname), \
            CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) \
                ELSE format_type(a.atttypid, a.atttypmod) END, \
            a.attnotnull OR t.typnotnull, \
            coalesce(pg_get_expr(d.adbin, d.adrelid), t.typdefault), \
            a.attidentity::text, a.attgenerated::text, \
            quote_literal(col_description(a.attrelid, a.attnum)), \
            EXISTS (SELECT FROM pg_depend s WHERE s.classid = 'pg_class'::regclass \
                AND s.refobjid = a.attrelid AND s.refobjsubid = a.attnum AND s.deptype = 'a' \
                AND s.objid::regclass = substring(pg_get_expr(d.adbin, d.adrelid) \
                    from '^nextval\\(''(.*)''::regclass\\)$')::regclass) \
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
        WHERE a.attrelid::int8 = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
    let rows = sqlx::query(question)
        .bind(table.id)
        .fetch_all(connection)
        .await?;
    let (mut lines, mut sequences, mut comments) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        let column: String = row.try_get(0)?;
        let ty: String = row.try_get(1)?;
        let default: Option<String> = row.try_get(3)?;
        let (identity, generated): (String, String) = (row.try_get(4)?, row.try_get(5)?);
        let is_serial: bool = row.try_get(7)?;
        let mut line = match serial(&ty).filter(|_| is_serial) {
            Some(serial) => format!("{column} {serial}"),
            None => format!("{column} {ty}"),
        };
        match (identity.as_str(), generated.as_str(), &default) {
            ("a", ..) => line.push_str(" GENERATED ALWAYS AS IDENTITY"),
            ("d", ..) => line.push_str(" GENERATED BY DEFAULT AS IDENTITY"),
            (_, "", Some(_)) if is_serial => {}
            (_, "", Some(default)) => {
                sequences.extend(sequence(default));
                let _ = write!(line, " DEFAULT {default}");
            }
            (_, _, Some(computed)) => {
                let _ = write!(line, " GENERATED ALWAYS AS ({computed}) STORED");
            }
            _ => {}
        }
        if row.try_get(2)? {
            line.push_str(" NOT NULL");
        }
        lines.push(line);
        if let Some(text) = row.try_get::<Option<String>, _>(6)? {
            comments.push(format!("COMMENT ON COLUMN {name}.{column} IS {text};\n"));
        }
    }
    Ok((lines, sequences, comments))
}

/// Keys, and statements for the rest: a table that comes later may be meant, or a word of PostgreSQL's own.
async fn constraints(
    connection: &mut PgConnection,
    table: &Found,
    name: &str,
) -> sqlx::Result<(Vec<String>, Vec<String>)> {
    let question = "SELECT contype::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint \
        WHERE conrelid::int8 = $1 AND contype IN ('p', 'u', 'c', 'x', 'f') \
        ORDER BY contype <> 'p', conname COLLATE \"C\"";
    let rows = sqlx::query(question)
        .bind(table.id)
        .fetch_all(connection)
        .await?;
    let (mut keys, mut later) = (Vec::new(), Vec::new());
    for row in &rows {
        let kind: String = row.try_get(0)?;
        let (constraint, text): (String, String) = (row.try_get(1)?, row.try_get(2)?);
        match kind.as_str() {
            "p" | "u" => keys.push(format!("CONSTRAINT {constraint} {text}")),
            _ => later.push(format!(
                "ALTER TABLE ONLY {name} ADD CONSTRAINT {constraint} {text};\n"
            )),
        }
    }
    Ok((keys, later))
}

/// How a column that counts by a sequence of its own was declared.
fn serial(ty: &str) -> Option<&'static str> {
    match ty {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

/// The one that a default draws from, and that belongs to no column.
fn sequence(default: &str) -> Option<String> {
    let rest = default.strip_prefix("nextval('")?;
    Some(rest.split_once("'::regclass)")?.0.to_owned())
}

fn ident(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}
