//! The decision to sample, with an exporter whose collector is not there: it is a share of new traces, a caller's
//! word is kept, and nothing about the missing collector is felt by a request.

use std::time::{Duration, Instant};

use http::HeaderMap;
use zgen_rt::config::{ConfigFile, RestConf};
use zgen_rt::telemetry;
use zgen_rt::trace::Span;

fn headers(flags: &str) -> HeaderMap {
    let trace = format!("{:032x}", rand::random_range(1..u128::MAX));
    let header = format!("00-{trace}-b7ad6b7169203331-{flags}");
    HeaderMap::from_iter([(
        http::HeaderName::from_static("traceparent"),
        header.parse().unwrap(),
    )])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_of_new_traces_is_recorded() {
    const COUNT: u32 = 20_000;
    let text = "{Name: it, Port: 0, Telemetry: {Endpoint: '127.0.0.1:1', Sampler: 0.25}}";
    let file = ConfigFile::parse("it.yaml".as_ref(), text, &|_| None, []).unwrap();
    let conf: RestConf = file.root().unwrap();
    let telemetry = telemetry::init(&conf, "it", "1.0.0").unwrap();

    let mut recorded = 0;
    for _ in 0..COUNT {
        let span = Span::server("S", &HeaderMap::new());
        assert_eq!(span.is_recording(), span.ids().unwrap().sampled);
        recorded += u32::from(span.is_recording());
    }
    // A quarter, give or take ten standard deviations.
    assert!((4_400..5_600).contains(&recorded), "{recorded}");

    for (flags, expected) in [("01", true), ("00", false)] {
        for _ in 0..100 {
            let span = Span::server("S", &headers(flags));
            assert_eq!(span.is_recording(), expected, "{flags}");
        }
    }

    // Neither a second start nor an end without a collector is the service's undoing.
    assert!(telemetry::init(&conf, "it", "1.0.0").is_err());
    let started = Instant::now();
    telemetry.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(10));
    drop(Span::server("late", &headers("01")));
}
