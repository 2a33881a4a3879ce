//! A way to etcd that closes by itself: behind the answer to a question, before the next one.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Gate {
    pub(crate) address: String,
    /// Whether what callers say gets through.
    pub(crate) is_open: Arc<watch::Sender<bool>>,
}

impl Gate {
    /// Closes once etcd has said `text`.
    pub(crate) async fn behind(etcd: &str, text: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let is_open = Arc::new(watch::Sender::new(true));
        let (etcd, text, gate) = (etcd.to_owned(), text.to_owned(), Arc::clone(&is_open));
        tokio::spawn(async move {
            // Only the first time.
            let mut text = Some(text);
            while let Ok((caller, _)) = listener.accept().await {
                let member = TcpStream::connect(&etcd).await.unwrap();
                tokio::spawn(pass(caller, member, Arc::clone(&gate), text.take()));
            }
        });
        Self { address, is_open }
    }
}

async fn pass(
    caller: TcpStream,
    member: TcpStream,
    is_open: Arc<watch::Sender<bool>>,
    text: Option<String>,
) {
    let (mut asks, mut told) = caller.into_split();
    let (mut says, mut hears) = member.into_split();
    let mut opened = is_open.subscribe();
    let forth = async {
        let mut some = vec![0; 65_536];
        while let Ok(count @ 1..) = asks.read(&mut some).await {
            opened.wait_for(|is_open| *is_open).await.unwrap();
            hears.write_all(&some[..count]).await.unwrap();
        }
    };
    let back = async {
        let mut some = vec![0; 65_536];
        while let Ok(count @ 1..) = says.read(&mut some).await {
            let said = some[..count].to_vec();
            let has = |text: &String| said.windows(text.len()).any(|part| part == text.as_bytes());
            if text.as_ref().is_some_and(has) && *is_open.borrow() {
                is_open.send_replace(false);
            }
            if told.write_all(&said).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = forth => {}
        () = back => {}
    }
}
