#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use camino::Utf8Path;
use zgen::dev::cargo::Binaries;
use zgen::dev::fleet::{Fleet, Happening};
use zgen::dev::ports::Launch;
use zgen::dev::process::Process;
use zgen::dev::services::{Role, Service};

use crate::{folder, support};

const ENDPOINT: &str = "http://127.0.0.1:4317";
/// Stops like a good service, and says so in a file.
const GOOD: &str = r#"
# run: trap 'echo "$2" >> stopped; exit 0' TERM
# run: while :; do sleep 0.05; done
"#;
/// A port where nobody listens: it is reserved, and nothing above it can be reached by chance.
const NOWHERE: &str = "127.0.0.1:1";

fn launch(package: &str, role: Role, address: &str) -> Launch {
    Launch {
        service: Service {
            package: package.to_owned(),
            config: format!("etc/{package}.yaml").into(),
            name: package.to_owned(),
            role,
            host: String::new(),
            port: 1,
            dev_port: None,
            clients: BTreeMap::new(),
            secrets: Vec::new(),
            migrates: Vec::new(),
        },
        address: address.to_owned(),
        env: BTreeMap::from([("ORDER_API__PORT".to_owned(), "18888".to_owned())]),
    }
}

fn programs() -> Binaries {
    let program = |name: &str| (name.to_owned(), support("fake-service"));
    Binaries::from(["order-api", "order-rpc"].map(program))
}

/// Fakes cannot listen, so the test does it for them.
fn listener() -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    Ok((listener, address))
}

/// Waits until the fake has set its trap or done its work.
async fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

fn read(dir: &Utf8Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).unwrap_or_default()
}

#[tokio::test]
async fn services_start_first_and_stop_last() -> anyhow::Result<()> {
    let config = format!("# run: echo started; echo \"$2\" >> started{GOOD}");
    let (_temp, dir) = folder(&[
        ("etc/order-api.yaml", &config),
        ("etc/order-rpc.yaml", &config),
    ])?;
    let (_listener, address) = listener()?;
    let launches = [
        launch("order-api", Role::Gateway, &address),
        launch("order-rpc", Role::Service, &address),
    ];
    let mut fleet = Fleet::new(&dir, ENDPOINT);
    fleet.start(&launches, &programs()).await?;
    let packages: Vec<_> = fleet.processes().iter().map(Process::package).collect();
    assert_eq!(packages, ["order-rpc", "order-api"]);

    until(|| read(&dir, "started").lines().count() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fleet.stop().await, [""; 0]);
    let both = "etc/order-api.yaml\netc/order-rpc.yaml\n";
    assert_eq!(read(&dir, "stopped"), both);
    assert_eq!(read(&dir, "target/zgen-dev/order-api.log"), "started\n");
    Ok(())
}

#[tokio::test]
async fn a_service_that_fails_shows_its_last_words() -> anyhow::Result<()> {
    let cases = [
        (
            "echo; echo cannot open the database >&2; exit 3",
            "order-api has ended (exit status: 3); the end of target/zgen-dev/order-api.log:\n  \
             cannot open the database",
        ),
        (
            "exit 0",
            "order-api has ended (exit status: 0); it has printed nothing",
        ),
    ];
    for (script, expected) in cases {
        let config = format!("# run: {script}\n");
        let (_temp, dir) = folder(&[("etc/order-api.yaml", &config)])?;
        let launches = [launch("order-api", Role::Gateway, NOWHERE)];
        let mut fleet = Fleet::new(&dir, ENDPOINT);
        let error = fleet.start(&launches, &programs()).await.err();
        let error = error.map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(expected));
        // Its end is told once.
        assert_eq!(fleet.stop().await, [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_service_that_never_listens_is_given_up() -> anyhow::Result<()> {
    let (_temp, dir) = folder(&[("etc/order-api.yaml", GOOD)])?;
    let launch = launch("order-api", Role::Gateway, NOWHERE);
    let (sender, _receiver) = tokio::sync::mpsc::channel(1);
    let program = support("fake-service");
    let mut process = Process::start(&dir, launch, &program, ENDPOINT, sender)?;
    let error = process.ready(Duration::from_millis(200)).await.err();
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    let expected = format!("order-api does not listen on {NOWHERE} after 0 s");
    assert!(error.starts_with(&expected), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_program_that_was_not_built_is_named() -> anyhow::Result<()> {
    let (_temp, dir) = folder(&[])?;
    let launches = [launch("order-api", Role::Gateway, NOWHERE)];
    let mut fleet = Fleet::new(&dir, ENDPOINT);
    let error = fleet.start(&launches, &Binaries::new()).await.err();
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(error, "crates/order-api has built no program");
    Ok(())
}

#[tokio::test]
async fn a_service_that_does_not_stop_is_killed() -> anyhow::Result<()> {
    let config = "# run: trap '' TERM; echo up > up; while :; do sleep 0.05; done\n";
    let (_temp, dir) = folder(&[("etc/order-api.yaml", config)])?;
    let (_listener, address) = listener()?;
    let launches = [launch("order-api", Role::Gateway, &address)];
    let mut fleet = Fleet::new(&dir, ENDPOINT).with_grace(Duration::from_millis(200));
    fleet.start(&launches, &programs()).await?;
    until(|| !read(&dir, "up").is_empty()).await;
    let complaints = fleet.stop().await;
    assert_eq!(complaints, ["order-api killed: still there after 0 s"]);
    Ok(())
}

#[tokio::test]
async fn what_happens_is_told() -> anyhow::Result<()> {
    let config = "# run: echo INFO listening; echo ERROR no cache; sleep 0.3; exit 7\n";
    let (_temp, dir) = folder(&[("etc/order-api.yaml", config)])?;
    let (_listener, address) = listener()?;
    let launches = [launch("order-api", Role::Gateway, &address)];
    let mut fleet = Fleet::new(&dir, ENDPOINT);
    fleet.start(&launches, &programs()).await?;
    let mut told = Vec::new();
    for _ in 0..100 {
        told.extend(fleet.happening(Duration::from_millis(50)).await);
        if told.len() == 2 {
            break;
        }
    }
    let line = Happening::Line("order-api | ERROR no cache".to_owned());
    let end = "order-api has ended (exit status: 7); the end of target/zgen-dev/order-api.log:\n  \
         INFO listening\n  ERROR no cache";
    assert_eq!(told, [line, Happening::Ended(end.to_owned())]);
    assert!(fleet.processes().is_empty());
    Ok(())
}

#[tokio::test]
async fn spans_go_to_the_receiver_only() -> anyhow::Result<()> {
    let config = format!("# run: env > env.new; mv env.new env{GOOD}");
    let (_temp, dir) = folder(&[("etc/order-api.yaml", &config)])?;
    let (_listener, address) = listener()?;
    let launches = [launch("order-api", Role::Gateway, &address)];
    let mut fleet = Fleet::new(&dir, ENDPOINT);
    fleet.start(&launches, &programs()).await?;
    until(|| !read(&dir, "env").is_empty()).await;
    let env = read(&dir, "env");
    for expected in [
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317",
        "OTEL_BSP_SCHEDULE_DELAY=200",
        "OTEL_METRICS_EXPORTER=none",
        "ORDER_API__PORT=18888",
    ] {
        assert!(
            env.lines().any(|line| line == expected),
            "{expected}\n{env}"
        );
    }
    fleet.stop().await;
    Ok(())
}
