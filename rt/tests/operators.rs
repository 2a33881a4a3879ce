//! The dev server and the question of a container's health check.
#![cfg(all(feature = "http", feature = "testing"))]

mod support;

use axum::Router;
use axum::routing::get;
use support::ports::free_port;
use support::{Refused, rest_conf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zgen_rt::config::{DevServerConf, RestConf};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::{dev_server, http as rt_http};

fn conf(keys: &str) -> DevServerConf {
    rest_conf(&format!("DevServer: {{Host: 127.0.0.1, {keys}}}"))
        .dev_server
        .unwrap()
}

async fn ask(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn metrics_and_health_are_served() {
    let port = free_port();
    let readiness = Readiness::default();
    let conf = conf(&format!("Port: {port}, MetricsPath: /m"));
    dev_server::start(Some(&conf), &readiness).await.unwrap();
    let metrics = ask(port, "/m").await;
    assert!(metrics.starts_with("HTTP/1.1 200"), "{metrics}");
    assert!(
        metrics.contains("application/openmetrics-text"),
        "{metrics}"
    );
    assert!(metrics.trim_end().ends_with("# EOF"), "{metrics}");
    assert!(ask(port, "/healthz").await.starts_with("HTTP/1.1 503"));
    readiness.set(true);
    assert!(ask(port, "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(ask(port, "/metrics").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn nothing_starts_unasked() {
    let readiness = Readiness::default();
    dev_server::start(None, &readiness).await.unwrap();
    let port = free_port();
    let off = conf(&format!("Port: {port}, Enabled: false"));
    dev_server::start(Some(&off), &readiness).await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn a_section_that_cannot_work_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = listener.local_addr().unwrap().port();
    let rows = [
        (format!("Port: {taken}"), "cannot listen"),
        (
            "Port: 0, MetricsPath: metrics".to_owned(),
            "DevServer.MetricsPath",
        ),
        ("Port: 0, HealthPath: ''".to_owned(), "DevServer.HealthPath"),
        (
            "Port: 0, HealthPath: '/{'".to_owned(),
            "DevServer.HealthPath",
        ),
        (
            "Port: 0, MetricsPath: '/:x'".to_owned(),
            "DevServer.MetricsPath",
        ),
        (
            "Port: 0, MetricsPath: /x, HealthPath: /x".to_owned(),
            "DevServer",
        ),
    ];
    for (keys, says) in rows {
        let started = dev_server::start(Some(&conf(&keys)), &Readiness::default()).await;
        let error = format!("{:#}", started.expect_err(&keys));
        assert!(error.contains(says), "{keys}: {error}");
    }
}

#[tokio::test]
async fn a_health_check_asks_the_gateway() {
    let port = free_port();
    let conf = RestConf {
        port,
        host: "127.0.0.1".to_owned(),
        ..rest_conf("")
    };
    assert!(rt_http::healthcheck(&conf).await.is_err());
    let readiness = Readiness::default();
    let routes = Router::new().route("/x", get(async || "x"));
    let app = rt_http::stack::<Refused, ()>(routes, &conf, &readiness);
    let server = rt_http::Server::bind(&conf).await.unwrap();
    assert!(rt_http::Server::bind(&conf).await.is_err());
    let serving = tokio::spawn(server.serve(app, readiness));
    rt_http::healthcheck(&conf).await.unwrap();
    serving.abort();
    let _ = serving.await;
    assert!(rt_http::healthcheck(&conf).await.is_err());
}
