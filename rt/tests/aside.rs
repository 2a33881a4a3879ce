//! Rows beside their table: one query for all who ask, nothing kept that is not so, and a Redis that goes away makes
//! nothing wrong.
#![cfg(all(feature = "redis", feature = "sql"))]

mod support;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use support::ports::free_port;
use support::redis::Redis;
use tokio::sync::Notify;
use tokio::task::coop;
use zgen_rt::cache::{Cache, Cached};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

/// To a database, `A` is `a`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Named {
    name: String,
}

impl Cached for Named {
    const IS_EXACT: bool = false;

    fn cache_key(&self) -> String {
        self.name.clone()
    }
}

/// One row, and how often it was asked for.
#[derive(Debug, Default)]
struct Table {
    value: AtomicI64,
    queries: AtomicUsize,
}

impl Table {
    async fn find(&self, cache: &Cache) -> i64 {
        let load = || async {
            self.queries.fetch_add(1, Ordering::SeqCst);
            let value = self.value.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            Ok::<_, Infallible>(Some(Row { id: 1, value }))
        };
        let Ok(found) = cache.take("cache:t:row:id:1", load).await;
        found.unwrap().value
    }

    async fn change(&self, cache: &Cache, value: i64) {
        let query = async { self.value.store(value, Ordering::SeqCst) };
        let key = "cache:t:row:id:1".to_owned();
        cache.changing([key], query).await;
    }

    fn queries(&self) -> usize {
        self.queries.swap(0, Ordering::SeqCst)
    }
}

fn cache_at(port: u16) -> Cache {
    Cache::new(Some(&support::conf(&format!("Host: '127.0.0.1:{port}'")))).unwrap()
}

#[tokio::test]
async fn a_thousand_readers_of_a_cold_key_are_one_query() {
    let port = free_port();
    let _redis = Redis::start_at(port, &[]).await;
    for cache in [Cache::new(None).unwrap(), cache_at(port)] {
        let table = Arc::new(Table::default());
        let readers: Vec<_> = (0..1000)
            .map(|_| {
                let (table, cache) = (Arc::clone(&table), cache.clone());
                tokio::spawn(async move { table.find(&cache).await })
            })
            .collect();
        for reader in readers {
            assert_eq!(reader.await.unwrap(), 0);
        }
        assert_eq!(table.queries(), 1);
        assert_eq!(table.find(&cache).await, 0);
        assert_eq!(table.queries(), 0);
        table.change(&cache, 5).await;
        assert_eq!(table.find(&cache).await, 5);
        assert_eq!(table.queries(), 1);
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_does_not_take_the_others_along() {
    let cache = Cache::new(None).unwrap();
    let table = Arc::new(Table::default());
    let asked = Arc::new(Notify::new());
    let leader = {
        let (cache, asked) = (cache.clone(), Arc::clone(&asked));
        tokio::spawn(async move {
            let load = || async {
                asked.notify_one();
                std::future::pending::<Result<Option<Row>, Infallible>>().await
            };
            cache.take("cache:t:row:id:1", load).await
        })
    };
    asked.notified().await;
    let follower = {
        let (cache, table) = (cache.clone(), Arc::clone(&table));
        tokio::spawn(async move { table.find(&cache).await })
    };
    tokio::task::yield_now().await;
    leader.abort();
    assert_eq!(follower.await.unwrap(), 0);
    assert_eq!(table.queries(), 1);
}

#[tokio::test]
async fn what_was_read_before_a_write_is_not_kept() {
    let cache = Cache::new(None).unwrap();
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let reader = {
        let (cache, asked, go) = (cache.clone(), Arc::clone(&asked), Arc::clone(&go));
        tokio::spawn(async move {
            let load = || async {
                asked.notify_one();
                go.notified().await;
                Ok::<_, Infallible>(Some(Row { id: 1, value: 0 }))
            };
            cache.take("cache:t:row:id:1", load).await
        })
    };
    asked.notified().await;
    let table = Table::default();
    table.change(&cache, 7).await;
    // Neither from what is on its way, nor from what it leaves behind.
    assert_eq!(table.find(&cache).await, 7);
    go.notify_one();
    reader.await.unwrap().unwrap();
    assert_eq!(table.find(&cache).await, 7);
}

/// Who reads may pause after a last look at who writes: what it then sends comes after their deletion.
#[tokio::test]
async fn what_comes_to_redis_after_a_write_is_not_read() {
    let port = free_port();
    let _redis = Redis::start_at(port, &[]).await;
    let cache = cache_at(port);
    let asked = Notify::new();
    let load = || async {
        asked.notify_one();
        // So that it pauses before the command that comes next.
        while coop::has_budget_remaining() {
            coop::consume_budget().await;
        }
        Ok::<_, Infallible>(Some(Row { id: 1, value: 0 }))
    };
    let mut reader = Box::pin(cache.take("cache:t:row:id:1", load));
    tokio::select! {
        biased;
        () = asked.notified() => {}
        _ = &mut reader => panic!("it does not pause"),
    }
    let table = Table::default();
    table.change(&cache, 7).await;
    // It sends the command, and does not hear what becomes of it.
    let answer = std::future::poll_fn(|context| Poll::Ready(reader.as_mut().poll(context)));
    assert!(answer.await.is_pending());
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..3 {
        assert_eq!(table.find(&cache).await, 7);
    }
    reader.await.unwrap();
    table.queries();
    for _ in 0..3 {
        assert_eq!(table.find(&cache).await, 7);
    }
    assert_eq!(table.queries(), 1);
}

#[tokio::test]
async fn an_inserted_row_that_was_changed_since_is_not_kept() {
    let port = free_port();
    let _redis = Redis::start_at(port, &[]).await;
    for cache in [Cache::new(None).unwrap(), cache_at(port)] {
        let table = Table::default();
        let (before, row) = (cache.mark(), Row { id: 1, value: 0 });
        table.change(&cache, 7).await;
        cache.put(&row, before).await;
        assert_eq!(table.find(&cache).await, 7);

        // Changed while it is on its way.
        cache.delete("DeleteCache", &[row.cache_key()]).await;
        table.queries();
        let before = cache.mark();
        let (put, change) = (cache.put(&row, before), table.change(&cache, 8));
        tokio::join!(biased; put, change);
        assert_eq!(table.find(&cache).await, 8);
    }
}

#[tokio::test]
async fn an_insert_that_redis_does_not_hear_of_is_seen() {
    let port = free_port();
    let redis = Redis::start_at(port, &[]).await;
    let cache = cache_at(port);
    let none = || async { Ok::<Option<Row>, Infallible>(None) };
    assert_eq!(cache.take("cache:t:row:id:1", none).await, Ok(None));
    redis.signal("-STOP");
    // The first one waits, the second one is not even sent.
    let _ = cache.get::<Row>("ReadCache", "other").await;
    let row = Row { id: 1, value: 3 };
    cache.put(&row, cache.mark()).await;
    redis.signal("-CONT");
    let found = || async { Ok::<_, Infallible>(Some(row.clone())) };
    for _ in 0..40 {
        let seen = cache.take("cache:t:row:id:1", found).await;
        assert_eq!(seen, Ok(Some(row.clone())));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn nothing_is_remembered_for_exact_keys_and_until_there_is_something() {
    let cache = Cache::new(None).unwrap();
    let asked = AtomicUsize::new(0);
    let none = || async {
        asked.fetch_add(1, Ordering::SeqCst);
        Ok::<Option<Row>, Infallible>(None)
    };
    for _ in 0..3 {
        assert_eq!(cache.take("cache:t:row:id:1", none).await, Ok(None));
    }
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    let row = Row { id: 1, value: 3 };
    cache.put(&row, cache.mark()).await;
    assert_eq!(cache.take("cache:t:row:id:1", none).await, Ok(Some(row)));

    let missing = || async {
        asked.fetch_add(1, Ordering::SeqCst);
        Ok::<Option<Named>, Infallible>(None)
    };
    for _ in 0..3 {
        assert_eq!(cache.take("A", missing).await, Ok(None));
    }
    assert_eq!(asked.swap(0, Ordering::SeqCst), 3);
    // A row is kept below its own spelling only.
    let found = || async {
        asked.fetch_add(1, Ordering::SeqCst);
        let name = "a".to_owned();
        Ok::<_, Infallible>(Some(Named { name }))
    };
    for (key, queries) in [("A", 3), ("a", 1)] {
        for _ in 0..3 {
            assert!(cache.take(key, found).await.unwrap().is_some());
        }
        assert_eq!(asked.swap(0, Ordering::SeqCst), queries, "{key}");
    }
}

/// By another spelling, and by a key that is no row's own: a write does not know who waits for these.
#[tokio::test]
async fn who_asks_after_a_write_is_not_told_what_was_found_before() {
    let cache = Cache::new(None).unwrap();
    let named = |name: &str| {
        let name = name.to_owned();
        Some(Named { name })
    };
    for (before, after) in [(None, named("a")), (named("a"), None), (None, named("A"))] {
        let go = Notify::new();
        let first = async || {
            go.notified().await;
            Ok::<_, Infallible>(before.clone())
        };
        let later = async || Ok::<_, Infallible>(after.clone());
        let (one, two, ()) = tokio::join!(
            biased;
            cache.take("A", first),
            cache.take("A", later),
            async { go.notify_one() },
        );
        assert_eq!(
            (one.unwrap(), two.unwrap()),
            (before.clone(), after.clone())
        );
        let (one, two, ()) = tokio::join!(
            biased;
            cache.hint("hint", async || {
                go.notified().await;
                Ok::<Option<i64>, Infallible>(None)
            }),
            cache.hint("hint", async || Ok::<_, Infallible>(Some(1))),
            async { go.notify_one() },
        );
        assert_eq!((one.unwrap(), two.unwrap()), (None, Some(1)));
        cache
            .delete("DeleteCache", &["A".to_owned(), "hint".to_owned()])
            .await;
    }
}

#[tokio::test]
async fn a_transaction_reads_past_the_cache() {
    let cache = Cache::new(None).unwrap();
    let table = Table::default();
    assert_eq!(table.find(&cache).await, 0);
    let inside = cache.deferred();
    table.value.store(9, Ordering::SeqCst);
    assert_eq!(table.find(&inside).await, 9);
    // Others see what is committed.
    assert_eq!(table.find(&cache).await, 0);
}

#[tokio::test]
async fn a_write_whose_caller_goes_away_deletes_all_the_same() {
    let cache = Cache::new(None).unwrap();
    let table = Table::default();
    assert_eq!(table.find(&cache).await, 0);
    let query = async {
        table.value.store(4, Ordering::SeqCst);
        std::future::pending::<()>().await;
    };
    let key = "cache:t:row:id:1".to_owned();
    let late = Duration::from_millis(20);
    let cut = tokio::time::timeout(late, cache.changing([key], query)).await;
    assert!(cut.is_err());
    assert_eq!(table.find(&cache).await, 4);
}

/// Killed, started again with what it held, stopped and continued.
#[tokio::test]
async fn a_redis_that_fails_makes_nothing_wrong() {
    let port = free_port();
    let redis = Redis::start_at(port, &[]).await;
    let cache = cache_at(port);
    let table = Table::default();
    assert_eq!(table.find(&cache).await, 0);

    // As if it hung: it still has the old row when it goes on.
    redis.signal("-STOP");
    table.change(&cache, 1).await;
    for _ in 0..3 {
        assert_eq!(table.find(&cache).await, 1);
    }
    redis.signal("-CONT");
    for value in 1..40 {
        assert_eq!(table.find(&cache).await, value);
        table.change(&cache, value + 1).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    table.queries();
    assert_eq!(table.find(&cache).await, 40);
    assert_eq!(table.find(&cache).await, 40);
    assert!(table.queries() <= 1, "the cache is in use again");

    drop(redis);
    table.change(&cache, 50).await;
    let started = std::time::Instant::now();
    for _ in 0..20 {
        assert_eq!(table.find(&cache).await, 50);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{started:?}");
    let _redis = Redis::start_at(port, &[]).await;
    for _ in 0..60 {
        assert_eq!(table.find(&cache).await, 50);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    table.queries();
    assert_eq!(table.find(&cache).await, 50);
    assert_eq!(table.queries(), 0, "the cache is in use again");
}
