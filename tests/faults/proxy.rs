//! A TCP proxy that holds back what comes from the server, and cuts all connections when it ends.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Ends when dropped, and every connection with it.
pub(crate) struct Proxy {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Every byte of the server at `target` comes so much later.
    pub(crate) async fn start(target: &str, delay: Duration) -> anyhow::Result<Self> {
        Self::start_at("127.0.0.1:0", target, delay).await
    }

    /// Where another has been, say.
    pub(crate) async fn start_at(
        address: &str,
        target: &str,
        delay: Duration,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?.to_string();
        let target = target.to_owned();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let target = target.clone();
                connections.spawn(async move {
                    // Either side may leave at any time.
                    let _ = pass(client, &target, delay).await;
                });
            }
        });
        Ok(Self { address, accepting })
    }
}

async fn pass(client: TcpStream, target: &str, delay: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect(target).await?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (sender, mut held) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let there = async { copy(&mut from_client, &mut to_server).await.map(drop) };
    let back = async {
        let mut bytes = vec![0; 16 << 10];
        loop {
            let count = from_server.read(&mut bytes).await?;
            let due = Instant::now() + delay;
            if count == 0 || sender.send((due, bytes[..count].to_vec())).is_err() {
                return Ok(());
            }
        }
    };
    let out = async {
        while let Some((due, bytes)) = held.recv().await {
            sleep_until(due).await;
            to_client.write_all(&bytes).await?;
        }
        Ok(())
    };
    tokio::select! {
        done = there => done,
        done = back => done,
        done = out => done,
    }
}
