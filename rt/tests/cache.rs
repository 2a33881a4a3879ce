//! The cache inside the process and in Redis: what was written is read until it expires, and a cache that fails
//! is a miss.
#![cfg(all(feature = "redis", feature = "testing"))]

mod support;

use std::time::Duration;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use support::ports::free_port;
use support::redis::Redis;
use zgen_rt::cache::Cache;
use zgen_rt::config::CacheConf;
use zgen_rt::trace::Span;
use zgen_rt::trace::testing::capture;

const LONG: Duration = Duration::from_mins(10);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    id: i64,
    name: String,
}

fn order(id: i64) -> Order {
    Order {
        id,
        name: "中 \"quoted\"".to_owned(),
    }
}

fn conf(keys: &str) -> CacheConf {
    support::conf(&format!("{{{keys}}}"))
}

fn cache_in(redis: &Redis) -> Cache {
    Cache::new(Some(&conf(&format!("Host: '{}'", redis.host())))).unwrap()
}

/// What every cache does.
async fn keeps_its_word(cache: &Cache) {
    assert_eq!(cache.get::<Order>("G", "order:1").await, None);
    cache.set("S", "order:1", &order(1), LONG).await;
    cache.set("S", "order:2", &order(2), LONG).await;
    assert_eq!(cache.get("G", "order:1").await, Some(order(1)));
    assert_eq!(cache.get("G", "order:2").await, Some(order(2)));
    cache.set("S", "order:1", &order(3), LONG).await;
    assert_eq!(cache.get("G", "order:1").await, Some(order(3)));

    // A value of another shape is a miss, and none that is there stays none.
    assert_eq!(cache.get::<Vec<i64>>("G", "order:1").await, None);
    cache.set("S", "none", &None::<Order>, LONG).await;
    assert_eq!(cache.get::<Option<Order>>("G", "none").await, Some(None));

    cache.set("S", "short", &1, Duration::from_millis(30)).await;
    cache.set("S", "no time", &1, Duration::ZERO).await;
    cache.set("S", "forever", &1, Duration::MAX).await;
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert_eq!(cache.get::<i64>("G", "short").await, None);
    assert_eq!(cache.get::<i64>("G", "no time").await, None);
    assert_eq!(cache.get::<i64>("G", "forever").await, Some(1));

    cache.set("S", "order:2", &order(9), Duration::ZERO).await;
    assert_eq!(cache.get::<Order>("G", "order:2").await, None);

    // Odd keys are keys.
    for key in ["", "a b\r\nSET c d", "中"] {
        cache.set("S", key, &key, LONG).await;
        assert_eq!(cache.get::<String>("G", key).await.as_deref(), Some(key));
    }
    // What cannot be written is not, and breaks nothing.
    let unwritable = std::collections::BTreeMap::from([(vec![1], 1)]);
    cache.set("S", "unwritable", &unwritable, LONG).await;
    assert_eq!(cache.get::<i64>("G", "unwritable").await, None);
}

#[tokio::test]
async fn a_cache_in_the_process() {
    let cache = Cache::new(None).unwrap();
    keeps_its_word(&cache).await;
    let clone = cache.clone();
    clone.set("S", "shared", &5, LONG).await;
    assert_eq!(cache.get("G", "shared").await, Some(5));
    let other = Cache::new(None).unwrap();
    assert_eq!(other.get::<i64>("G", "shared").await, None);
}

#[tokio::test]
async fn a_cache_in_redis() {
    let redis = Redis::start(&[]).await;
    let cache = cache_in(&redis);
    keeps_its_word(&cache).await;
    // Others see it.
    assert_eq!(cache_in(&redis).get("G", "order:1").await, Some(order(3)));
}

#[tokio::test]
async fn a_full_cache_still_tells_the_truth() {
    const FULL: i32 = 10_000;
    let cache = Cache::new(None).unwrap();
    for number in 0..FULL {
        cache.set("S", &number.to_string(), &number, LONG).await;
    }
    cache.set("S", "one more", &1, LONG).await;
    // A value that is known is replaced, not left as it was.
    cache.set("S", "7", &-7, LONG).await;
    assert_eq!(cache.get("G", "7").await, Some(-7));
}

#[tokio::test]
async fn a_full_cache_makes_room_of_what_has_expired() {
    const FULL: i32 = 10_000;
    let cache = Cache::new(None).unwrap();
    for number in 0..FULL {
        cache
            .set("S", &number.to_string(), &number, Duration::ZERO)
            .await;
    }
    cache.set("S", "one more", &1, LONG).await;
    assert_eq!(cache.get("G", "one more").await, Some(1));
}

#[tokio::test]
async fn a_redis_that_is_away_is_a_miss_until_it_is_back() {
    let port = free_port();
    let cache = Cache::new(Some(&conf(&format!("Host: '127.0.0.1:{port}'")))).unwrap();
    let misses = async {
        cache.set("S", "k", &1, LONG).await;
        assert_eq!(cache.get::<i64>("G", "k").await, None);
    };
    tokio::time::timeout(Duration::from_secs(10), misses)
        .await
        .unwrap();

    let redis = Redis::start_at(port, &[]).await;
    let found = async {
        loop {
            cache.set("S", "k", &1, LONG).await;
            if cache.get::<i64>("G", "k").await == Some(1) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found)
        .await
        .unwrap();

    drop(redis);
    assert_eq!(cache.get::<i64>("G", "k").await, None);
}

#[tokio::test]
async fn passwords() {
    let open = Redis::start(&[]).await;
    let closed = Redis::start(&["--requirepass", "hunter2"]).await;
    let rows = [
        (open.port, "", true),
        (open.port, "Pass: ''", true),
        (open.port, "Pass:", true),
        (closed.port, "Pass: hunter2", true),
        (closed.port, "Pass: wrong", false),
        (closed.port, "", false),
    ];
    for (port, pass, works) in rows {
        let text = format!("Host: '127.0.0.1:{port}'\n{pass}\n");
        let cache = Cache::new(Some(&support::conf(&text))).unwrap();
        cache.set("S", "k", &1, LONG).await;
        let found = cache.get::<i64>("G", "k").await.is_some();
        assert_eq!(found, works, "{text}");
        assert!(!format!("{cache:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_section_that_cannot_work_is_refused() {
    let rows = [
        ("Host: 'h:port'", "Redis.Host"),
        ("Host: 'h:99999'", "Redis.Host"),
        ("Host: 'h:'", "Redis.Host"),
        ("Host: ' , '", "Redis.Host"),
        ("Host: 'h:1,h:2'", "Redis.Host"),
        ("Host: 'h:1', Type: sentinel", "Redis.MasterName"),
        ("Host: 'h:1', MasterName: orders", "Redis.MasterName"),
        ("Host: 'h:1', NonBlock: false", "Redis.NonBlock"),
        #[cfg(feature = "redis-cluster")]
        ("Host: 'h:1', Type: cluster, Db: 1", "Redis.Db"),
        #[cfg(feature = "tls")]
        ("Host: 'h:1', CACertFile: ca.pem", "Redis.Tls"),
        #[cfg(feature = "tls")]
        ("Host: 'h:1', Tls: true, CACertFile: none", "CACertFile"),
    ];
    for (keys, says) in rows {
        let error = Cache::new(Some(&conf(keys))).unwrap_err();
        assert!(format!("{error:#}").contains(says), "{keys}: {error:#}");
    }
    for keys in [
        "Host: h",
        "Host: 'h:6379', Type: node, NonBlock: true, PingTimeout: 2s, User: '', Pass: ''",
        "Host: 'h:6379', Type: ''",
        "Host: '[::1]:6379'",
        "Host: '::1'",
        "Host: 'a:1, b:2', Type: sentinel, MasterName: orders, Db: 3",
    ] {
        assert!(Cache::new(Some(&conf(keys))).is_ok(), "{keys}");
    }
}

#[tokio::test]
async fn each_use_is_a_span_without_the_key() {
    let captured = capture();
    let redis = Redis::start(&[]).await;
    let away = Cache::new(Some(&conf("Host: '127.0.0.1:1'"))).unwrap();
    let rows = [
        (Cache::new(None).unwrap(), "memory", ""),
        (cache_in(&redis), "redis", ""),
        (away, "redis", "connection"),
    ];
    for (cache, system, error_type) in rows {
        let server = Span::server("S", &HeaderMap::new());
        let id = server.ids().unwrap().trace_id;
        let work = async {
            cache.set("UpdateCache", "hunter2", &1, LONG).await;
            cache.get::<i64>("ReadCache", "hunter2").await
        };
        server.scope(work).await;
        drop(server);
        assert_eq!(
            captured.tree(id),
            "SERVER S\n  CLIENT UpdateCache\n  CLIENT ReadCache\n"
        );
        let spans = captured.spans(id);
        for (span, operation) in spans[1..].iter().zip(["SET", "GET"]) {
            let of = |key: &str| {
                let found = span.attributes.iter().find(|a| a.key.as_str() == key);
                found.map_or_else(String::new, |a| a.value.to_string())
            };
            assert_eq!(of("db.system.name"), system);
            assert_eq!(of("db.operation.name"), operation, "{system}");
            assert_eq!(of("error.type"), error_type, "{system}");
            assert!(!format!("{span:?}").contains("hunter2"));
        }
    }
}
