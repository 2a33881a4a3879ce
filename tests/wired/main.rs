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
    /// The server that its tests want besides SQLite, if they do. The store makes its tables there.
    server: Option<Kind>,
    /// What the user's code needs besides: package, heading of its manifest, lines below it.
    needs: &'static [(&'static str, &'static str, &'static str)],
}

#[derive(Clone, Copy)]
enum Kind {
    MariaDb,
    Postgres,
}

const CASES: &[Case] = &[
    Case {
        project: "shop",
        package: "shop-api",
        tests: &["two_services"],
        server: None,
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
        server: None,
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
        server: Some(Kind::MariaDb),
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
        server: Some(Kind::Postgres),
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
        let server = match case.server {
            Some(Kind::MariaDb) => {
                let server = mariadb().await?;
                let source = format!("zgen:zgen@tcp({})/zgen", server.address);
                Some((server, source))
            }
            Some(Kind::Postgres) => {
                let nothing = tempfile::NamedTempFile::new()?;
                let nothing =
                    Utf8Path::from_path(nothing.path()).context("a path that is UTF-8")?;
                let server = servers::postgres(nothing).await?;
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

/// With an empty database.
async fn mariadb() -> anyhow::Result<servers::Server> {
    let statements = [
        "CREATE DATABASE zgen CHARACTER SET utf8mb4",
        "CREATE USER 'zgen'@'%' IDENTIFIED BY 'zgen'",
        "GRANT ALL ON zgen.* TO 'zgen'@'%'",
    ];
    servers::mariadb(&statements.map(str::to_owned)).await
}

fn below(text: &str, heading: &str, lines: &str) -> anyhow::Result<String> {
    let (before, after) = text.split_once(heading).context("a manifest of zgen's")?;
    Ok([before, heading, lines, after].concat())
}
