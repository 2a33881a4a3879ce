//! Redis in all its forms, with real servers: accounts, TLS, a cluster, sentinels; and what happens when one of several
//! fails.
#![cfg(all(feature = "redis-cluster", feature = "tls", feature = "sql"))]

mod support;

use std::convert::Infallible;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use support::pki::Pki;
use support::redis::{Redis, cluster};
use zgen_rt::cache::{Cache, Cached};

const LONG: Duration = Duration::from_mins(10);

fn cache(keys: &str) -> Cache {
    Cache::new(Some(&support::conf(&format!("{{{keys}}}")))).unwrap()
}

/// Whether what is written is read.
async fn works(cache: &Cache) -> bool {
    cache.set("S", "key", &7, LONG).await;
    cache.get("G", "key").await == Some(7)
}

#[tokio::test]
async fn accounts_and_databases() {
    let user = "--user shop on >s3cret ~* +get +set +del +select";
    let user: Vec<_> = user.split(' ').collect();
    let redis = Redis::start(&user).await;
    let host = redis.host();
    for (keys, expected) in [
        ("User: shop, Pass: s3cret", true),
        ("User: shop, Pass: wrong", false),
        ("User: nobody, Pass: s3cret", false),
        ("User: shop, Pass: s3cret, Db: 3", true),
        ("User: shop, Pass: s3cret, Db: 99", false),
        ("", true),
    ] {
        let cache = cache(&format!("Host: '{host}', {keys}"));
        assert_eq!(works(&cache).await, expected, "{keys}");
        assert!(!format!("{cache:?}").contains("s3cret"));
    }
    // Of the database that was said, not of another.
    let third = cache(&format!("Host: '{host}', Db: 3"));
    let first = cache(&format!("Host: '{host}'"));
    third.set("S", "only", &1, LONG).await;
    assert_eq!(first.get::<i64>("G", "only").await, None);
}

/// A command that the account may not use is no reason to leave Redis alone.
#[tokio::test]
async fn a_refused_command_says_nothing_about_others() {
    let user: Vec<_> = "--user reader on >s3cret ~* +get".split(' ').collect();
    let redis = Redis::start(&user).await;
    let host = redis.host();
    let all = cache(&format!("Host: '{host}'"));
    all.set("S", "key", &1, LONG).await;
    let reader = cache(&format!("Host: '{host}', User: reader, Pass: s3cret"));
    for _ in 0..3 {
        reader.set("S", "other", &2, LONG).await;
        assert_eq!(reader.get("G", "key").await, Some(1));
    }
}

#[tokio::test]
async fn over_tls() {
    let (pki, strange) = (Pki::new(), Pki::new());
    pki.issue("redis", &["127.0.0.1", "localhost"]);
    pki.issue("other", &["elsewhere"]);
    pki.issue("client", &["client"]);
    strange.issue("client", &["client"]);
    let path = |pki: &Pki, file: &str| pki.path(file).to_str().unwrap().to_owned();
    let start = async |name: &str, clients: &str| {
        let (cert, key) = (format!("{name}.pem"), format!("{name}.key"));
        Redis::start_with_tls(&[
            "--tls-cert-file",
            &path(&pki, &cert),
            "--tls-key-file",
            &path(&pki, &key),
            "--tls-ca-cert-file",
            &path(&pki, "ca.pem"),
            "--tls-auth-clients",
            clients,
        ])
        .await
    };
    let open = start("redis", "no").await;
    let strict = start("redis", "yes").await;
    let other = start("other", "no").await;
    let ca = format!("Tls: true, CACertFile: '{}'", path(&pki, "ca.pem"));
    let shown = |pki| {
        let (cert, key) = (path(pki, "client.pem"), path(pki, "client.key"));
        format!("{ca}, CertFile: '{cert}', KeyFile: '{key}'")
    };
    for (server, keys, expected) in [
        (&open, ca.clone(), true),
        (&open, String::new(), false),
        (&open, "Tls: true".to_owned(), false),
        (
            &open,
            "Tls: true, InsecureSkipVerify: true".to_owned(),
            true,
        ),
        (
            &open,
            format!("Tls: true, CACertFile: '{}'", path(&strange, "ca.pem")),
            false,
        ),
        (&other, ca.clone(), false),
        (&strict, ca.clone(), false),
        (&strict, shown(&pki), true),
        (&strict, shown(&strange), false),
    ] {
        let cache = cache(&format!("Host: '{}', {keys}", server.host()));
        assert_eq!(works(&cache).await, expected, "{} {keys}", server.port);
    }
}

#[tokio::test]
async fn a_cluster() {
    let mut nodes = cluster(&[]).await;
    // One of them is enough to find the others.
    let cache = cache(&format!(
        "Host: '127.0.0.1:1,{}', Type: cluster",
        nodes[2].host()
    ));
    let keys: Vec<_> = (0..60).map(|number| format!("key:{number}")).collect();
    for (number, key) in keys.iter().enumerate() {
        cache.set("S", key, &number, LONG).await;
    }
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(cache.get("G", key).await, Some(number));
    }
    for node in &nodes {
        let held = node.run(&["DBSIZE"]).await;
        assert!(matches!(held, redis::Value::Int(1..60)), "{held:?}");
    }
    // Of all nodes by one call.
    cache.delete("D", &keys[..59]).await;
    for (number, key) in keys.iter().enumerate() {
        let left = (number == 59).then_some(number);
        assert_eq!(cache.get("G", key).await, left);
    }

    // While a part of it is gone: misses, soon at once, and no errors.
    nodes.pop();
    for key in &keys {
        let _ = cache.get::<usize>("G", key).await;
    }
    let begun = Instant::now();
    for key in &keys {
        let _ = cache.get::<usize>("G", key).await;
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{begun:?}");
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    id: i64,
    value: i64,
}

impl Cached for Row {
    const IS_EXACT: bool = true;

    fn cache_key(&self) -> String {
        format!("cache:t:row:id:{}", self.id)
    }
}

/// The truth.
#[derive(Default)]
struct Table(AtomicI64);

impl Table {
    async fn find(&self, cache: &Cache) -> i64 {
        let load = || async {
            let value = self.0.load(Ordering::SeqCst);
            Ok::<_, Infallible>(Some(Row { id: 1, value }))
        };
        let Ok(found) = cache.take("cache:t:row:id:1", load).await;
        found.unwrap().value
    }

    async fn change(&self, cache: &Cache) -> i64 {
        let query = async { self.0.fetch_add(1, Ordering::SeqCst) + 1 };
        let key = "cache:t:row:id:1".to_owned();
        cache.changing([key], query).await
    }
}

/// What a replica needs to follow, and a sentinel to take it.
async fn replicated(master: &Redis) -> Redis {
    let port = master.port.to_string();
    let replica = Redis::start(&["--replicaof", "127.0.0.1", &port]).await;
    for _ in 0..200 {
        let info = format!("{:?}", master.run(&["INFO", "replication"]).await);
        if info.contains("state=online") {
            return replica;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no replica");
}

/// The master dies or hangs; another takes its place. What is read is the truth at every step, and nobody waits.
#[tokio::test]
async fn sentinels_name_another_server() {
    for signal in ["-KILL", "-STOP"] {
        let master = Redis::start(&[]).await;
        let replica = replicated(&master).await;
        let sentinel = Redis::sentinel_of(master.port, "").await;
        let keys = format!(
            "Host: '127.0.0.1:1,{}', Type: sentinel, MasterName: orders",
            sentinel.host()
        );
        let unknown = cache(&keys.replace("orders", "users"));
        assert!(!works(&unknown).await);
        let cache = cache(&keys);
        let table = Table::default();
        assert_eq!(table.find(&cache).await, 0);
        assert!(works(&cache).await, "{signal}");
        // The sentinel finds the replica by asking the master.
        for _ in 0..400 {
            let found = sentinel.run(&["SENTINEL", "REPLICAS", "orders"]).await;
            if format!("{found:?}").contains(&replica.port.to_string()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        master.signal(signal);
        let begun = Instant::now();
        loop {
            let asked = Instant::now();
            let changed = table.change(&cache).await;
            assert_eq!(table.find(&cache).await, changed);
            assert_eq!(table.find(&cache).await, changed);
            // A command at its limit, and what a busy machine adds.
            assert!(asked.elapsed() < Duration::from_secs(2), "{signal}");
            cache.set("S", "new", &changed, LONG).await;
            if cache.get::<i64>("G", "new").await == Some(changed) {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "{signal}: never back"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let held = replica.run(&["EXISTS", "new"]).await;
        assert_eq!(held, redis::Value::Int(1), "{signal}");
        let changed = table.change(&cache).await;
        assert_eq!(table.find(&cache).await, changed);
        // Back as a replica: nobody reads what it had.
        if signal == "-STOP" {
            master.signal("-CONT");
        }
        for _ in 0..20 {
            assert_eq!(table.find(&cache).await, changed);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A server that comes back with what it held before a deletion, as one from a snapshot or a replica that lagged.
#[tokio::test]
async fn what_was_deleted_before_a_failure_is_not_believed_after_it() {
    let old = Redis::start(&[]).await;
    let cache = cache(&format!("Host: '{}'", old.host()));
    let table = Table::default();
    assert_eq!(table.find(&cache).await, 0);
    let key = "cache:t:row:id:1";
    let held = old.run(&["GET", key]).await;
    let redis::Value::BulkString(held) = held else {
        panic!("{held:?}")
    };
    table.change(&cache).await;
    let port = old.port;
    drop(old);
    assert_eq!(table.find(&cache).await, 1);
    let again = Redis::start_at(port, &[]).await;
    again
        .run(&["SET", key, std::str::from_utf8(&held).unwrap()])
        .await;
    for _ in 0..40 {
        assert_eq!(table.find(&cache).await, 1);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(works(&cache).await);
}
