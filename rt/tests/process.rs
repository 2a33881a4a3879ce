//! What only a process shows: its log lines, its environment, and how it ends. Each case runs this test binary
//! again as `child`, in one role.
#![cfg(all(unix, feature = "http", feature = "rpc-server", feature = "testing"))]

mod support;

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use http::HeaderMap;
use serde_json::Value;
use support::ports::free_port;
use support::{Refused, rest_conf, rpc_conf};
use tokio::sync::watch;
use zgen_rt::config::{ConfigFile, RestConf, RpcServerConf};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::trace::Span;
use zgen_rt::{http as rt_http, rpc, telemetry};

const ROLE: &str = "ZGEN_RT_ROLE";
const PORT: &str = "ZGEN_RT_PORT";
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
#[ignore = "the other tests run it as a process of its own"]
fn child() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let port = std::env::var(PORT).unwrap_or_default();
    match std::env::var(ROLE).as_deref() {
        Ok("log") => runtime.block_on(log("Log: {Level: debug}")),
        Ok("log plain") => runtime.block_on(log("Log: {Encoding: plain}")),
        Ok("config") => config(),
        Ok("gateway") => runtime.block_on(gateway(&rest_conf_at(&port, "3s", "30s"))),
        Ok("hanging gateway") => runtime.block_on(gateway(&rest_conf_at(&port, "10ms", "100ms"))),
        Ok("service") => runtime.block_on(service(&port)),
        _ => {}
    }
}

async fn log(keys: &str) {
    let telemetry = telemetry::init(&rest_conf(keys), "it", "1.0.0").unwrap();
    tracing::debug!(
        number = -1,
        big = u64::MAX,
        ratio = 0.5,
        flag = true,
        "first"
    );
    tracing::warn!(text = "a \"b\"\nc", list = ?[1, 2], nan = f64::NAN, "second {}", 2);
    // Its own keys win: two of one name would be no object that all can read.
    tracing::info!(caller = "me", odd = ?"\u{1}\\ü\r\t", "odd");
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let headers = HeaderMap::from_iter([(
        http::HeaderName::from_static("traceparent"),
        parent.parse().unwrap(),
    )]);
    let span = Span::server("S", &headers);
    span.scope(async { tracing::error!("third") }).await;
    tracing::trace!("never");
    tracing::info!(target: "h2::codec", "never");
    tracing::info!("fourth");
    telemetry.shutdown().await;
}

fn config() {
    let path = std::env::temp_dir().join(format!("zgen-rt-process-{}.yaml", std::process::id()));
    std::fs::write(&path, "Name: it\nPort: 1\nHost: ${IT_HOST}\n").unwrap();
    let file = ConfigFile::read(&path);
    std::fs::remove_file(&path).unwrap();
    let rest: RestConf = file.unwrap().root().unwrap();
    eprintln!("{} {}", rest.host, rest.port);
}

fn rest_conf_at(port: &str, wrap_up: &str, wait: &str) -> RestConf {
    support::conf(&format!(
        "{{Name: it, Host: 127.0.0.1, Port: {port}, Timeout: 0, \
         Shutdown: {{WrapUpTime: {wrap_up}, WaitTime: {wait}}}}}"
    ))
}

async fn gateway(conf: &RestConf) {
    let _telemetry = telemetry::init(conf, "it", "1.0.0").unwrap();
    let begun = watch::Sender::new(false);
    let (is_begun, hangs) = (begun.subscribe(), begun.clone());
    let slow = async move || {
        begun.send_replace(true);
        // Until the test says so.
        let said = tokio::task::spawn_blocking(|| std::io::stdin().lines().next());
        let _ = said.await;
        "slow"
    };
    let hang = async move || {
        hangs.send_replace(true);
        std::future::pending::<&str>().await
    };
    let routes = Router::new()
        .route("/slow", get(slow))
        .route("/hang", get(hang))
        .route("/begun", get(async move || is_begun.borrow().to_string()));
    let readiness = Readiness::default();
    let app = rt_http::stack::<Refused, ()>(routes, conf, &readiness);
    let server = rt_http::Server::bind(conf).await.unwrap();
    server.serve(app, readiness).await.unwrap();
}

async fn service(port: &str) {
    let conf: RpcServerConf = support::conf(&format!(
        "{{Name: it, ListenOn: '127.0.0.1:{port}', Shutdown: {{WrapUpTime: 3s}}}}"
    ));
    let server = rpc::Server::bind(&conf).await.unwrap();
    let serving = server.serve(rpc::Services::new(), Readiness::default());
    serving.await.unwrap();
}

/// This binary in a role.
struct Running {
    child: Child,
    port: u16,
}

impl Running {
    fn start(role: &str, environment: &[(&OsStr, &OsStr)]) -> Self {
        let port = free_port();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "child", "--nocapture"])
            .env(ROLE, role)
            .env(PORT, port.to_string())
            .env_remove("RUST_LOG")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, port }
    }

    fn signal(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end and returns what it logged.
    fn end(mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        (self.child.wait().unwrap(), text)
    }

    /// The answer to one request, empty when there was none.
    fn ask(&self, path: &str) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let request = format!("GET {path} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
            if stream.write_all(request.as_bytes()).is_ok() {
                let _ = stream.read_to_string(&mut answer);
            }
        }
        answer
    }

    /// Waits until it has one of these requests in hand.
    fn wait_until_begun(&self) {
        self.wait_until(|it| it.ask("/begun").ends_with("true"));
    }

    fn wait_until(&self, is_so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            assert!(started.elapsed() < PATIENCE, "it does not come to that");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_log_line_is_an_object_with_the_keys_of_go_zero() {
    let (status, text) = Running::start("log", &[]).end();
    assert!(status.success(), "{text}");
    let mut lines: Vec<Value> = text
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let contents: Vec<_> = lines.iter().map(|line| &line["content"]).collect();
    assert_eq!(contents, ["first", "second 2", "odd", "third", "fourth"]);
    let levels: Vec<_> = lines.iter().map(|line| &line["level"]).collect();
    assert_eq!(levels, ["debug", "warn", "info", "error", "info"]);
    let odd = lines.remove(2);
    assert_eq!(odd["caller"], "me");
    assert_eq!(odd["odd"], format!("{:?}", "\u{1}\\ü\r\t"));
    assert_eq!(text.matches("\"caller\":\"me\"").count(), 1, "{text}");
    for line in &lines {
        let time = line["@timestamp"].as_str().unwrap();
        let shape: String = time
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{time}");
        assert!(time > "2026", "{time}");
        let caller = line["caller"].as_str().unwrap();
        assert!(caller.starts_with("tests/process.rs:"), "{caller}");
    }
    assert_eq!(lines[0]["number"], -1);
    assert_eq!(lines[0]["big"], u64::MAX);
    assert_eq!(lines[0]["ratio"], 0.5);
    assert_eq!(lines[0]["flag"], true);
    assert_eq!(lines[1]["text"], "a \"b\"\nc");
    assert_eq!(lines[1]["list"], "[1, 2]");
    assert_eq!(lines[1]["nan"], Value::Null);
    // Unsampled, and in the log all the same.
    assert_eq!(lines[2]["trace"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(lines[2]["span"], "b7ad6b7169203331");
    for line in [&lines[0], &lines[3]] {
        assert!(line.get("trace").is_none() && line.get("span").is_none());
    }
}

#[test]
fn a_plain_log_is_for_people() {
    let (status, text) = Running::start("log plain", &[]).end();
    assert!(status.success(), "{text}");
    assert!(text.contains("third") && text.contains("fourth"), "{text}");
    assert!(!text.contains("first") && !text.contains("{\"@"), "{text}");
}

#[test]
fn the_environment_need_not_be_text() {
    let odd = OsStr::from_bytes(b"\xff\xfe");
    let environment = [
        (OsStr::from_bytes(b"ODD_\xff"), odd),
        (OsStr::new("IT__TIMEOUT"), odd),
        (OsStr::new("IT__PORT"), OsStr::new("77")),
        (OsStr::new("IT_HOST"), OsStr::new("somewhere")),
    ];
    let (status, text) = Running::start("config", &environment).end();
    assert!(status.success(), "{text}");
    assert!(text.contains("somewhere 77"), "{text}");
}

#[test]
fn a_gateway_finishes_what_it_began() {
    let gateway = Running::start("gateway", &[]);
    gateway.wait_until(|gateway| gateway.ask("/ready").starts_with("HTTP/1.1 200"));
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| gateway.ask("/slow"));
        gateway.wait_until_begun();
        gateway.signal();
        // Unready first, and still serving while others take notice.
        gateway.wait_until(|gateway| gateway.ask("/ready").starts_with("HTTP/1.1 503"));
        assert!(gateway.ask("/health").starts_with("HTTP/1.1 200"));
        gateway.wait_until(|gateway| gateway.ask("/health").is_empty());
        let mut stdin = gateway.child.stdin.as_ref().unwrap();
        stdin.write_all(b"now\n").unwrap();
        let answer = slow.join().unwrap();
        assert!(answer.ends_with("slow"), "{answer}");
    });
    let (status, text) = gateway.end();
    assert!(status.success(), "{text}");
    assert!(text.contains("shutting down"), "{text}");
    assert!(!text.contains("were cut"), "{text}");
}

#[test]
fn a_request_that_hangs_does_not_keep_a_gateway() {
    let gateway = Running::start("hanging gateway", &[]);
    gateway.wait_until(|gateway| gateway.ask("/ready").starts_with("HTTP/1.1 200"));
    let mut stream = TcpStream::connect(("127.0.0.1", gateway.port)).unwrap();
    stream
        .write_all(b"GET /hang HTTP/1.1\r\nHost: it\r\n\r\n")
        .unwrap();
    gateway.wait_until_begun();
    gateway.signal();
    let (status, text) = gateway.end();
    assert!(status.success(), "{text}");
    assert!(text.contains("were cut"), "{text}");
}

#[tokio::test]
async fn a_service_says_that_it_leaves() {
    let service = Running::start("service", &[]);
    let conf = RpcServerConf {
        listen_on: format!("127.0.0.1:{}", service.port),
        ..rpc_conf("")
    };
    let is_well = async || rpc::healthcheck(&conf).await;
    for _ in 0..1000 {
        if is_well().await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    is_well().await.unwrap();
    service.signal();
    let mut said = String::new();
    for _ in 0..1000 {
        if let Err(error) = is_well().await {
            said = error.to_string();
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(said, "not serving");
    // Not on this thread: it drives the connections that the service waits for.
    let ended = tokio::task::spawn_blocking(|| service.end()).await;
    let (status, text) = ended.unwrap();
    assert!(status.success(), "{text}");
    assert!(is_well().await.is_err());
}
