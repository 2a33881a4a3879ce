use std::fmt::Write as _;

use super::parse;
use crate::diag::{Format, Report, render};
use crate::model::{ColumnDefault, ColumnType, Table};
use crate::source::SourceMap;

const ORDER: &str = include_str!("../../fixtures/order.sql");

fn tables(text: &str) -> (Vec<Table>, String) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.sql", text);
    let mut report = Report::default();
    let tables = parse(file, text, &mut report);
    (tables, render(&report, &sources, Format::Short))
}

#[test]
fn the_order_sample() {
    let (tables, report) = tables(ORDER);
    assert_eq!(report, "");
    let [orders] = &tables[..] else {
        panic!("{tables:?}");
    };
    assert_eq!(orders.name, "orders");
    // A comment that is the name says nothing.
    assert_eq!(orders.docs, ["Orders, one row each."]);
    assert_eq!(orders.primary_key, ["order_id"]);
    assert_eq!(orders.indexes, [["user_id"]]);
    assert!(orders.columns[0].auto_increment);
    assert!(orders.ddl.starts_with("CREATE TABLE `orders` ("));
    assert!(orders.ddl.ends_with("COMMENT = 'orders'"));
    let status = orders.column("status").unwrap();
    assert_eq!(status.default, Some(ColumnDefault::Text("created".into())));
    assert_eq!((status.length, status.nullable), (Some(32), false));
    assert_eq!(status.docs, ["created, paid, shipped, .."]);
    assert_eq!(
        &ORDER[orders.span.start as usize..orders.span.end as usize],
        "`orders`"
    );
}

#[test]
fn columns() {
    let int = |bits, signed| ColumnType::Int { bits, signed };
    for (sql, ty, nullable, default) in [
        ("BIGINT UNSIGNED NOT NULL", int(64, false), false, None),
        (
            "INT(11) DEFAULT NULL",
            int(32, true),
            true,
            Some(ColumnDefault::Null),
        ),
        (
            "TINYINT(1) NOT NULL DEFAULT '0'",
            ColumnType::Bool,
            false,
            Some(ColumnDefault::Text("0".into())),
        ),
        (
            "DECIMAL(10,2) DEFAULT -1.5",
            ColumnType::Decimal,
            true,
            Some(ColumnDefault::Number("-1.5".into())),
        ),
        (
            "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
            ColumnType::Timestamp,
            false,
            Some(ColumnDefault::Now),
        ),
        (
            "DATETIME(3) DEFAULT NOW(3)",
            ColumnType::DateTime,
            true,
            Some(ColumnDefault::Now),
        ),
        (
            "ENUM('a','b') NOT NULL",
            ColumnType::Enum(vec!["a".into(), "b".into()]),
            false,
            None,
        ),
        ("VARBINARY(16)", ColumnType::Bytes, true, None),
        ("JSON", ColumnType::Json, true, None),
        ("BIGSERIAL PRIMARY KEY", int(64, true), false, None),
        (
            "TIMESTAMP WITHOUT TIME ZONE",
            ColumnType::DateTime,
            true,
            None,
        ),
        (
            "VARCHAR(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL",
            ColumnType::Text,
            false,
            None,
        ),
    ] {
        let (tables, report) = tables(&format!("CREATE TABLE t (c {sql});"));
        assert_eq!(report, "", "{sql}");
        let column = &tables[0].columns[0];
        assert_eq!(
            (&column.ty, column.nullable, &column.default),
            (&ty, nullable, &default),
            "{sql}"
        );
    }
}

#[test]
fn others_are_ignored_and_errors_have_a_place() {
    for (sql, count, expected) in [
        (
            "CREATE TABLE \"t\" (\n  \"id\" bigint DEFAULT 'a'::text\n);",
            1,
            "",
        ),
        (
            "SET NAMES utf8mb4;\nDROP TABLE IF EXISTS t;\nCREATE TABLE IF NOT EXISTS `s`.`t` (a INT);\nINSERT INTO t VALUES (1);",
            1,
            "",
        ),
        (
            "/*!40101 SET x = 1 */;\nCREATE TABLE t (a INT); -- end",
            1,
            "",
        ),
        (
            "CREATE TABLE t (a INT);\nCREATE TABLE t (b INT);",
            1,
            "a.sql:2:14: error[sql/duplicate-table]",
        ),
        (
            "CREATE TABLE t (a INT, a INT);",
            0,
            "a.sql:1:24: error[sql/duplicate-column]",
        ),
        (
            "CREATE TABLE t (\n  `订单` POINT NOT NULL\n);",
            0,
            "a.sql:2:3: error[sql/unsupported-type]",
        ),
        (
            "CREATE TABLE t (\n  a INT,,\n);\nCREATE TABLE u (a INT);",
            1,
            "a.sql:2:9: error[sql/syntax]: expected ",
        ),
        (
            "CREATE TABLE t (a VARCHAR(8) DEFAULT 'x);",
            0,
            "a.sql:1:38: error[sql/syntax]",
        ),
    ] {
        let (tables, report) = tables(sql);
        assert_eq!(tables.len(), count, "{sql}\n{report}");
        assert!(
            report.starts_with(expected) && report.is_empty() == expected.is_empty(),
            "{sql}\n{report}"
        );
    }
}

/// `t(a:i32! b:Text+) pk(a) u(b) i(a,b)`: `?` may be NULL, `+` counts by itself.
fn summary(table: &Table) -> String {
    let column = |column: &crate::model::Column| {
        let ty = match &column.ty {
            ColumnType::Int { bits, signed } => {
                format!("{}{bits}", if *signed { 'i' } else { 'u' })
            }
            ColumnType::Float { bits } => format!("f{bits}"),
            ColumnType::Enum(values) => values.join("|"),
            other => format!("{other:?}"),
        };
        let null = if column.nullable { "?" } else { "" };
        let counts = if column.auto_increment { "+" } else { "" };
        format!("{}:{ty}{null}{counts}", column.name)
    };
    let columns: Vec<_> = table.columns.iter().map(column).collect();
    let mut out = format!("{}({})", table.name, columns.join(" "));
    let primary = Some(&table.primary_key).filter(|key| !key.is_empty());
    let keys = (primary.into_iter().map(|key| ("pk", key)))
        .chain(table.unique_keys.iter().map(|key| ("u", key)))
        .chain(table.indexes.iter().map(|key| ("i", key)));
    for (kind, key) in keys {
        let _ = write!(out, " {kind}({})", key.join(","));
    }
    out
}

/// What MySQL and MariaDB take beside the plain form of a table.
#[test]
fn forms_of_mysql() {
    let text = include_str!("../../fixtures/sql/mysql.sql");
    let mut count = 0;
    // A case each: `-- =>` and what is understood, then the statements.
    for case in text.split("-- => ").skip(1) {
        let (expected, sql) = case.split_once('\n').unwrap();
        let (tables, report) = tables(sql);
        let found: Vec<_> = tables.iter().map(summary).collect();
        assert_eq!(found.join("; "), expected, "{sql}\n{report}");
        assert_eq!(report, "", "{sql}");
        count += 1;
    }
    assert!(count > 25, "{count}");
}
