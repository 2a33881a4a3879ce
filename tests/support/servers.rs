//! MariaDB, Redis and etcd of a test's own: on free loopback ports, in folders that go with it.

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

const INSTALL: &str = "this test needs etcd, Redis and MariaDB: install them \
    (`apt-get install etcd-server redis-server mariadb-server`) so that their programs are found on PATH";

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
    command.env("PATH", format!("{path}:/usr/sbin:/usr/local/sbin"));
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
