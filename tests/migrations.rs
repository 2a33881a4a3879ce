//! The slow lane: steps from one DDL to the next on real servers: rows stay, and the tables are in the end what a new database has.
//! The cases are folders of `fixtures/migrations`: `1.sql`, `2.sql`, .. as somebody edits a file.

#![cfg(unix)]

#[path = "support/cargo.rs"]
mod cargo;
#[path = "../rt/tests/support/ports.rs"]
mod ports;
#[path = "support/servers.rs"]
mod servers;

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use zgen::model::Dialect;
use zgen::project::{ModelInput, Project};
use zgen::{source, write};

const CASES: &str = "fixtures/migrations";

/// Where statements go.
enum Server {
    MariaDb(u16),
    Postgres(u16),
    Sqlite(Utf8PathBuf),
}

impl Server {
    fn folder(&self) -> &'static str {
        match self {
            Self::MariaDb(_) => "mysql",
            Self::Postgres(_) => "postgres",
            Self::Sqlite(_) => "sqlite",
        }
    }

    /// Executes a script in a database; what it answers.
    fn execute(&self, database: &str, script: &str) -> anyhow::Result<String> {
        let mut client = match self {
            Self::MariaDb(port) => {
                let mut client = Command::new("mariadb");
                client.args([
                    "--no-defaults",
                    "--host=127.0.0.1",
                    "--user=zgen",
                    "--password=zgen",
                    "-N",
                ]);
                client.arg(format!("--port={port}")).arg(database);
                client
            }
            Self::Postgres(port) => {
                let mut client = Command::new("psql");
                client.args([
                    "-h",
                    "127.0.0.1",
                    "-p",
                    &port.to_string(),
                    "-U",
                    "zgen",
                    "-d",
                    database,
                ]);
                client.args(["-v", "ON_ERROR_STOP=1", "-q", "-A", "-t"]);
                client
            }
            Self::Sqlite(folder) => {
                let mut client = Command::new("sqlite3");
                client.arg("-bail").arg(folder.join(database));
                client
            }
        };
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("script");
        fs::write(&file, script)?;
        let output = client
            .stdin(fs::File::open(&file)?)
            .stderr(Stdio::piped())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{}: {script}\n{said}",
            self.folder()
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    fn make(&self, database: &str) -> anyhow::Result<()> {
        match self {
            Self::MariaDb(_) => self.execute("mysql", &format!("CREATE DATABASE {database};")),
            Self::Postgres(_) => self.execute("postgres", &format!("CREATE DATABASE {database};")),
            Self::Sqlite(_) => Ok(String::new()),
        }
        .map(drop)
    }

    /// Columns and keys of all tables, in one order: what two databases are compared by.
    fn shape(&self, database: &str) -> anyhow::Result<String> {
        let query = match self {
            Self::MariaDb(_) => {
                "SELECT table_name, column_name, column_type, is_nullable, column_default, extra FROM \
                 information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2; \
                 SELECT table_name, non_unique, column_name, seq_in_index FROM information_schema.statistics \
                 WHERE table_schema = DATABASE() ORDER BY 1, 2, 3, 4;"
            }
            Self::Postgres(_) => {
                "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, \
                 is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2; \
                 SELECT tablename, regexp_replace(indexdef, 'INDEX .* ON', 'INDEX ON') FROM pg_indexes \
                 WHERE schemaname = 'public' ORDER BY 1, 2;"
            }
            Self::Sqlite(_) => {
                "SELECT m.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk FROM sqlite_master m \
                 JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2; \
                 SELECT m.name, i.\"unique\", group_concat(c.name) FROM sqlite_master m JOIN pragma_index_list(m.name) i \
                 JOIN pragma_index_info(i.name) c WHERE m.type = 'table' GROUP BY m.name, i.name ORDER BY 1, 2, 3;"
            }
        };
        self.execute(database, query)
    }
}

#[tokio::test]
async fn steps_are_taken_by_servers() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    let user = [
        "CREATE USER 'zgen'@'%' IDENTIFIED BY 'zgen'".to_owned(),
        "GRANT ALL ON *.* TO 'zgen'@'%'".to_owned(),
    ];
    let mariadb = servers::mariadb(&user).await?;
    let empty = tempfile::NamedTempFile::new()?;
    let empty_path = Utf8Path::from_path(empty.path()).context("a path that is UTF-8")?;
    let postgres = servers::postgres(empty_path).await?;
    let folder = tempfile::tempdir()?;
    let files = Utf8Path::from_path(folder.path()).context("a path that is UTF-8")?;
    let mut servers = vec![
        (Server::MariaDb(port(&mariadb.address)?), Dialect::MySql),
        (
            Server::Postgres(port(&postgres.address)?),
            Dialect::Postgres,
        ),
    ];
    if Command::new("sqlite3").arg("--version").output().is_ok() {
        servers.push((Server::Sqlite(files.to_owned()), Dialect::MySql));
        servers.push((Server::Sqlite(files.to_owned()), Dialect::Postgres));
    } else {
        eprintln!("skipped on SQLite: there is no sqlite3");
    }
    for (server, dialect) in &servers {
        for entry in Utf8Path::new(CASES).join(dialect.name()).read_dir_utf8()? {
            let case = entry?.path().to_owned();
            walk(server, *dialect, &case)
                .with_context(|| format!("{case} on {}", server.folder()))?;
        }
    }
    Ok(())
}

/// Takes every step of a case in one database, and compares with a database that is new.
fn walk(server: &Server, dialect: Dialect, case: &Utf8Path) -> anyhow::Result<()> {
    let name = case.file_name().unwrap_or_default();
    let label = format!("{}_{name}", dialect.name());
    server.make(&label)?;
    let folder = tempfile::tempdir()?;
    let dir = Utf8Path::from_path(folder.path()).context("a path that is UTF-8")?;
    for step in 1.. {
        let ddl = case.join(format!("{step}.sql"));
        if !ddl.exists() {
            break;
        }
        let applied = run(dir, &ddl, dialect)?;
        let of_step = Utf8Path::new("crates/it-store/migrations").join(server.folder());
        for path in applied {
            if path.starts_with(&of_step) {
                server.execute(&label, &fs::read_to_string(dir.join(&path))?)?;
            }
        }
        // Rows are made and have to be there to the end.
        let rows = case.join(format!("{step}.rows"));
        if rows.exists() {
            server.execute(&label, &fs::read_to_string(&rows)?)?;
        }
        let fresh = tempfile::tempdir()?;
        let fresh_dir = Utf8Path::from_path(fresh.path()).context("a path that is UTF-8")?;
        let database = format!("{label}_{step}");
        server.make(&database)?;
        for path in run(fresh_dir, &ddl, dialect)? {
            if path.starts_with(&of_step) {
                server.execute(&database, &fs::read_to_string(fresh_dir.join(&path))?)?;
            }
        }
        let (grown, new) = (server.shape(&label)?, server.shape(&database)?);
        ensure!(
            grown == new,
            "after {ddl}:\n{grown}\nbut a new one has\n{new}"
        );
    }
    let (query, expected) = (case.join("query.sql"), case.join("expected"));
    let found = server.execute(&label, &fs::read_to_string(&query)?)?;
    let found = found.replace('\t', "|");
    let expected = fs::read_to_string(expected)?;
    ensure!(found == expected, "{found}\nis not\n{expected}");
    Ok(())
}

/// The migrations that a run writes.
fn run(dir: &Utf8Path, ddl: &Utf8Path, dialect: Dialect) -> anyhow::Result<Vec<Utf8PathBuf>> {
    let mut project = Project::open(dir)?;
    let copy = dir.join("it.sql");
    fs::copy(ddl, &copy)?;
    project.add_model(&ModelInput {
        name: "it".to_owned(),
        sql: vec![copy],
        dialect: Some(dialect),
        tables: zgen::project::TableOptions::default(),
    })?;
    let generated = zgen::generate(&project, &source::Disk);
    let said: Vec<_> = generated
        .report
        .iter()
        .map(|it| format!("{}: {}", it.code, it.message))
        .collect();
    ensure!(said.is_empty(), "{ddl}: {said:#?}");
    let tree = generated.tree.context("a tree")?;
    let disk = write::Disk::at(dir);
    let rules = write::Rules::default();
    let guard = write::Guard::acquire(dir)?;
    let plan = write::plan(&tree, &disk, &write::Lock::read(&disk)?, &rules)?;
    let new = plan.changes().filter(|change| {
        change.action == write::Action::Create && change.path.extension() == Some("sql")
    });
    let new: Vec<_> = new.map(|change| change.path.clone()).collect();
    let ready = plan.ready().map_err(|_| anyhow::anyhow!("conflicts"))?;
    write::apply(ready, &guard)?;
    Ok(new)
}

fn port(address: &str) -> anyhow::Result<u16> {
    let (_, port) = address.rsplit_once(':').context("an address")?;
    Ok(port.parse()?)
}
