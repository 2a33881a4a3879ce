//! The order workspace on MariaDB, Redis and etcd, with the configuration that the compose file mounts.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Answer, Client};
use crate::servers::{self, Server};
use crate::system::{System, ended_well};
use crate::trace::{ORDER, check_text, shape};

/// With the signs that a data source in Go's form has to survive.
const PASSWORD: &str = "p@ss/w:rd";

#[tokio::test]
async fn orders_live_in_mariadb_and_redis() -> anyhow::Result<()> {
    let (etcd, redis) = (servers::etcd().await?, servers::redis().await?);
    let mariadb = servers::mariadb(&schema()).await?;
    let dsn = format!(
        "order:{PASSWORD}@tcp({})/order_db?charset=utf8mb4&parseTime=true",
        mariadb.address
    );
    let env = [
        ("MYSQL_DSN", dsn.as_str()),
        ("REDIS_HOST", &redis.address),
        ("ETCD_HOSTS", &etcd.address),
        ("ORDER_API__SHUTDOWN__WRAPUPTIME", "100"),
        ("ORDER_RPC__SHUTDOWN__WRAPUPTIME", "100"),
    ];
    let mut system = System::start_with("deploy/config", &env).await?;
    let client = system.client();

    let created = discovered(&client).await?;
    let order = created.json()?;
    let path = format!("/api/v1/orders/{}", order["order_id"]);
    let cached = client.get(&path).await?;
    forget(&redis).await?;
    let stored = client.get(&path).await?;
    let missing = client.get("/api/v1/orders/404").await?;
    for (answer, status) in [(&cached, 200), (&stored, 200), (&missing, 404)] {
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    assert_eq!(cached.json()?, stored.json()?);
    assert_eq!(stored.json()?["amount"], 99.5);
    assert_eq!(stored.json()?["created_at"], order["created_at"]);
    let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_owned();
    let ports = [
        (port(&mariadb.address), "mariadb"),
        (port(&redis.address), "redis"),
        (port(&system.service.launch.address), "order-rpc"),
        (port(&system.gateway.launch.address), "order-api"),
    ];
    let ports: Vec<_> = ports
        .iter()
        .map(|(port, of)| (port.as_str(), *of))
        .collect();
    // What is new, what the cache holds, what it has forgotten, what is not there.
    let mut traces = Vec::new();
    for answer in [&created, &cached, &stored, &missing] {
        let spans = system.trace(&answer.trace_id()?).await?;
        traces.push(shape(&spans, &ports));
    }
    check_text("stores", &traces.join("\n"))?;

    // A service that stops leaves etcd first, so callers do not even try.
    system.service.terminate();
    ended_well(&mut system.service).await?;
    let answer = client.post("/api/v1/orders", ORDER).await?;
    assert_eq!(answer.status, 503, "{}", answer.text);
    Ok(())
}

/// Orders until the gateway has found the service in etcd.
async fn discovered(client: &Client) -> anyhow::Result<Answer> {
    let mut last = None;
    for _ in 0..100 {
        let answer = client.post("/api/v1/orders", ORDER).await?;
        if answer.status == 200 {
            return Ok(answer);
        }
        ensure!(answer.status == 503, "{}: {}", answer.status, answer.text);
        last = Some(answer);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let last = last.context("no answer")?;
    anyhow::bail!("the service is not found: {}", last.text)
}

/// Empties the cache.
async fn forget(redis: &Server) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(&redis.address).await?;
    stream.write_all(b"FLUSHALL\r\n").await?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer).await?;
    ensure!(&answer == b"+OK\r\n");
    Ok(())
}

/// A database without tables, which are the service's to make, and an account for it.
fn schema() -> [String; 3] {
    let account = format!("'order'@'%' IDENTIFIED BY '{PASSWORD}'");
    [
        "CREATE DATABASE order_db CHARACTER SET utf8mb4".to_owned(),
        format!("CREATE USER {account}"),
        "GRANT ALL ON order_db.* TO 'order'@'%'".to_owned(),
    ]
}
