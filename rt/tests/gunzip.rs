//! Bodies that callers have compressed: whole, in pieces, broken, and as bombs.
#![cfg(feature = "gunzip")]

mod support;

use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::post;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use http::{HeaderMap, Request};
use support::{Answer, Refused, rest_conf, send};
use zgen_rt::config::{ConfigFile, RestConf};
use zgen_rt::http::stack;
use zgen_rt::lifecycle::Readiness;

fn app(keys: &str) -> Router {
    let conf = rest_conf(keys);
    let sum = async |headers: HeaderMap, body: Bytes| {
        let sum: u64 = body.iter().map(|byte| u64::from(*byte)).sum();
        let encoding = headers.contains_key("content-encoding");
        let length = headers.contains_key("content-length");
        format!("{} {sum} {encoding} {length}", body.len())
    };
    let routes = Router::new().route("/sum", post(sum));
    stack::<Refused, ()>(routes.with_state(()), &conf, &Readiness::default())
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// In pieces of so many bytes.
async fn sum(app: &Router, encoding: &str, body: &[u8], piece: usize) -> Answer {
    let pieces: Vec<_> = body.chunks(piece).map(Bytes::copy_from_slice).collect();
    let pieces = stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
    let request = Request::post("/sum")
        .header("content-encoding", encoding)
        .body(Body::from_stream(pieces));
    send(app, request.unwrap()).await
}

#[tokio::test]
async fn what_comes_in_pieces_comes_out_whole() {
    let app = app("");
    let text: Vec<u8> = (0..100_000_u32)
        .map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1])
        .collect();
    let expected: u64 = text.iter().map(|byte| u64::from(*byte)).sum();
    let body = packed(&text);
    println!("{} bytes in {}", text.len(), body.len());
    for piece in [1, 2, 3, 7, 10, 100, body.len()] {
        let answer = sum(&app, "gzip", &body, piece).await;
        assert_eq!(
            answer.body,
            format!("100000 {expected} false false"),
            "{piece}"
        );
    }
    // Several members are one body, as Go reads them.
    let twice = [packed(b"ab"), packed(b"c")].concat();
    for piece in [1, 5, 1000] {
        let answer = sum(&app, "X-GZIP", &twice, piece).await;
        assert_eq!(answer.body, "3 294 false false", "{piece}");
    }
    assert_eq!(
        sum(&app, "gzip", &packed(b""), 100).await.body,
        "0 0 false false"
    );
    // Nobody's business here.
    assert_eq!(sum(&app, "br", b"abc", 100).await.body, "3 294 true false");
}

#[tokio::test]
async fn what_is_no_gzip_is_refused() {
    let app = app("");
    let whole = packed(b"some text that is long enough to be cut somewhere");
    let mut wrong = whole.clone();
    let last = wrong.len() - 6;
    // Its checksum.
    wrong[last] ^= 1;
    for body in [b"plain text".to_vec(), Vec::new(), wrong] {
        let answer = sum(&app, "gzip", &body, 100).await;
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.body);
    }
    for end in 0..whole.len() {
        for piece in [1, 100] {
            let answer = sum(&app, "gzip", &whole[..end], piece).await;
            assert_eq!(
                answer.status,
                400,
                "{end} of {}: {}",
                whole.len(),
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn a_bomb_is_no_large_body() {
    let app = app("MaxBytes: 100000");
    // 200 MB of nothing, which is about 200 KB; the first piece alone would be all of it.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let nothing = vec![0; 1_000_000];
    for _ in 0..200 {
        encoder.write_all(&nothing).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    println!("200000000 bytes in {}", bomb.len());
    let begun = std::time::Instant::now();
    let answer = sum(&app, "gzip", &bomb, bomb.len()).await;
    assert_eq!(answer.status, 413);
    println!("refused after {:?}", begun.elapsed());
    // To take all of it apart takes much longer, in a test without optimizations above all.
    assert!(
        begun.elapsed() < Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
    for (bytes, status) in [(100_000, 200), (100_001, 413)] {
        let answer = sum(&app, "gzip", &packed(&vec![7; bytes]), 50).await;
        assert_eq!(answer.status.as_u16(), status, "{bytes}");
    }
}

#[tokio::test]
async fn it_can_be_left_out() {
    let app = app("Middlewares: {Gunzip: false}");
    let body = packed(b"abc");
    let answer = sum(&app, "gzip", &body, 100).await;
    assert!(answer.body.ends_with(" true false"), "{}", answer.body);
    let text = "{Name: it, Port: 1, Middlewares: {Gunzip: 2}}";
    let error = ConfigFile::from_yaml(text).unwrap().root::<RestConf>();
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("Middlewares.Gunzip")
    );
}
