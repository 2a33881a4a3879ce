//! The slow lane: expected workspaces with a user's logic in them (`fixtures/wired`), called over real sockets: two
//! services behind one gateway, streams of all kinds, and tables on SQLite, MariaDB and PostgreSQL.
//!
//! `ZGEN_SLOW=0` skips it; CI never does.

#![cfg(unix)]

#[path = "../support/cargo.rs"]
mod cargo;
#[path = "../support/files.rs"]
mod files;
#[path = "../../rt/tests/support/ports.rs"]
mod ports;
#[path = "../support/servers.rs"]
mod servers;

use std::fs;

use anyhow::Context as _;
use camino::Utf8Path;

struct Case {
    /// Of `fixtures/projects` and of `fixtures/wired`.
    project: &'static str,
    package: &'static str,
    /// Of the user's.
    tests: &'static [&'static str],
    /// The tables that its tests want in a server, if they do.
    tables: Option<Tables>,
    /// What the user's code needs besides: package, heading of its manifest, lines below it.
    needs: &'static [(&'static str, &'static str, &'static str)],
}

/// A script below the project, for one server.
#[derive(Clone, Copy)]
enum Tables {
    MariaDb(&'static str),
    Postgres(&'static str),
}

const CASES: &[Case] = &[
    Case {
        project: "shop",
        package: "shop-api",
        tests: &["two_services"],
        tables: None,
        needs: &[
            (
                "shop-api",
                "[dev-dependencies]\n",
                "shop-user-rpc.workspace = true\n",
            ),
            (
                "shop-order-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\nprost-types.workspace = true\n",
            ),
            (
                "shop-user-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\n",
            ),
        ],
    },
    Case {
        project: "shapes",
        package: "shapes-v1-rpc",
        tests: &["streams", "reflection"],
        tables: None,
        needs: &[
            (
                "shapes-v1-rpc",
                "[dependencies]\n",
                "futures-util = \"0.3\"\n",
            ),
            (
                "shapes-v1-rpc",
                "[dev-dependencies]\n",
                "shapes-v1-proto = { workspace = true, features = [\"client\"] }\n\
                 tokio-stream = \"0.1\"\n\
                 tonic-reflection = \"0.14\"\n\
                 zgen-rt = { workspace = true, features = [\"rpc-client\"] }\n",
            ),
        ],
    },
    Case {
        project: "goods",
        package: "goods-rpc",
        tests: &["crud", "logic"],
        tables: Some(Tables::MariaDb("goods.sql")),
        needs: &[(
            "goods-rpc",
            "[dev-dependencies]\n",
            "prost-types.workspace = true\n",
        )],
    },
    Case {
        project: "ledger",
        package: "ledger-rpc",
        tests: &["crud"],
        tables: Some(Tables::Postgres("ledger.sql")),
        needs: &[],
    },
];

#[tokio::test]
async fn services_answer_each_other() -> anyhow::Result<()> {
    if cargo::is_skipped() {
        return Ok(());
    }
    for case in CASES {
        let dir = Utf8Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("wired")
            .join(case.project);
        // What an earlier zgen has written may not be written any more.
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let project = Utf8Path::new("fixtures/projects").join(case.project);
        files::copy(&project.join("expected"), &dir)?;
        fs::copy(project.join("Cargo.lock"), dir.join("Cargo.lock"))?;
        let user = Utf8Path::new("fixtures/wired").join(case.project);
        files::copy(&user, &dir.join("crates"))?;
        for (package, heading, lines) in case.needs {
            let manifest = dir.join("crates").join(package).join("Cargo.toml");
            let text = fs::read_to_string(&manifest)?;
            fs::write(&manifest, below(&text, heading, lines)?)?;
        }
        let server = match case.tables {
            Some(Tables::MariaDb(file)) => {
                let server = mariadb(&project.join(file)).await?;
                let source = format!("zgen:zgen@tcp({})/zgen", server.address);
                Some((server, source))
            }
            Some(Tables::Postgres(file)) => {
                let server = servers::postgres(&project.join(file)).await?;
                let source = format!("postgres://zgen@{}/zgen", server.address);
                Some((server, source))
            }
            None => None,
        };
        if let Some((_, source)) = &server {
            fs::write(dir.join("dsn"), source)?;
        }
        let tests = case.tests.join(" --test ");
        cargo::cargo(&dir, &format!("test -p {} --test {tests}", case.package))?;
    }
    Ok(())
}

/// With the tables of a file.
async fn mariadb(file: &Utf8Path) -> anyhow::Result<servers::Server> {
    let mut statements = vec![
        "CREATE DATABASE zgen CHARACTER SET utf8mb4".to_owned(),
        "CREATE USER 'zgen'@'%' IDENTIFIED BY 'zgen'".to_owned(),
        "GRANT ALL ON zgen.* TO 'zgen'@'%'".to_owned(),
        "USE zgen".to_owned(),
    ];
    let text = fs::read_to_string(file)?;
    let code: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    let code = code.join(" ");
    let tables = code.split(';').map(str::trim);
    statements.extend(tables.filter(|table| !table.is_empty()).map(str::to_owned));
    servers::mariadb(&statements).await
}

fn below(text: &str, heading: &str, lines: &str) -> anyhow::Result<String> {
    let (before, after) = text.split_once(heading).context("a manifest of zgen's")?;
    Ok([before, heading, lines, after].concat())
}
