//! The question a container's health check asks, by the service's own binary: no shell, no curl.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::config::RestConf;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the gateway on this host for `/health`.
pub async fn healthcheck(conf: &RestConf) -> anyhow::Result<()> {
    tokio::time::timeout(TIMEOUT, ask(conf.port))
        .await
        .context("no answer in time")?
}

async fn ask(port: u16) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .context("connect")?;
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    ensure!(answer.ends_with(b" 200"), "the answer is not 200");
    Ok(())
}
