//! Migrations on SQLite, MariaDB and PostgreSQL: applied once, by one process of several, and never over what does not
//! agree with them.
#![cfg(all(feature = "mysql", feature = "postgres"))]

mod support;

use std::time::Duration;

use support::conf;
use support::mariadb::MariaDb;
use support::ports::free_port;
use support::postgres::Postgres;
use zgen_rt::args::Migrate;
use zgen_rt::config::DatabaseConf;
use zgen_rt::on_databases;
use zgen_rt::sql::{Dialect, Migration, Migrations, Pool, migrate};

const FIRST: Migration = Migration {
    file: "0001_items.sql",
    sql: "-- Items; and what they cost.\n\nCREATE TABLE items (id INTEGER PRIMARY KEY);\n\n\
          CREATE INDEX by_id ON items (id);\n",
};
const SECOND: Migration = Migration {
    file: "0002_add_note_to_items.sql",
    sql: "ALTER TABLE items ADD COLUMN note VARCHAR(8) NOT NULL DEFAULT 'none';\n",
};
const BY_HAND: Migration = Migration {
    file: "20261101_fill.sql",
    sql: "UPDATE items SET note = 'filled' WHERE id = 1;\n",
};
const EDITED: Migration = Migration {
    file: "0001_items.sql",
    sql: "CREATE TABLE items (id INTEGER PRIMARY KEY, more INTEGER);\n",
};
const BROKEN: Migration = Migration {
    file: "0003_broken.sql",
    sql: "CREATE TABLE more (id INTEGER PRIMARY KEY);\nCREATE TABLE items (hunter2 INTEGER);\n",
};

const fn all(files: &'static [Migration]) -> Migrations {
    Migrations {
        server: files,
        sqlite: files,
        tables: &["items"],
    }
}

const ONE: Migrations = all(&[FIRST]);
const TWO: Migrations = all(&[FIRST, SECOND]);
const THREE: Migrations = all(&[FIRST, SECOND, BY_HAND]);
const WRONG: Migrations = all(&[EDITED]);
const FAILING: Migrations = all(&[FIRST, SECOND, BROKEN, BY_HAND]);

/// A kind of database, with empty ones of it.
struct Kind {
    dialect: Dialect,
    is_server: bool,
    /// The data source of a database of this name.
    source: Box<dyn Fn(&str) -> String>,
}

impl Kind {
    fn conf(&self, name: &str, keys: &str) -> DatabaseConf {
        let source = (self.source)(name);
        conf(&format!(
            "{{DataSource: '{source}', AcquireTimeout: 5000, {keys}}}"
        ))
    }

    async fn open(&self, name: &str, keys: &str, migrations: Migrations) -> anyhow::Result<Pool> {
        Pool::open(&self.conf(name, keys), self.dialect, migrations).await
    }

    async fn migrate(
        &self,
        name: &str,
        migrations: Migrations,
        task: Migrate,
    ) -> Result<(), String> {
        let done = migrate(&self.conf(name, ""), self.dialect, migrations, task).await;
        done.map_err(|error| format!("{error:#}"))
    }
}

async fn execute(pool: &Pool, sql: &'static str) -> sqlx::Result<()> {
    on_databases!([MySql, Postgres, Sqlite], pool, db => sqlx::raw_sql(sql).execute(db).await.map(|_| ()))
}

async fn notes(pool: &Pool) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT note FROM items ORDER BY id";
    on_databases!([MySql, Postgres, Sqlite], pool, db => sqlx::query_scalar(SQL).fetch_all(db).await)
}

async fn versions(pool: &Pool) -> sqlx::Result<Vec<i64>> {
    const SQL: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
    on_databases!([MySql, Postgres, Sqlite], pool, db => sqlx::query_scalar(SQL).fetch_all(db).await)
}

const APPLY: &str = "Migrate: true";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations() {
    let folder = std::env::temp_dir().join(format!("zgen-rt-migrate-{}", std::process::id()));
    let files = folder.display().to_string();
    let mariadb = MariaDb::install(free_port());
    let _running = mariadb.start();
    let postgres = Postgres::start(free_port());
    let (on_mariadb, on_postgres) = (mariadb.port, postgres.port);
    let kinds = [
        Kind {
            dialect: Dialect::MySql,
            is_server: false,
            source: Box::new(move |name| format!("sqlite://{files}/{name}.db")),
        },
        Kind {
            dialect: Dialect::MySql,
            is_server: true,
            source: Box::new(move |name| format!("mysql://root@127.0.0.1:{on_mariadb}/{name}")),
        },
        Kind {
            dialect: Dialect::Postgres,
            is_server: true,
            source: Box::new(move |name| format!("postgres://zgen@127.0.0.1:{on_postgres}/{name}")),
        },
    ];
    for kind in &kinds {
        if kind.is_server {
            make_databases(kind).await;
        }
        grown(kind).await;
        several_at_once(kind).await;
        refused(kind).await;
        if kind.is_server {
            made_by_hand(kind).await;
        }
    }
    let _ = std::fs::remove_dir_all(folder);
}

async fn make_databases(kind: &Kind) {
    let maintenance = match kind.dialect {
        Dialect::MySql => "mysql",
        Dialect::Postgres => "postgres",
    };
    let pool = kind
        .open(maintenance, "", Migrations::default())
        .await
        .unwrap();
    for _ in 0..600 {
        if pool.ping().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for statement in [
        "CREATE DATABASE grown",
        "CREATE DATABASE several",
        "CREATE DATABASE refused",
        "CREATE DATABASE by_hand",
    ] {
        execute(&pool, statement).await.unwrap();
    }
}

/// Rows stay while the tables change, and what was applied is not applied again.
async fn grown(kind: &Kind) {
    let off = kind.open("grown", "Migrate: false", ONE).await.unwrap();
    assert!(execute(&off, "SELECT id FROM items").await.is_err());
    let pool = kind.open("grown", APPLY, ONE).await.unwrap();
    execute(&pool, "INSERT INTO items (id) VALUES (1)")
        .await
        .unwrap();
    let pool = kind.open("grown", APPLY, TWO).await.unwrap();
    assert_eq!(notes(&pool).await.unwrap(), ["none"]);
    kind.migrate("grown", THREE, Migrate::Apply).await.unwrap();
    assert_eq!(notes(&pool).await.unwrap(), ["filled"]);
    kind.migrate("grown", THREE, Migrate::Apply).await.unwrap();
    assert_eq!(versions(&pool).await.unwrap(), [1, 2, 20_261_101]);
    // A release before it may come back.
    kind.open("grown", APPLY, ONE).await.unwrap();
    // sqlx's own tool reads the same.
    let source = sqlx::migrate::Migrator::with_migrations(
        [FIRST, SECOND, BY_HAND]
            .map(|it| {
                let (version, name) = it.file.split_once('_').unwrap();
                sqlx::migrate::Migration::new(
                    version.parse().unwrap(),
                    name.trim_end_matches(".sql").replace('_', " ").into(),
                    sqlx::migrate::MigrationType::Simple,
                    sqlx::SqlSafeStr::into_sql_str(it.sql),
                    false,
                )
            })
            .to_vec(),
    );
    if let Some(pool) = pool.sqlite() {
        source.run(pool).await.unwrap();
    } else if let Some(pool) = pool.mysql() {
        source.run(pool).await.unwrap();
    } else if let Some(pool) = pool.postgres() {
        source.run(pool).await.unwrap();
    }
}

async fn several_at_once(kind: &Kind) {
    let one = || kind.open("several", APPLY, THREE);
    let all = futures_util::future::join_all((0..4).map(|_| one())).await;
    for opened in &all {
        assert!(opened.is_ok(), "{opened:?}");
    }
    let pool = all.into_iter().next().unwrap().unwrap();
    assert_eq!(versions(&pool).await.unwrap(), [1, 2, 20_261_101]);
}

async fn refused(kind: &Kind) {
    let pool = kind.open("refused", APPLY, TWO).await.unwrap();
    let says = kind
        .migrate("refused", WRONG, Migrate::Apply)
        .await
        .unwrap_err();
    assert!(
        says.contains("0001_items.sql was changed after it had been applied"),
        "{says}"
    );
    let says = kind.open("refused", APPLY, WRONG).await.unwrap_err();
    assert!(
        format!("{says:#}").contains("0001_items.sql was changed"),
        "{says:#}"
    );
    let says = kind
        .migrate("refused", FAILING, Migrate::Apply)
        .await
        .unwrap_err();
    assert!(
        says.contains("0003_broken.sql has failed: database error"),
        "{says}"
    );
    assert!(!says.contains("hunter2"), "{says}");
    // Without what undoes a statement, MySQL's is half there.
    let is_half = pool.mysql().is_some();
    let says = kind
        .migrate("refused", FAILING, Migrate::Apply)
        .await
        .unwrap_err();
    let expected = if is_half {
        "has failed halfway before"
    } else {
        "has failed: database error"
    };
    assert!(says.contains(expected), "{says}");
    // Nothing is held on to.
    execute(&pool, "INSERT INTO items (id) VALUES (2)")
        .await
        .unwrap();
}

/// Tables without a record are somebody's.
async fn made_by_hand(kind: &Kind) {
    let pool = kind
        .open("by_hand", "", Migrations::default())
        .await
        .unwrap();
    execute(&pool, "CREATE TABLE items (id INTEGER PRIMARY KEY)")
        .await
        .unwrap();
    let says = kind.open("by_hand", APPLY, TWO).await.unwrap_err();
    assert!(format!("{says:#}").contains("`--migrated 1`"), "{says:#}");
    assert!(versions(&pool).await.is_err(), "a record was made");
    let says = kind
        .migrate("by_hand", TWO, Migrate::Record(7))
        .await
        .unwrap_err();
    assert!(says.contains("there is no migration 7"), "{says}");
    kind.migrate("by_hand", TWO, Migrate::Record(1))
        .await
        .unwrap();
    assert_eq!(versions(&pool).await.unwrap(), [1]);
    let pool = kind.open("by_hand", APPLY, TWO).await.unwrap();
    assert_eq!(versions(&pool).await.unwrap(), [1, 2]);
}
