//! Attacks on a real socket: heads that never end, connections that ask for nothing, streams without number.
#![cfg(feature = "http")]

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use support::wire::{
    self, CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, HEADERS, RST_STREAM, SETTINGS, frame,
    goaway, http2, until_closed,
};
use support::{Refused, conf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zgen_rt::config::RestConf;
use zgen_rt::http::{Events, Server, stack};
use zgen_rt::lifecycle::Readiness;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: it\r\n\r\n";
const SHORT: &str = "Limits: {HeaderTimeout: 200ms, IdleTimeout: 400ms}";

async fn gateway(keys: &str) -> SocketAddr {
    let conf: RestConf = conf(&format!("{{Name: it, Host: 127.0.0.1, Port: 0, {keys}}}"));
    let slow = async || {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        "slow"
    };
    let events = async || {
        let ticks = tokio::time::interval(Duration::from_millis(300));
        let ticks = futures_util::stream::unfold(ticks, async |mut ticks| {
            ticks.tick().await;
            Some((1, ticks))
        });
        Events::new(ticks.take(5)).into_response()
    };
    let routes = Router::new()
        .route("/", get(async || "ok"))
        .route("/slow", get(slow))
        .route("/events", get(events))
        .route("/body", post(async |body: Bytes| body.len().to_string()));
    let readiness = Readiness::default();
    let app = stack::<Refused, ()>(routes, &conf, &readiness);
    let server = Server::bind(&conf).await.unwrap();
    let address = server.address().unwrap();
    tokio::spawn(server.serve(app, readiness));
    address
}

#[tokio::test]
async fn who_asks_for_nothing_is_sent_away() {
    let address = gateway(SHORT).await;
    let mut half = wire::PREFACE.to_vec();
    half.extend(frame(SETTINGS, 0, 0, &[]));
    let whole = half.clone();
    half.extend(frame(HEADERS, END_STREAM, 1, GET));
    let rows: [(&str, &[u8]); 6] = [
        ("nothing", b""),
        ("half a head", b"GET / HTTP/1.1\r\nHost: it\r\n"),
        ("half a preface", b"PRI * HTTP/2"),
        ("a preface", wire::PREFACE),
        ("no stream", &whole),
        ("half of the headers of a stream", &half),
    ];
    for (what, sent) in rows {
        let mut peer = TcpStream::connect(address).await.unwrap();
        peer.write_all(sent).await.unwrap();
        let (answer, took) = until_closed(&mut peer).await;
        println!("{what}: {took:?}");
        assert!(!answer.contains(" 200 "), "{what}: {answer}");
        assert!(took > Duration::from_millis(150), "{what}: {took:?}");
        assert!(took < Duration::from_secs(3), "{what}: {took:?}");
    }
}

#[tokio::test]
async fn a_head_byte_by_byte_gains_no_time() {
    let address = gateway(SHORT).await;
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let begun = Instant::now();
    let drip = tokio::spawn(async move {
        writer.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
        while writer.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut all = Vec::new();
    let _ = reader.read_to_end(&mut all).await;
    drip.abort();
    assert!(begun.elapsed() < Duration::from_secs(3), "{begun:?}");
    assert!(!String::from_utf8_lossy(&all).contains(" 200 "));
}

#[tokio::test]
async fn a_connection_may_rest_between_requests_and_work_as_long_as_it_takes() {
    let address = gateway(SHORT).await;
    // Longer than the first head may take, shorter than the rest.
    let mut peer = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        peer.write_all(REQUEST).await.unwrap();
        let mut some = [0; 1024];
        let count = peer.read(&mut some).await.unwrap();
        assert!(String::from_utf8_lossy(&some[..count]).contains(" 200 "));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (_, took) = until_closed(&mut peer).await;
    assert!(took < Duration::from_secs(3), "{took:?}");

    // Work is no rest, neither before the answer nor within it.
    for (path, expected) in [("/slow", "slow"), ("/events", "data: 1\n\n")] {
        let mut peer = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
        peer.write_all(request.as_bytes()).await.unwrap();
        let (answer, took) = until_closed(&mut peer).await;
        assert!(answer.contains(expected), "{path}: {answer}");
        assert!(took > Duration::from_secs(1), "{path}: {took:?}");
        // To its very end.
        assert!(
            answer.ends_with("slow") || answer.ends_with("0\r\n\r\n"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn headers_have_a_limit() {
    let address = gateway("Limits: {MaxHeaderBytes: 8192}").await;
    for (bytes, status) in [(4000, " 200 "), (20_000, " 431 ")] {
        let mut peer = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\nX: {}\r\n\r\n",
            "a".repeat(bytes)
        );
        // The answer may come, and the connection end, before all is sent.
        let _ = peer.write_all(head.as_bytes()).await;
        let mut some = [0; 64];
        let count = peer.read(&mut some).await.unwrap();
        let answer = String::from_utf8_lossy(&some[..count]);
        assert!(answer.contains(status), "{bytes}: {answer}");
    }
    // In HTTP/2 the answer is 431, or the stream is refused.
    let mut peer = http2(address).await;
    let mut headers = GET.to_vec();
    for _ in 0..3 {
        // A literal without indexing: the name `x`, and a value of 4000 bytes.
        headers.extend([0, 1, b'x', 0x7f, 0xa1, 0x1e]);
        headers.extend([b'a'; 4000]);
    }
    let flags = END_STREAM | END_HEADERS;
    peer.write_all(&frame(HEADERS, flags, 1, &headers))
        .await
        .unwrap();
    let (kind, payload) = loop {
        let (kind, stream, payload) = wire::next(&mut peer).await.unwrap();
        if stream == 1 {
            break (kind, payload);
        }
    };
    let is_refused = kind == RST_STREAM || payload.windows(3).any(|part| part == b"431");
    assert!(is_refused || kind == HEADERS, "{kind} {payload:?}");
    // `:status 200` is one byte.
    assert_ne!(payload.first(), Some(&0x88), "{payload:?}");
}

#[tokio::test]
async fn headers_without_an_end_are_refused() {
    let address = gateway("").await;
    let mut peer = http2(address).await;
    let sent = async {
        let (mut reader, mut writer) = peer.split();
        let flood = async {
            writer
                .write_all(&frame(HEADERS, END_STREAM, 1, GET))
                .await?;
            // A literal without indexing, again and again.
            let mut more = vec![0, 1, b'x', 0x7f, 0xf1, 0x7d];
            more.extend([b'a'; 16_240]);
            for _ in 0..10_000 {
                writer.write_all(&frame(CONTINUATION, 0, 1, &more)).await?;
            }
            std::io::Result::Ok(())
        };
        let mut all = Vec::new();
        tokio::select! {
            sent = flood => sent.map(|()| 0),
            read = reader.read_to_end(&mut all) => read,
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), sent)
        .await
        .unwrap();
    println!("{ended:?}");
    assert!(
        ended.is_err() || ended.unwrap() > 0,
        "160 MB of headers were taken"
    );
}

#[tokio::test]
async fn streams_at_one_time_have_a_limit() {
    let address = gateway("Limits: {MaxStreams: 10}").await;
    let mut peer = http2(address).await;
    // `:path /slow`, as a literal without indexing.
    let mut slow = vec![0x82, 0x86, 0x41, 2, b'i', b't', 0x04, 5];
    slow.extend(b"/slow");
    for number in 0..30 {
        let headers = frame(HEADERS, END_STREAM | END_HEADERS, 2 * number + 1, &slow);
        peer.write_all(&headers).await.unwrap();
    }
    let (mut refused, mut announced) = (0, None);
    while refused < 20 {
        let (kind, _, payload) = wire::next(&mut peer).await.unwrap();
        if kind == SETTINGS && !payload.is_empty() {
            // 3 is SETTINGS_MAX_CONCURRENT_STREAMS.
            announced = payload
                .chunks(6)
                .find(|item| item[..2] == [0, 3])
                .map(|item| item[5]);
        }
        if kind == RST_STREAM {
            // 7 is REFUSED_STREAM: safe to send again.
            assert_eq!(payload, [0, 0, 0, 7]);
            refused += 1;
        }
    }
    assert_eq!(announced, Some(10));
}

/// CVE-2023-44487.
#[tokio::test]
async fn streams_that_are_reset_at_once_end_the_connection() {
    let address = gateway("").await;
    let mut peer = http2(address).await;
    let mut attack = Vec::new();
    for number in 0..5000 {
        let stream = 2 * number + 1;
        attack.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, GET));
        attack.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
    }
    let _ = peer.write_all(&attack).await;
    let frames = wire::frames(&mut peer).await;
    // ENHANCE_YOUR_CALM
    assert_eq!(goaway(&frames), Some(11), "{}", frames.len());
    assert!(frames.iter().all(|(kind, ..)| *kind != DATA) || frames.len() < 5000);
    // Others are served.
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(REQUEST).await.unwrap();
    let mut some = [0; 64];
    let count = other.read(&mut some).await.unwrap();
    assert!(String::from_utf8_lossy(&some[..count]).contains(" 200 "));
}

#[tokio::test]
async fn a_body_that_trickles_has_the_time_of_its_request() {
    let address = gateway("Timeout: 400").await;
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let begun = Instant::now();
    let drip = tokio::spawn(async move {
        let head = b"POST /body HTTP/1.1\r\nHost: it\r\nContent-Length: 1000\r\n\r\n";
        writer.write_all(head).await.unwrap();
        while writer.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut some = [0; 1024];
    let count = reader.read(&mut some).await.unwrap();
    let answer = String::from_utf8_lossy(&some[..count]);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{begun:?}");
    // And the connection is not held by the rest of the body.
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest).await;
    drip.abort();
    assert!(begun.elapsed() < Duration::from_secs(4), "{begun:?}");
}

#[tokio::test]
async fn connections_have_a_limit() {
    let address = gateway("Limits: {MaxConnections: 1}").await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(REQUEST).await.unwrap();
    let mut some = [0; 64];
    let _ = first.read(&mut some).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut some)).await;
    assert!(early.is_err(), "served beside the first");
    drop(first);
    let count = second.read(&mut some).await.unwrap();
    assert!(String::from_utf8_lossy(&some[..count]).contains(" 200 "));
}
