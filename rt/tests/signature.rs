//! Requests that callers sign: what passes, what is refused, and what a body that came encrypted is answered with.
#![cfg(feature = "signature")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::cipher::{AES_128, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::{digest, hmac};
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use http::Request;
use serde::Serialize;
use support::{Answer, Refused, conf, request, send};
use zgen_rt::config::SignatureConf;
use zgen_rt::http::{json, signature};
use zgen_rt::time::unix_now;

const KEY: &[u8; 16] = b"0123456789abcdef";

/// A key in a file, and its public half.
struct Pair {
    file: PathBuf,
    public: Pkcs1PublicEncryptingKey,
}

#[derive(Clone, Copy)]
enum Wrapping {
    /// As go-zero has it.
    Pkcs1,
    Pkcs8,
}

impl Pair {
    fn new(name: &str, wrapping: Wrapping) -> Self {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
        let der: Pkcs8V1Der = private.as_der().expect("a document");
        let (label, der) = match wrapping {
            // The wrapping of a key of this size.
            Wrapping::Pkcs1 => ("RSA PRIVATE KEY", &der.as_ref()[26..]),
            Wrapping::Pkcs8 => ("PRIVATE KEY", der.as_ref()),
        };
        let body = base64(der);
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let pem = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        fs::write(&file, pem).expect("a file");
        let public: PublicKeyX509Der = private.public_key().as_der().expect("a document");
        let public = PublicEncryptingKey::from_der(public.as_ref()).expect("a key");
        Self {
            file,
            public: Pkcs1PublicEncryptingKey::new(public).expect("a key"),
        }
    }

    fn conf(&self, more: &str) -> SignatureConf {
        conf_of(&self.file, more)
    }

    fn seal(&self, text: &str) -> String {
        let mut out = vec![0; self.public.ciphertext_size()];
        let sealed = self.public.encrypt(text.as_bytes(), &mut out);
        base64(sealed.expect("a secret"))
    }
}

fn conf_of(file: &Path, more: &str) -> SignatureConf {
    let file = file.display();
    conf(&format!(
        "{{PrivateKeys: [{{Fingerprint: fp, KeyFile: '{file}'}}], {more}}}"
    ))
}

/// As the runtime writes bytes into JSON.
fn base64(bytes: &[u8]) -> String {
    struct Bytes<'a>(&'a [u8]);
    impl Serialize for Bytes<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            json::base64(self.0, serializer)
        }
    }
    let value = serde_json::to_value(Bytes(bytes)).expect("a text");
    value.as_str().unwrap_or_default().to_owned()
}

/// What a caller signs.
#[derive(Clone)]
struct Signed<'a> {
    kind: i32,
    time: i64,
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: &'a str,
    fingerprint: &'a str,
}

impl Default for Signed<'_> {
    fn default() -> Self {
        Self {
            kind: 0,
            time: unix_now(),
            method: "POST",
            path: "/echo/中 1",
            query: "a=%20&b",
            body: "body",
            fingerprint: "fp",
        }
    }
}

impl Signed<'_> {
    fn header(&self, pair: &Pair) -> String {
        let hash = digest::digest(&digest::SHA256, self.body.as_bytes());
        let hash = hash.as_ref().iter().fold(String::new(), |mut hash, byte| {
            let _ = write!(hash, "{byte:02x}");
            hash
        });
        let Self {
            time,
            method,
            path,
            query,
            ..
        } = self;
        let content = format!("{time}\n{method}\n{path}\n{query}\n{hash}");
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY), content.as_bytes());
        let key = base64(KEY);
        let secret = pair.seal(&format!("type={}; key={key}; time={time}", self.kind));
        let signature = base64(mac.as_ref());
        format!(
            "key={}; secret={secret}; signature={signature}",
            self.fingerprint
        )
    }
}

const TARGET: &str = "/echo/%E4%B8%AD%201?a=%20&b";

async fn call(conf: &SignatureConf, target: &str, header: &str, body: &str) -> Answer {
    let keys = signature::Keys::load(conf).expect("keys");
    let app = Router::new()
        .route("/echo/{id}", any(async |body: String| format!("<{body}>")))
        .route_layer(from_fn_with_state(keys, signature::check::<Refused>))
        .layer(DefaultBodyLimit::max(64));
    let mut request: Request<Body> = request("POST", target, body.to_owned());
    if !header.is_empty() {
        let value = header.parse().expect("a value");
        request.headers_mut().insert("x-content-security", value);
    }
    send(&app, request).await
}

#[tokio::test]
async fn what_is_signed_passes() {
    for wrapping in [Wrapping::Pkcs1, Wrapping::Pkcs8] {
        let pair = Pair::new("passes.pem", wrapping);
        let conf = pair.conf("Strict: true, Expiry: 1m");
        let good = Signed::default();
        let late = Signed {
            time: unix_now() - 58,
            ..good.clone()
        };
        let fast = Signed {
            time: unix_now() + 58,
            ..good.clone()
        };
        for signed in [&good, &late, &fast] {
            let answer = call(&conf, TARGET, &signed.header(&pair), "body").await;
            assert_eq!(
                (answer.status.as_u16(), answer.body.as_str()),
                (200, "<body>")
            );
        }
    }
}

#[tokio::test]
async fn everything_else_does_not() {
    let pair = Pair::new("refused.pem", Wrapping::Pkcs1);
    let other = Pair::new("other.pem", Wrapping::Pkcs1);
    let good = Signed::default;
    let header = good().header(&pair);
    let secret = format!("secret={}; signature=AAAA", pair.seal("nothing of use"));
    let blocks = "A".repeat(5 * 256 * 4 / 3);
    let rows = [
        ("no header", String::new(), "body"),
        ("an empty one", "x".to_owned(), "body"),
        (
            "a part is missing",
            header.replace("signature", "other"),
            "body",
        ),
        ("no base64", header.replace("secret=", "secret=%"), "body"),
        ("another key's", good().header(&other), "body"),
        (
            "a key of another name",
            Signed {
                fingerprint: "x",
                ..good()
            }
            .header(&pair),
            "body",
        ),
        ("another body", header.clone(), "bodY"),
        (
            "another method",
            Signed {
                method: "PUT",
                ..good()
            }
            .header(&pair),
            "body",
        ),
        (
            "another path",
            Signed {
                path: "/echo/2",
                ..good()
            }
            .header(&pair),
            "body",
        ),
        (
            "another query",
            Signed {
                query: "a=%20&b=",
                ..good()
            }
            .header(&pair),
            "body",
        ),
        (
            "old",
            Signed {
                time: unix_now() - 62,
                ..good()
            }
            .header(&pair),
            "body",
        ),
        (
            "of the future",
            Signed {
                time: unix_now() + 62,
                ..good()
            }
            .header(&pair),
            "body",
        ),
        ("a secret of nothing", format!("key=fp; {secret}"), "body"),
        (
            "a long secret",
            format!("key=fp; secret={blocks}; signature=AAAA"),
            "body",
        ),
    ];
    let strict = pair.conf("Strict: true, Expiry: 1m");
    let lenient = pair.conf("Expiry: 1m");
    for (name, header, body) in rows {
        let answer = call(&strict, TARGET, &header, body).await;
        assert_eq!(answer.status.as_u16(), 403, "{name}: {answer:?}");
        assert_eq!(answer.code(), "permission_denied", "{name}");
        // All alike: nothing tells a forger how near it was.
        assert!(answer.body.contains("missing or not valid"), "{name}");
        let answer = call(&lenient, TARGET, &header, body).await;
        let found = (answer.status.as_u16(), answer.body);
        assert_eq!(found, (200, format!("<{body}>")), "{name}");
    }
    let large = "b".repeat(65);
    let answer = call(&strict, TARGET, &header, &large).await;
    assert_eq!(answer.status.as_u16(), 413);
}

#[tokio::test]
async fn a_proxy_may_name_the_path() {
    let pair = Pair::new("proxy.pem", Wrapping::Pkcs8);
    let header = Signed::default().header(&pair);
    for (more, status) in [
        ("TrustRequestUri: true", 200),
        ("TrustRequestUri: false", 403),
    ] {
        let keys = signature::Keys::load(&pair.conf(&format!("Strict: true, {more}")));
        let app = Router::new()
            .route("/inner", any(async || "inner"))
            .route_layer(from_fn_with_state(
                keys.expect("keys"),
                signature::check::<Refused>,
            ));
        let mut request = request("POST", "/inner", "body");
        for (name, value) in [
            ("x-content-security", header.as_str()),
            ("x-request-uri", TARGET),
        ] {
            request
                .headers_mut()
                .insert(name, value.parse().expect("a value"));
        }
        assert_eq!(send(&app, request).await.status.as_u16(), status, "{more}");
    }
}

#[tokio::test]
async fn an_encrypted_body_is_answered_with_one() {
    let encrypt = |text: &str| {
        let key = UnboundCipherKey::new(&AES_128, KEY).expect("a key");
        let key = PaddedBlockEncryptingKey::ecb_pkcs7(key).expect("a key");
        let mut bytes = text.as_bytes().to_vec();
        key.encrypt(&mut bytes).expect("a text");
        base64(&bytes)
    };
    let pair = Pair::new("encrypted.pem", Wrapping::Pkcs1);
    let conf = pair.conf("Strict: true");
    let body = encrypt("plain");
    let signed = |body| {
        Signed {
            kind: 1,
            body,
            ..Signed::default()
        }
        .header(&pair)
    };
    let answer = call(&conf, TARGET, &signed(&body), &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body),
        (200, encrypt("<plain>"))
    );
    // Nothing to decrypt.
    let answer = call(&conf, TARGET, &signed(""), "").await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "<>"));
    // Signed, but not encrypted.
    let answer = call(&conf, TARGET, &signed("plain"), "plain").await;
    assert_eq!(answer.status.as_u16(), 400);
}

#[test]
fn keys_that_are_none() {
    let pair = Pair::new("whole.pem", Wrapping::Pkcs1);
    let text = fs::read_to_string(&pair.file).expect("a file");
    let public = text.replace("RSA PRIVATE", "PUBLIC");
    let cut = text.replace("MII", "");
    for (name, content, says) in [
        ("text.pem", "text", "it is no PEM"),
        (
            "public.pem",
            &public,
            "it holds a PUBLIC KEY, not an RSA PRIVATE KEY",
        ),
        ("cut.pem", &cut, "KeyFile"),
    ] {
        let file = pair.file.with_file_name(name);
        fs::write(&file, content).expect("a file");
        let error = signature::Keys::load(&conf_of(&file, "")).expect_err(name);
        let error = format!("{error:#}");
        assert!(error.contains(says), "{name}: {error}");
        assert!(
            error.starts_with("Signature.PrivateKeys[0]"),
            "{name}: {error}"
        );
    }
    let file = pair.file.with_file_name("nowhere.pem");
    let error = signature::Keys::load(&conf_of(&file, "")).expect_err("no file");
    assert!(
        format!("{error:#}").contains("nowhere.pem: it cannot be read"),
        "{error:#}"
    );
    let shown = format!("{:?}", signature::Keys::load(&pair.conf("")).expect("keys"));
    assert!(
        shown.contains("whole.pem") && !shown.contains("MII"),
        "{shown}"
    );
}
