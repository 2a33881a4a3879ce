//! Data sources and the pool: what each text means, that none of it is shown, and what a query leaves on its span.
#![cfg(all(feature = "mysql", feature = "postgres", feature = "testing"))]

mod support;

use std::path::PathBuf;

use http::HeaderMap;
use zgen_rt::Code;
use zgen_rt::config::DatabaseConf;
use zgen_rt::sql::{Dialect, InsertId as _, Migration, Migrations, Pool};
use zgen_rt::trace::testing::capture;
use zgen_rt::trace::{Failure as _, Span};

const SCHEMA: Migrations = Migrations {
    server: &[],
    sqlite: &[Migration {
        file: "0001_orders.sql",
        sql: "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
    }],
    tables: &["orders"],
};
const NONSENSE: Migrations = Migrations {
    server: &[],
    sqlite: &[Migration {
        file: "0001_nonsense.sql",
        sql: "CREATE NONSENSE",
    }],
    tables: &[],
};

fn conf(data_source: &str) -> DatabaseConf {
    conf_of(data_source, 10)
}

fn conf_of(data_source: &str, max_open_conns: u32) -> DatabaseConf {
    let text = serde_json::json!({ "DataSource": data_source, "MaxOpenConns": max_open_conns });
    support::conf(&text.to_string())
}

async fn open(source: &str) -> anyhow::Result<Pool> {
    Pool::open(&conf(source), Dialect::MySql, SCHEMA).await
}

/// A folder of this test's own, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("zgen-rt-sql-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn source(&self, rest: &str) -> String {
        format!("sqlite://{}/{rest}", self.0.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn mysql_sources_are_read_in_both_forms() {
    // Host, port, user, password, database and character set.
    let rows = [
        (
            "root:pw@tcp(db:3307)/order?charset=utf8mb4&parseTime=true&loc=Asia%2FShanghai",
            ("db", 3307, "root", "pw", "order", "utf8mb4"),
        ),
        (
            "root:pw@tcp(db)/order",
            ("db", 3306, "root", "pw", "order", "utf8mb4"),
        ),
        (
            "root@tcp(db:1)/order",
            ("db", 1, "root", "", "order", "utf8mb4"),
        ),
        ("root:@tcp(db:1)/", ("db", 1, "root", "", "", "utf8mb4")),
        (
            "root:p@ss:w/rd)@tcp(db:1)/order?charset=latin1,utf8",
            ("db", 1, "root", "p@ss:w/rd)", "order", "latin1"),
        ),
        (
            "root:p%40@tcp(db:1)/order",
            ("db", 1, "root", "p%40", "order", "utf8mb4"),
        ),
        (
            "root:pw@tcp([::1]:3306)/order",
            ("::1", 3306, "root", "pw", "order", "utf8mb4"),
        ),
        (
            "root:pw@tcp([::1])/order",
            ("::1", 3306, "root", "pw", "order", "utf8mb4"),
        ),
        (
            "root:pw@tcp(10.0.0.1:3306)/a?b",
            ("10.0.0.1", 3306, "root", "pw", "a", "utf8mb4"),
        ),
        (
            "mysql://root:pw@db:3307/order",
            ("db", 3307, "root", "pw", "order", "utf8mb4"),
        ),
        (
            "mysql://root:p%40w@db/order",
            ("db", 3306, "root", "p@w", "order", "utf8mb4"),
        ),
        (
            "mariadb://root@db/order",
            ("db", 3306, "root", "", "order", "utf8mb4"),
        ),
    ];
    for (source, (host, port, user, password, name, charset)) in rows {
        let pool = open(source).await.unwrap();
        let shown = format!("{pool:?}");
        let options = pool.mysql().unwrap().connect_options();
        assert_eq!(options.get_host(), host, "{source}");
        assert_eq!(options.get_port(), port, "{source}");
        assert_eq!(options.get_username(), user, "{source}");
        assert_eq!(options.get_database().unwrap_or_default(), name, "{source}");
        assert_eq!(options.get_charset(), charset, "{source}");
        assert!(shown.contains(&format!("database: {name:?}")), "{shown}");
        // There is no getter for it.
        let shown = format!("{options:?}");
        let expected = match password {
            "" => "password: None".to_owned(),
            password => format!("password: Some(\"{password}\")"),
        };
        assert!(shown.contains(&expected), "{source}: {shown}");
    }
}

#[tokio::test]
async fn postgres_sources_are_read_in_both_forms() {
    // Host, port, user, password, database and TLS.
    let rows = [
        (
            "postgres://root:p%40w@db:5433/order?sslmode=require",
            ("db", 5433, "root", "p@w", "order", "Require"),
        ),
        (
            "postgresql://root@db/order",
            ("db", 5432, "root", "", "order", "Prefer"),
        ),
        (
            "host=db port=5433 user=root password=p@w dbname=order sslmode=disable TimeZone=Asia/Shanghai",
            ("db", 5433, "root", "p@w", "order", "Disable"),
        ),
        (
            "host = db  user='root' password='a \\' b\\\\' dbname=order",
            ("db", 5432, "root", "a ' b\\", "order", "Prefer"),
        ),
    ];
    for (source, (host, port, user, password, name, tls)) in rows {
        let pool = Pool::open(&conf(source), Dialect::Postgres, SCHEMA).await;
        let pool = pool.unwrap_or_else(|error| panic!("{source}: {error:#}"));
        assert!(format!("{pool:?}").contains(&format!("database: {name:?}")));
        let options = pool.postgres().unwrap().connect_options();
        assert_eq!(options.get_host(), host, "{source}");
        assert_eq!(options.get_port(), port, "{source}");
        assert_eq!(options.get_username(), user, "{source}");
        assert_eq!(format!("{:?}", options.get_ssl_mode()), tls, "{source}");
        // There is no getter for it.
        let shown = format!("{options:?}");
        let expected = match password {
            "" => "password: None".to_owned(),
            password => format!("password: Some({password:?})"),
        };
        assert!(shown.contains(&expected), "{source}: {shown}");
    }
}

/// Queries in one server's words mean nothing to another.
#[tokio::test]
async fn a_store_is_opened_on_its_own_server_only() {
    let rows = [
        (Dialect::MySql, "postgres://root@db/order"),
        (Dialect::Postgres, "root@tcp(db:1)/order"),
    ];
    for (dialect, source) in rows {
        let error = Pool::open(&conf(source), dialect, SCHEMA).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("is written for"), "{error}");
    }
}

#[tokio::test]
async fn a_source_that_asks_for_tls_is_not_served_without() {
    let rows = [
        ("root:pw@tcp(db:1)/order", "Preferred"),
        ("root:pw@tcp(db:1)/order?tls=false", "Disabled"),
        ("root:pw@tcp(db:1)/order?tls=preferred", "Preferred"),
        ("root:pw@tcp(db:1)/order?tls=skip-verify", "Required"),
        ("root:pw@tcp(db:1)/order?tls=true", "VerifyIdentity"),
        ("root:pw@tcp(db:1)/order?tls=custom", "VerifyIdentity"),
    ];
    for (source, mode) in rows {
        let pool = open(source).await.unwrap();
        let pool = pool.mysql().unwrap();
        let shown = format!("{:?}", pool.connect_options().get_ssl_mode());
        assert_eq!(shown, mode, "{source}");
    }
}

#[tokio::test]
async fn sources_that_mean_nothing_are_refused_and_not_shown() {
    let rows = [
        "",
        "hunter2",
        "sqlite:",
        "sqlite://",
        "sqlite://?hunter2",
        "root:hunter2@tcp(db:3306)order",
        "root:hunter2@tcp(db:hunter2)/order",
        "root:hunter2@tcp(db:99999)/order",
        "root:hunter2@(db:3306)/order",
        "root:hunter2@unix(/tmp/hunter2)/order",
        "root:hunter2@tcp(db:3306/order",
        "postgres://root:hunter2@db/order",
        "postgres://root:hunter2@db:hunter2/order",
        "host=db port=hunter2 password=x",
        "host=db password='hunter2",
        "host=db password=hunter2 sslmode=hunter2",
        "host=db password=hunter2 hunter2",
        "mysql://root:hunter2@db:hunter2/order",
        "mysql://hunter2@[",
        "Mysql://root:hunter2@db/order",
    ];
    for source in rows {
        let error = open(source).await.unwrap_err();
        for shown in [format!("{error:#}"), format!("{error:?}")] {
            assert!(shown.contains("Database.DataSource"), "{source}: {shown}");
            assert!(!shown.contains("hunter2"), "{source}: {shown}");
        }
    }
}

#[tokio::test]
async fn an_open_pool_does_not_show_its_password() {
    let pool = open("root:hunter2@tcp(db:1)/order").await.unwrap();
    assert!(!format!("{pool:?} {pool:#?}").contains("hunter2"));
}

#[tokio::test]
async fn a_mysql_that_is_not_there_is_unavailable_when_asked() {
    let pool = open("root:hunter2@tcp(127.0.0.1:1)/order").await.unwrap();
    let asked =
        zgen_rt::on_pool!(&pool, pool => sqlx::raw_sql("SELECT 1").execute(pool).await.map(drop));
    let error = asked.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "{error}");
    assert!(!error.describe().contains("hunter2"));
}

#[tokio::test]
async fn sqlite_files_are_made_and_kept() {
    let folder = Folder::new("kept");
    let source = folder.source("a/b/order.db");
    for expected in 0_i64..3 {
        let pool = open(&source).await.unwrap();
        assert!(format!("{pool:?}").contains("database: \"order\""));
        let pool = pool.sqlite().unwrap();
        let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM orders");
        assert_eq!(count.fetch_one(pool).await.unwrap(), expected);
        let insert = sqlx::query("INSERT INTO orders (name) VALUES (?)").bind(expected);
        let inserted = insert.execute(pool).await.unwrap();
        assert_eq!(inserted.insert_id(), expected + 1);
        pool.close().await;
    }
}

#[tokio::test]
async fn sqlite_sources() {
    let folder = Folder::new("sources");
    let rows = [
        ("sqlite::memory:".to_owned(), "memory"),
        ("sqlite://:memory:".to_owned(), "memory"),
        (folder.source("x.db"), "x"),
        (folder.source("with space.db?mode=rwc"), "with space"),
        (format!("sqlite:{}/y.sqlite3", folder.0.display()), "y"),
    ];
    for (source, name) in rows {
        let pool = open(&source).await;
        let pool = pool.unwrap_or_else(|error| panic!("{source}: {error:#}"));
        let shown = format!("{pool:?}");
        assert!(shown.contains(&format!("database: {name:?}")), "{shown}");
        let pool = pool.sqlite().unwrap();
        // Every connection sees the same database, also the one in memory.
        let insert = || sqlx::query("INSERT INTO orders (name) VALUES (NULL)").execute(pool);
        let all = futures_util::future::join_all((0..20).map(|_| insert())).await;
        assert!(all.iter().all(Result::is_ok), "{source}: {all:?}");
    }
}

#[tokio::test]
async fn a_folder_or_a_schema_that_is_wrong_is_said() {
    let folder = Folder::new("wrong");
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("file"), "").unwrap();
    let rows = [
        (folder.source("file/x.db"), SCHEMA, "cannot create"),
        (folder.source("."), SCHEMA, "cannot open"),
        (
            folder.source("ok.db"),
            NONSENSE,
            "0001_nonsense.sql has failed",
        ),
    ];
    for (source, schema, says) in rows {
        let error = Pool::open(&conf(&source), Dialect::MySql, schema)
            .await
            .unwrap_err();
        let error = format!("{error:#}");
        assert!(error.contains(says), "{source}: {error}");
    }
}

#[tokio::test]
async fn zero_connections_is_no_limit_as_in_go() {
    let folder = Folder::new("zero");
    for source in [folder.source("x.db").as_str(), "root@tcp(db:1)/order"] {
        for connections in [0, u32::MAX] {
            let pool = Pool::open(&conf_of(source, connections), Dialect::MySql, SCHEMA).await;
            assert!(pool.is_ok(), "{source}: {pool:?}");
        }
    }
}

#[tokio::test]
async fn errors_have_codes_and_no_values() {
    let pool = open("sqlite::memory:").await.unwrap();
    let pool = pool.sqlite().unwrap();
    let insert = || sqlx::query("INSERT INTO orders (name) VALUES ('hunter2')").execute(pool);
    insert().await.unwrap();
    let doubled = insert().await.unwrap_err();
    let missing = sqlx::query("SELECT * FROM orders WHERE name = 'hunter3'");
    let missing = missing.fetch_one(pool).await.unwrap_err();
    let wrong = sqlx::query("SELECT hunter2 FROM orders")
        .execute(pool)
        .await;
    let rows = [
        (doubled, Code::AlreadyExists),
        (missing, Code::NotFound),
        (wrong.unwrap_err(), Code::Internal),
        (sqlx::Error::PoolTimedOut, Code::Unavailable),
        (sqlx::Error::PoolClosed, Code::Unavailable),
    ];
    for (error, code) in rows {
        assert_eq!(error.code(), code, "{error}");
        let said = error.describe();
        assert!(!said.is_empty() && !said.contains("hunter2"), "{said}");
    }
}

#[tokio::test]
async fn a_query_is_a_span() {
    let captured = capture();
    let pool = open("sqlite::memory:").await.unwrap();
    let server = Span::server("S", &HeaderMap::new());
    let id = server.ids().unwrap().trace_id;
    let query = async {
        zgen_rt::on_pool!(&pool, db =>
            sqlx::raw_sql("INSERT INTO nowhere VALUES (1)").execute(db).await.map(drop))
    };
    let insert = server.scope(pool.run("InsertOrder", "INSERT", "orders", query));
    assert!(insert.await.is_err());
    drop(server);
    assert_eq!(captured.tree(id), "SERVER S\n  CLIENT InsertOrder\n");
    let spans = captured.spans(id);
    let rows = [
        ("db.system.name", "sqlite"),
        ("db.operation.name", "INSERT"),
        ("db.collection.name", "orders"),
        ("db.namespace", "memory"),
        ("db.query.summary", "INSERT orders"),
        ("error.type", "internal"),
    ];
    for (key, value) in rows {
        let found = spans[1].attributes.iter().find(|a| a.key.as_str() == key);
        assert_eq!(
            found.map(|a| a.value.to_string()).as_deref(),
            Some(value),
            "{key}"
        );
    }
}
