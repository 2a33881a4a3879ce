//! The question a container's health check asks, by the service's own binary: no shell, no curl.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::config::RestConf;

const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the gateway on this host for `/health`, over TLS if it speaks that. Who this host is needs no certificate; if
/// callers must show one, the gateway's own is shown.
pub async fn healthcheck(conf: &RestConf) -> anyhow::Result<()> {
    tokio::time::timeout(TIMEOUT, connect(conf))
        .await
        .context("no answer in time")?
}

async fn connect(conf: &RestConf) -> anyhow::Result<()> {
    let io = TcpStream::connect(("127.0.0.1", conf.port))
        .await
        .context("connect")?;
    #[cfg(feature = "tls")]
    if conf.tls().is_on() {
        let tls = crate::tls::Connector::new(&conf.tls().of_own_host(), &["http/1.1"])?;
        return ask(tls.connect("localhost", io).await.context("TLS")?).await;
    }
    ask(io).await
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> anyhow::Result<()> {
    let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    ensure!(answer.ends_with(b" 200"), "the answer is not 200");
    Ok(())
}
