//! MariaDB, PostgreSQL, Redis and etcd of a test's own: on free loopback ports, in folders that go with it.

// Every test takes its part of this.
#![allow(dead_code)]

use std::fs;
use std::io::ErrorKind;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::ports::free_port;

const INSTALL: &str = "this test needs etcd, Redis, MariaDB and PostgreSQL: install them \
    (`apt-get install etcd-server redis-server mariadb-server postgresql`) so that their programs are found on PATH";

/// A running server. Killed when dropped: what it holds is of no value.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    child: Child,
    /// Gone when this is.
    dirs: Vec<TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn etcd() -> anyhow::Result<Server> {
    etcd_on(free_port()).await
}

/// An empty one at a port that another had.
pub(crate) async fn etcd_on(port: u16) -> anyhow::Result<Server> {
    let peer = free_port();
    let (client, peer) = (
        format!("http://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{peer}"),
    );
    start("etcd", port, |dir| {
        [
            ("--data-dir", dir.join("data").into_string()),
            ("--listen-client-urls", client.clone()),
            ("--advertise-client-urls", client.clone()),
            ("--listen-peer-urls", peer.clone()),
            ("--initial-advertise-peer-urls", peer.clone()),
            ("--initial-cluster", format!("default={peer}")),
        ]
        .map(|(name, value)| format!("{name}={value}"))
        .to_vec()
    })
    .await
}

pub(crate) async fn redis() -> anyhow::Result<Server> {
    let port = free_port();
    start("redis-server", port, |dir| {
        let words = format!("--port {port} --bind 127.0.0.1 --appendonly no --dir {dir} --save");
        let words = words.split(' ').map(str::to_owned);
        words.chain([String::new()]).collect()
    })
    .await
}

/// With these statements executed before the first connection.
pub(crate) async fn mariadb(statements: &[String]) -> anyhow::Result<Server> {
    let port = free_port();
    // It refuses to be root unless it is told so.
    let user = rustix::process::geteuid()
        .is_root()
        .then_some("--user=root");
    let installed = TempDir::new()?;
    let data = Utf8PathBuf::try_from(installed.path().join("data"))?;
    let install = command("mariadb-install-db")
        .args([
            "--no-defaults",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ])
        .arg(format!("--datadir={data}"))
        .args(user)
        .output();
    let install = found(install, "mariadb-install-db")?;
    let printed = String::from_utf8_lossy(&install.stderr);
    ensure!(install.status.success(), "mariadb-install-db: {printed}");
    // One statement a line.
    let lines: Vec<_> = statements
        .iter()
        .map(|line| line.replace('\n', " "))
        .collect();
    let init = data.join("init.sql");
    fs::write(&init, lines.join(";\n") + ";\n")?;
    let mut server = start("mariadbd", port, |dir| {
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={data}"),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--socket={dir}/socket"),
            format!("--pid-file={dir}/pid"),
            format!("--init-file={init}"),
        ];
        arguments.extend(user.map(str::to_owned));
        arguments
    })
    .await?;
    server.dirs.push(installed);
    Ok(server)
}

/// With the superuser `zgen`, who needs no password, and this script executed in the database `zgen`.
pub(crate) async fn postgres(script: &Utf8Path) -> anyhow::Result<Server> {
    let port = free_port();
    let installed = TempDir::new()?;
    let data = Utf8PathBuf::try_from(installed.path().join("data"))?;
    // It refuses to be root, so that the folder has to be somebody else's.
    let is_root = rustix::process::geteuid().is_root();
    if is_root {
        run(
            Command::new("chown").arg("postgres").arg(installed.path()),
            "chown",
        )
        .context(INSTALL)?;
    }
    run(
        direct("initdb", is_root)
            .args(["--auth=trust", "--username=zgen", "--no-sync", "-D"])
            .arg(&data),
        "initdb",
    )?;
    let log = fs::File::create(installed.path().join("log"))?;
    // Under `runuser` it would be a grandchild, which outlives a kill.
    let child = direct("postgres", is_root)
        .args(["-D", data.as_str(), "-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
        .args(["-k", data.as_str()])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn();
    let mut server = Server {
        address: format!("127.0.0.1:{port}"),
        child: found(child, "postgres")?,
        dirs: vec![installed],
    };
    let psql = |database: &str| {
        let mut psql = command("psql");
        psql.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "zgen"])
            .args(["-v", "ON_ERROR_STOP=1", "-q", "-d", database]);
        psql
    };
    for _ in 0..200 {
        let made = psql("postgres")
            .args(["-c", "CREATE DATABASE zgen"])
            .output();
        if found(made, "psql")?.status.success() {
            run(psql("zgen").arg("-f").arg(script), "psql")?;
            return Ok(server);
        }
        if let Some(status) = server.child.try_wait()? {
            bail!("postgres has ended ({status})");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("postgres does not answer")
}

/// A program that is to be no root, as the user of PostgreSQL: in the place of `setpriv`, so that a kill finds it.
fn direct(program: &str, is_root: bool) -> Command {
    if !is_root {
        return command(program);
    }
    let mut command = command("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        program,
    ]);
    command
}

fn run(command: &mut Command, program: &str) -> anyhow::Result<()> {
    let output = found(command.output(), program)?;
    let printed = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {printed}");
    Ok(())
}

/// Starts a program in a folder of its own and waits until it listens.
async fn start(
    program: &str,
    port: u16,
    arguments: impl FnOnce(&Utf8Path) -> Vec<String>,
) -> anyhow::Result<Server> {
    let folder = TempDir::new()?;
    let dir = Utf8PathBuf::try_from(folder.path().to_owned())?;
    let log = dir.join("log");
    let child = command(program)
        .args(arguments(&dir))
        .stdin(Stdio::null())
        .stdout(fs::File::create(&log)?)
        .stderr(fs::File::options().append(true).open(&log)?)
        .spawn();
    let mut server = Server {
        address: format!("127.0.0.1:{port}"),
        child: found(child, program)?,
        dirs: vec![folder],
    };
    for _ in 0..600 {
        if TcpStream::connect(&server.address).await.is_ok() {
            return Ok(server);
        }
        if let Some(status) = server.child.try_wait()? {
            bail!(
                "{program} has ended ({status}):\n{}",
                fs::read_to_string(&log)?
            );
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("{program} does not listen:\n{}", fs::read_to_string(&log)?)
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    // Debian keeps servers where only root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    // PostgreSQL's stand in a folder for each version.
    let versions = (13..30).rev();
    let versions = versions.map(|version| format!("/usr/lib/postgresql/{version}/bin"));
    let mut path = vec![path, "/usr/sbin".to_owned(), "/usr/local/sbin".to_owned()];
    path.extend(versions);
    command.env("PATH", path.join(":"));
    command
}

fn found<T>(started: std::io::Result<T>, program: &str) -> anyhow::Result<T> {
    match started {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("{program} is missing; {INSTALL}")
        }
        other => other.with_context(|| format!("starting {program}")),
    }
}
