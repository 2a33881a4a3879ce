//! TLS and mTLS on both protocols, with certificates that are made here.
#![cfg(all(
    feature = "testing",
    feature = "tls",
    feature = "http",
    feature = "rpc-server",
    feature = "rpc-client"
))]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use opentelemetry::TraceId;
use support::grpc::{Obedient, asking};
use support::pki::Pki;
use support::{Refused, conf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::HealthServer;
use zgen_rt::config::{RestConf, RpcClientConf, RpcServerConf};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::{Channel, Services};
use zgen_rt::trace::testing::capture;
use zgen_rt::{http as rt_http, rpc};

fn files(pki: &Pki, name: &str) -> String {
    let path = |ending| pki.path(&format!("{name}.{ending}")).display().to_string();
    format!("CertFile: {}, KeyFile: {}", path("pem"), path("key"))
}

async fn gateway(keys: &str) -> (SocketAddr, RestConf) {
    let mut conf: RestConf = conf(&format!("{{Name: it, Host: 127.0.0.1, Port: 0, {keys}}}"));
    let readiness = Readiness::default();
    let routes = Router::new().route("/", get(async || "ok"));
    let app = rt_http::stack::<Refused, ()>(routes, &conf, &readiness);
    let server = rt_http::Server::bind(&conf).await.unwrap();
    let address = server.address().unwrap();
    tokio::spawn(server.serve(app, readiness));
    conf.port = address.port();
    (address, conf)
}

/// `grpc.health.v1` of the test's own instead of the runtime's.
async fn service(keys: &str) -> (SocketAddr, RpcServerConf) {
    let keys = format!("{{Name: it, ListenOn: '127.0.0.1:0', Health: false, {keys}}}");
    let mut conf: RpcServerConf = conf(&keys);
    let server = rpc::Server::bind(&conf).await.unwrap();
    let address = server.address().unwrap();
    let services = Services::new().with(HealthServer::new(Obedient::default()));
    tokio::spawn(server.serve(services, Readiness::default()));
    conf.listen_on = address.to_string();
    (address, conf)
}

async fn call(address: SocketAddr, tls: &str) -> Result<(), tonic::Status> {
    let conf: RpcClientConf = conf(&format!("{{Endpoints: ['{address}'], {tls}}}"));
    let channel = Channel::new("It", &conf).unwrap();
    HealthClient::new(channel).check(asking("")).await?;
    Ok(())
}

/// The caller's.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// What a gateway answers to `GET /` in HTTP/1.1, its protocol chosen among `protocols`.
async fn get_root(pki: &Pki, address: SocketAddr, protocols: &[&str]) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_file(pki.path("ca.pem")).unwrap();
    roots.add(ca).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    settings.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    let io = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut io = TlsConnector::from(Arc::new(settings))
        .connect(name, io)
        .await?;
    if io.get_ref().1.alpn_protocol() == Some(b"h2") {
        return Ok("h2".to_owned());
    }
    let request = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\r\n"
    );
    io.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    io.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn a_gateway_speaks_tls() {
    let captured = capture();
    let pki = Pki::new();
    pki.issue("it", &["localhost"]);
    let (address, conf) = gateway(&files(&pki, "it")).await;
    for (protocols, expected) in [
        (vec![], "HTTP/1.1 200 OK"),
        (vec!["http/1.1"], "HTTP/1.1 200 OK"),
        (vec!["h2", "http/1.1"], "h2"),
    ] {
        let answer = get_root(&pki, address, &protocols).await.unwrap();
        assert!(answer.starts_with(expected), "{protocols:?}: {answer}");
    }
    let spans = captured.spans(TraceId::from_hex(TRACE).unwrap());
    assert_eq!(spans.len(), 2, "{spans:?}");
    for span in spans {
        let mut attributes = span.attributes.iter();
        let scheme = attributes.find(|attribute| attribute.key.as_str() == "url.scheme");
        assert_eq!(scheme.unwrap().value.as_str(), "https");
    }
    // Not in plain text.
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: it\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("200"));
    rt_http::healthcheck(&conf).await.unwrap();
}

#[tokio::test]
async fn a_gateway_may_want_to_know_who_calls() {
    let pki = Pki::new();
    pki.issue("it", &["localhost"]);
    let ca = pki.path("ca.pem");
    let keys = format!("{}, ClientCAFile: {}", files(&pki, "it"), ca.display());
    let (address, conf) = gateway(&keys).await;
    let answer = get_root(&pki, address, &[]).await;
    assert!(answer.is_err(), "{answer:?}");
    rt_http::healthcheck(&conf).await.unwrap();
}

#[tokio::test]
async fn calls_go_over_tls() {
    let pki = Pki::new();
    pki.issue("it", &["localhost", "order-rpc"]);
    pki.issue("caller", &["caller"]);
    let stranger = Pki::new();
    stranger.issue("caller", &["caller"]);
    let ca = pki.path("ca.pem");
    let ca = ca.display();
    let own = files(&pki, "caller");
    let theirs = files(&stranger, "caller");

    let (plain, _) = service("").await;
    let (tls, conf) = service(&files(&pki, "it")).await;
    let (mutual, mutual_conf) =
        service(&format!("{}, ClientCAFile: {ca}", files(&pki, "it"))).await;
    rpc::healthcheck(&conf).await.unwrap();
    rpc::healthcheck(&mutual_conf).await.unwrap();

    let named = format!("CACertFile: {ca}, ServerName: order-rpc");
    // (what is called, how, whether that works)
    let rows = [
        (plain, String::new(), true),
        (plain, format!("Tls: {{{named}}}"), false),
        (tls, format!("Tls: {{{named}}}"), true),
        (tls, String::new(), false),
        // The system does not know the authority, if it knows any.
        (
            tls,
            "Tls: {ServerName: order-rpc, CACertFile: ''}".to_owned(),
            false,
        ),
        // 127.0.0.1 is not in the certificate.
        (tls, format!("Tls: {{CACertFile: {ca}}}"), false),
        (
            tls,
            format!("Tls: {{CACertFile: {ca}, ServerName: other}}"),
            false,
        ),
        (tls, "Tls: {InsecureSkipVerify: true}".to_owned(), true),
        (tls, format!("Tls: {{{named}, {own}}}"), true),
        (mutual, format!("Tls: {{{named}}}"), false),
        (mutual, format!("Tls: {{{named}, {own}}}"), true),
        (mutual, format!("Tls: {{{named}, {theirs}}}"), false),
    ];
    for (address, keys, works) in rows {
        if keys.contains("CACertFile: ''") && !has_system_roots() {
            continue;
        }
        let called = call(address, &keys).await;
        assert_eq!(called.is_ok(), works, "{keys}: {called:?}");
        if let Err(status) = called {
            assert_eq!(status.code(), tonic::Code::Unavailable, "{keys}");
        }
    }

    // A name that is looked up is the name in the certificate.
    let target = format!(
        "Target: 'dns:///localhost:{}', Tls: {{CACertFile: {ca}}}",
        tls.port()
    );
    let conf: RpcClientConf = support::conf(&format!("{{{target}}}"));
    let channel = Channel::new("It", &conf).unwrap();
    let mut client = HealthClient::new(channel);
    let begun = Instant::now();
    while client.check(asking("")).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "never found");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn has_system_roots() -> bool {
    std::path::Path::new("/etc/ssl/certs/ca-certificates.crt").exists()
}

#[tokio::test]
async fn files_that_cannot_be_used_are_said_at_the_start() {
    let pki = Pki::new();
    pki.issue("one", &["localhost"]);
    pki.issue("two", &["localhost"]);
    std::fs::write(pki.path("text.pem"), "no certificate").unwrap();
    let at = |file: &str| pki.path(file).display().to_string();
    let rows = [
        (format!("CertFile: {}", at("one.pem")), "KeyFile is missing"),
        (format!("KeyFile: {}", at("one.key")), "CertFile is missing"),
        (
            format!("ClientCAFile: {}", at("ca.pem")),
            "CertFile and KeyFile are missing",
        ),
        (
            format!("CertFile: {}, KeyFile: {}", at("none.pem"), at("one.key")),
            "CertFile: cannot read",
        ),
        (
            format!("CertFile: {}, KeyFile: {}", at("text.pem"), at("one.key")),
            "CertFile: expected certificates in PEM",
        ),
        (
            format!("CertFile: {}, KeyFile: {}", at("one.pem"), at("one.pem")),
            "KeyFile: expected a private key in PEM",
        ),
        (
            format!("CertFile: {}, KeyFile: {}", at("one.pem"), at("two.key")),
            "do not belong together",
        ),
        (
            format!("{}, ClientCAFile: {}", files(&pki, "one"), at("text.pem")),
            "ClientCAFile: expected certificates in PEM",
        ),
    ];
    for (keys, expected) in rows {
        let rest: RestConf = conf(&format!("{{Name: it, Host: 127.0.0.1, Port: 0, {keys}}}"));
        let error = rt_http::Server::bind(&rest).await.unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{keys}: {error:#}");
        let rpc = support::rpc_conf(&keys);
        let error = rpc::Server::bind(&rpc).await.unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{keys}: {error:#}");
    }
    let keys = format!(
        "{{Endpoints: ['h:1'], Tls: {{CACertFile: {}}}}}",
        at("text.pem")
    );
    let error = Channel::new("OrderRpc", &conf(&keys)).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains("OrderRpc.Tls: CACertFile: expected"),
        "{text}"
    );
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_used() {
    let pki = Pki::new();
    pki.issue("it", &["localhost"]);
    let (address, _) = gateway(&files(&pki, "it")).await;
    // What cannot be used changes nothing.
    std::fs::write(pki.path("it.pem"), "half").unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    get_root(&pki, address, &[]).await.unwrap();
    // Of another authority: the first one is no longer enough.
    let other = Pki::new();
    other.issue("it", &["localhost"]);
    for file in ["it.key", "it.pem"] {
        std::fs::copy(other.path(file), pki.path(file)).unwrap();
    }
    let begun = Instant::now();
    while get_root(&other, address, &[]).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "not renewed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("renewed within {:?}", begun.elapsed());
    assert!(get_root(&pki, address, &[]).await.is_err());
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_ended() {
    let pki = Pki::new();
    pki.issue("it", &["localhost"]);
    let keys = format!("{}, Limits: {{HeaderTimeout: 200ms}}", files(&pki, "it"));
    let (address, _) = gateway(&keys).await;
    let mut peer = TcpStream::connect(address).await.unwrap();
    peer.write_all(&[22, 3, 1]).await.unwrap();
    let (_, took) = support::wire::until_closed(&mut peer).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
}
