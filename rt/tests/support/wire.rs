//! HTTP written by hand, as no well-behaved client would.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

/// `GET /` over http to `it`, in HPACK.
pub(crate) const GET: &[u8] = &[0x82, 0x86, 0x84, 0x41, 2, b'i', b't'];

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A connection that begins as HTTP/2 does.
pub(crate) async fn http2(address: SocketAddr) -> TcpStream {
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(PREFACE).await.unwrap();
    peer.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    peer
}

/// A frame: its kind, stream and payload.
pub(crate) type Frame = (u8, u32, Vec<u8>);

/// The next frame; none when the connection has ended.
pub(crate) async fn next(peer: &mut TcpStream) -> Option<Frame> {
    let mut head = [0; 9];
    peer.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    peer.read_exact(&mut payload).await.ok()?;
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Some((head[3], stream, payload))
}

/// Every frame until the connection ends.
pub(crate) async fn frames(peer: &mut TcpStream) -> Vec<Frame> {
    let mut all = Vec::new();
    while let Some(frame) = next(peer).await {
        all.push(frame);
    }
    all
}

/// The error code of a GOAWAY.
pub(crate) fn goaway(frames: &[Frame]) -> Option<u32> {
    let (_, _, payload) = frames.iter().find(|(kind, ..)| *kind == GOAWAY)?;
    Some(u32::from_be_bytes(payload.get(4..8)?.try_into().unwrap()))
}

/// All that the peer sends until it closes the connection, and when that is.
pub(crate) async fn until_closed(peer: &mut TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut all = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(Duration::from_secs(20), peer.read_to_end(&mut all))
        .await
        .expect("the connection is closed");
    (String::from_utf8_lossy(&all).into_owned(), begun.elapsed())
}
