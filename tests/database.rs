//! `zgen model --database`: MariaDB, PostgreSQL and SQLite that were made from files give the tables of these files, the
//! same text each time, and no password away.

#![cfg(all(unix, feature = "database"))]

#[path = "support/files.rs"]
mod files;
#[path = "../rt/tests/support/ports.rs"]
mod ports;
#[path = "support/servers.rs"]
mod servers;

use std::fs;
use std::process::Command;

use anyhow::{Context as _, ensure};
use camino::Utf8PathBuf;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection};
use zgen::diag::{Format, Report, render};
use zgen::model::{ColumnDefault, Dialect, Table};
use zgen::source::SourceMap;
use zgen::sql::Script;

const PASSWORD: &str = "s3cr3t:/@";
const IN_URL: &str = "s3cr3t%3A%2F%40";

const MYSQL: &[&str] = &[
    "fixtures/order.sql",
    "fixtures/projects/goods/audit.sql",
    "fixtures/projects/goods/goods.sql",
    "fixtures/projects/goods/stock.sql",
    "fixtures/projects/shapes/shapes.sql",
    "fixtures/scenarios/base/stock.sql",
    "fixtures/database/mysql.sql",
];
const POSTGRES: &[&str] = &[
    "fixtures/projects/ledger/ledger.sql",
    "fixtures/database/postgres.sql",
];

/// A folder to run commands in.
struct Place {
    dir: Utf8PathBuf,
    _temporary: tempfile::TempDir,
}

struct Answer {
    status: Option<i32>,
    /// Both streams.
    text: String,
}

impl Place {
    fn new() -> anyhow::Result<Self> {
        let temporary = tempfile::tempdir()?;
        Ok(Self {
            dir: Utf8PathBuf::try_from(temporary.path().to_owned())?,
            _temporary: temporary,
        })
    }

    fn zgen(&self, arguments: &[&str], url: Option<&str>) -> anyhow::Result<Answer> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zgen"));
        command.args(arguments).current_dir(&self.dir);
        command.env_remove("DATABASE_URL");
        command.envs(url.map(|url| ("DATABASE_URL", url)));
        let output = command.output()?;
        let text = [output.stdout, output.stderr].concat();
        Ok(Answer {
            status: output.status.code(),
            text: String::from_utf8(text)?,
        })
    }

    fn fine(&self, line: &str, url: Option<&str>) -> anyhow::Result<String> {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let answer = self.zgen(&arguments, url)?;
        ensure!(answer.status == Some(0), "zgen {line}: {}", answer.text);
        ensure!(
            !answer.text.contains("s3cr3t"),
            "zgen {line}: {}",
            answer.text
        );
        Ok(answer.text)
    }

    fn read(&self, file: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.dir.join(file)).with_context(|| file.to_owned())
    }

    fn expect_no_secret(&self) -> anyhow::Result<()> {
        for (path, bytes) in files::below(&self.dir)? {
            let text = String::from_utf8_lossy(&bytes);
            ensure!(!text.contains("s3cr3t"), "{path} holds the password");
        }
        Ok(())
    }
}

#[tokio::test]
async fn mariadb_says_what_it_was_told() -> anyhow::Result<()> {
    let server = servers::mariadb(&[
        format!("CREATE USER zgen@'%' IDENTIFIED BY '{PASSWORD}'"),
        "GRANT ALL ON *.* TO zgen@'%'".to_owned(),
        // The least friendly settings.
        "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'".to_owned(),
    ])
    .await?;
    let url = |database: &str| format!("mysql://zgen:{IN_URL}@{}/{database}", server.address);
    for (number, file) in MYSQL.iter().enumerate() {
        let (database, source) = (format!("case{number}"), fs::read_to_string(file)?);
        let mut root = MySqlConnection::connect(&url("mysql")).await?;
        let words =
            format!("CREATE DATABASE {database}; USE {database}; SET sql_mode = '';{source}");
        let made = sqlx::raw_sql(AssertSqlSafe(words)).execute(&mut root).await;
        made.with_context(|| (*file).to_owned())?;
        let place = Place::new()?;
        place.fine("model --database -o out", Some(&url(&database)))?;
        let name = format!("out/{database}.sql");
        let text = place.read(&name)?;
        let tables = expect_same(file, &text, Dialect::MySql)?;
        for table in &tables {
            if let Some(counted) = table.columns.iter().find(|column| column.auto_increment) {
                let name = table.name.replace('`', "``");
                let words = format!("ALTER TABLE `{name}` AUTO_INCREMENT = 4711");
                sqlx::raw_sql(AssertSqlSafe(words))
                    .execute(&mut root)
                    .await
                    .with_context(|| counted.name.clone())?;
            }
        }
        expect_stable(&place, &name, &url(&database), &text)?;
    }
    let errors = [
        (
            format!("mysql://zgen:wr0ng@{}/case0", server.address),
            "",
            "Access denied for user 'zgen'@",
        ),
        (url("nowhere"), "", "Unknown database 'nowhere'"),
        (
            url("case0"),
            "--table stock*",
            "no table is called so; there are: orders",
        ),
        (
            url("sys"),
            "--table nothing",
            "no table is called so; there are: sys_config",
        ),
        (
            format!(
                "mysql://zgen:{IN_URL}@127.0.0.1:{}/case0",
                ports::free_port()
            ),
            "",
            "cannot connect: Connection refused",
        ),
        (url("case0") + "?ssl-mode=REQUIRED", "", "cannot connect: "),
    ];
    expect_errors(&errors)
}

#[tokio::test]
async fn postgres_says_what_it_was_told() -> anyhow::Result<()> {
    let empty = Place::new()?;
    let script = empty.dir.join("empty.sql");
    fs::write(&script, "")?;
    let readable = Command::new("chmod")
        .args(["-R", "a+rX", empty.dir.as_str()])
        .status()?;
    ensure!(readable.success());
    let server = servers::postgres(&script).await?;
    let url = |database: &str| format!("postgres://zgen:{IN_URL}@{}/{database}", server.address);
    for (number, file) in POSTGRES.iter().enumerate() {
        let (database, source) = (format!("case{number}"), fs::read_to_string(file)?);
        let mut root = PgConnection::connect(&url("zgen")).await?;
        let words = format!("CREATE DATABASE {database}");
        sqlx::raw_sql(AssertSqlSafe(words))
            .execute(&mut root)
            .await?;
        let mut connection = PgConnection::connect(&url(&database)).await?;
        let made = sqlx::raw_sql(AssertSqlSafe(source))
            .execute(&mut connection)
            .await;
        made.with_context(|| (*file).to_owned())?;
        let place = Place::new()?;
        place.fine("model --database -o out", Some(&url(&database)))?;
        let name = format!("out/{database}.sql");
        let text = place.read(&name)?;
        expect_golden(file, &text)?;
        if !file.contains("database") {
            expect_same(file, &text, Dialect::Postgres)?;
        }
        expect_stable(&place, &name, &url(&database), &text)?;
        // What was read makes the same database once more.
        let copy = format!("copy{number}");
        let words = format!("CREATE DATABASE {copy}");
        sqlx::raw_sql(AssertSqlSafe(words))
            .execute(&mut root)
            .await?;
        let mut connection = PgConnection::connect(&url(&copy)).await?;
        sqlx::raw_sql(AssertSqlSafe(text.clone()))
            .execute(&mut connection)
            .await?;
        place.fine("model --database -o copy", Some(&url(&copy)))?;
        let again = place.read(&format!("copy/{copy}.sql"))?;
        ensure!(
            again == text,
            "{file}: of what was read another text is read: {again}"
        );
    }
    let place = Place::new()?;
    place.fine("model --database --schema app -o out", Some(&url("case1")))?;
    let text = place.read("out/case1.sql")?;
    ensure!(text.contains("CREATE TABLE app.items ("), "{text}");
    expect_errors(&[
        (url("nowhere"), "", "database \"nowhere\" does not exist"),
        (url("zgen"), "", "there are no tables"),
        (url("case1"), "--schema nowhere", "there are no tables"),
    ])
}

#[tokio::test]
async fn sqlite_is_read_in_the_words_of_a_server() -> anyhow::Result<()> {
    let place = Place::new()?;
    let file = "fixtures/database/sqlite.sql";
    let options = SqliteConnectOptions::new();
    let options = options
        .filename(place.dir.join("shop.db"))
        .create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let words = fs::read_to_string(file)?;
    sqlx::raw_sql(AssertSqlSafe(words))
        .execute(&mut connection)
        .await?;
    let said = place.fine("model --database sqlite:shop.db -o out", None)?;
    ensure!(said.contains("view open_users"), "{said}");
    let text = place.read("out/shop.sql")?;
    expect_golden(file, &text)?;
    expect_stable(&place, "out/shop.sql", "sqlite:shop.db", &text)?;

    // A table more, and then only some of them: the file has what the store wants.
    sqlx::raw_sql("CREATE TABLE tags (id INTEGER PRIMARY KEY)")
        .execute(&mut connection)
        .await?;
    let check = [
        "model",
        "--database",
        "sqlite:shop.db",
        "-o",
        "out",
        "--check",
    ];
    let differs = place.zgen(&check, None)?;
    ensure!(
        differs.status == Some(1) && differs.text.contains("tags"),
        "{}",
        differs.text
    );
    ensure!(place.read("out/shop.sql")? == text, "--check has written");
    place.fine("model --database sqlite:shop.db --table tags -o out", None)?;
    let less = place.read("out/shop.sql")?;
    ensure!(less.contains("tags") && !less.contains("users"), "{less}");
    // The names are kept in zgen.yaml.
    place.fine("model --database sqlite:shop.db -o out", None)?;
    ensure!(place.read("out/shop.sql")? == less);
    place.fine("gen out --check", None)?;

    // For a service.
    fs::copy("fixtures/order.proto", place.dir.join("order.proto"))?;
    place.fine("rpc order.proto --database sqlite:shop.db -o rpc", None)?;
    ensure!(place.read("rpc/zgen.yaml")?.contains("- shop.sql"));
    place.fine("gen rpc --check", None)?;

    // A file that somebody has written is not written over.
    fs::create_dir(place.dir.join("own"))?;
    fs::write(
        place.dir.join("own/shop.sql"),
        "CREATE TABLE mine (id INT);\n",
    )?;
    let arguments = ["model", "--database", "sqlite:shop.db", "-o", "own"];
    let refused = place.zgen(&arguments, None)?;
    ensure!(refused.status == Some(2), "{}", refused.text);
    ensure!(
        refused.text.contains("was not read from a database"),
        "{}",
        refused.text
    );
    ensure!(place.read("own/shop.sql")?.contains("mine"));
    ensure!(!place.dir.join("own/zgen.yaml").exists());

    let missing = |url: &str| (url.to_owned(), "", "unable to open database file");
    expect_errors(&[
        missing("sqlite:nowhere.db"),
        (
            "env:NOTHING".to_owned(),
            "",
            "the environment has no variable `NOTHING`",
        ),
        ("s3cr3t".to_owned(), "", "that is no URL"),
    ])
}

/// A URL that is given where a file should be is not repeated, either.
#[test]
fn a_url_in_the_wrong_place_is_kept_secret() -> anyhow::Result<()> {
    let place = Place::new()?;
    let url = format!("mysql://zgen:{PASSWORD}@h/shop");
    for line in [
        ["model", &url, "-o", "out"],
        ["rpc", &url, "-o", "out"],
        ["check", &url, "--format", "short"],
        ["inspect", &url, "--format", "json"],
        ["model", "--database", &url, "--dialect=mysql"],
    ] {
        let answer = place.zgen(&line, None)?;
        ensure!(answer.status == Some(2), "{}", answer.text);
        ensure!(!answer.text.contains("s3cr3t"), "{line:?}: {}", answer.text);
    }
    Ok(())
}

/// Each: a URL, options, and what is said. Nothing is written, and no password is said.
fn expect_errors(cases: &[(String, &str, &str)]) -> anyhow::Result<()> {
    for (url, options, expected) in cases {
        let place = Place::new()?;
        let mut arguments = vec!["model", "-o", "out", "--database", url];
        arguments.extend(options.split_whitespace());
        let answer = place.zgen(&arguments, None)?;
        let text = &answer.text;
        ensure!(answer.status == Some(2), "{options}: {text}");
        ensure!(text.contains(expected), "expected {expected}: {text}");
        ensure!(
            !text.contains("s3cr3t") && !text.contains("wr0ng"),
            "{text}"
        );
        ensure!(!place.dir.join("out/zgen.yaml").exists(), "{text}");
    }
    Ok(())
}

/// A second run changes nothing, and neither does one without the database.
fn expect_stable(place: &Place, file: &str, url: &str, text: &str) -> anyhow::Result<()> {
    place.fine("model --database -o out --check", Some(url))?;
    place.fine("model --database -o out", Some(url))?;
    ensure!(place.read(file)? == text, "{file} is another now");
    place.fine("gen out --check", None)?;
    place.expect_no_secret()
}

fn expect_golden(file: &str, text: &str) -> anyhow::Result<()> {
    let golden = file.replace(".sql", ".read.sql");
    if !golden.contains("fixtures/database/") {
        return Ok(());
    }
    if std::env::var_os("ZGEN_UPDATE").is_some() {
        fs::write(&golden, text)?;
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    ensure!(
        text == expected,
        "{golden}:\n{}",
        zgen::write::between("expected", "found", &expected, text)
    );
    Ok(())
}

/// The tables of the file are those of the text that was read, but for the names of things that have no meaning.
fn expect_same(file: &str, text: &str, dialect: Dialect) -> anyhow::Result<Vec<Table>> {
    let described = tables(&fs::read_to_string(file)?, dialect)?;
    let read = tables(text, dialect)?;
    let (expected, found) = (plain(described), plain(read.clone()));
    for (expected, found) in expected.iter().zip(&found) {
        ensure!(
            expected == found,
            "{file}:\n{expected:#?}\n{found:#?}\n{text}"
        );
    }
    ensure!(expected.len() == found.len(), "{file}:\n{text}");
    Ok(read)
}

fn tables(text: &str, dialect: Dialect) -> anyhow::Result<Vec<Table>> {
    let (mut sources, mut report) = (SourceMap::default(), Report::default());
    let file = sources.add("read.sql", text);
    let mut script = Script::of(dialect);
    script.read(file, text, &mut report);
    let said = render(&report, &sources, Format::Short);
    ensure!(!report.has_errors(), "{said}\n{text}");
    Ok(script.tables)
}

fn plain(mut tables: Vec<Table>) -> Vec<Table> {
    tables.retain(|table| table.name != "_sqlx_migrations");
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    for table in &mut tables {
        table.ddl.clear();
        table.docs.clear();
        table.written.clear();
        table.keys.clear();
        table.span = zgen::source::Span::new(zgen::source::FileId(0), 0, 0);
        table.unique_keys.sort();
        table.indexes.sort();
        for column in &mut table.columns {
            column.default = column.default.take().and_then(plain_default);
        }
    }
    tables
}

/// `'0'` and `0` are one, and so are NULL and nothing.
fn plain_default(default: ColumnDefault) -> Option<ColumnDefault> {
    match default {
        ColumnDefault::Null => None,
        ColumnDefault::Number(text) | ColumnDefault::Text(text) => {
            let text = text
                .parse::<f64>()
                .map_or(text, |number| number.to_string());
            Some(ColumnDefault::Text(text))
        }
        ColumnDefault::Bool(value) => Some(ColumnDefault::Text(u8::from(value).to_string())),
        ColumnDefault::Expression(_) => Some(ColumnDefault::Expression(String::new())),
        ColumnDefault::Now => Some(ColumnDefault::Now),
    }
}
